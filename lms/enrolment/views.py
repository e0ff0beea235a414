"""What a stranger sees first and last: the catalogue, and «you are in»."""

import segno
from flask import Blueprint, abort, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from lms import access
from lms.clock import today
from lms.enrolment.access import still_asks
from lms.enrolment.catalogue import OpenCohort, Walls, open_cohorts
from lms.enrolment.receipts import applications_of, places_in_queue
from lms.enrolment.sentences import (
    STATE_LABELS,
    say_ages,
    say_cohort,
    say_elsewhere,
    say_meeting,
    say_mode,
    say_places,
    say_timetable,
    say_title,
    say_waiting,
    say_zone,
)
from lms.enrolment.wishes import directions, fits, read_wish, zone_choices
from lms.i18n import current_code
from lms.people.models import ContactRule

bp = Blueprint("enrolment", __name__, cli_group=None)

RECEIPT_DAYS = 30
DAYS_AHEAD = 60
FEW = 4
for _words in (
    say_cohort,
    say_timetable,
    say_title,
    say_mode,
    say_ages,
    say_places,
    say_waiting,
    say_elsewhere,
    say_zone,
    say_meeting,
):
    bp.add_app_template_global(_words)


@bp.get("/catalogue")
@access.public
def catalogue() -> ResponseReturnValue:
    """Show every group that takes applications today or soon, children's first."""
    home = library_zone()
    wish = read_wish(request.args, home=home)
    cohorts = open_cohorts(on=today(), zone=Walls(home, wish.zone), ahead=DAYS_AHEAD)
    kept = [cohort for cohort in cohorts if fits(cohort, wish)]
    response = make_response(
        render_template(
            "enrolment/catalogue.html",
            parts=_by_programme(kept),
            wish=wish,
            number=len(kept),
            is_long=len(cohorts) > FEW or wish.is_narrow,
            directions=directions(cohorts),
            zones=zone_choices(current_code(), home=home, chosen=wish.zone),
        )
    )
    if current_user.is_authenticated:
        return response
    # Names nobody, so a phone may keep it and ask only whether it still holds.
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _by_programme(cohorts: list[OpenCohort]) -> list[tuple[bool, list[list[OpenCohort]]]]:
    parts: list[tuple[bool, list[list[OpenCohort]]]] = []
    for for_children in (True, False):
        programmes: dict[int, list[OpenCohort]] = {}
        for cohort in cohorts:
            if cohort.is_for_children is for_children:
                programmes.setdefault(cohort.programme_id, []).append(cohort)
        if programmes:
            parts.append((for_children, list(programmes.values())))
    return parts


def library_zone() -> str:
    """Answer the zone on whose wall clock the catalogue tells hours."""
    return str(current_app.config["LMS_ZONE"])


def receipt_token(form_key: str) -> str:
    """Make what stands in the address of «you are in»: signed, and good for some days."""
    return str(_signer().dumps(form_key))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="application")


@bp.get("/enrol/done/<token>")
@access.public
def done(token: str) -> ResponseReturnValue:
    """Say what became of an application and what happens next, without a name."""
    form_key = read_receipt(token)
    # The address is whoever's who sent the form: once their tie has ended it shows nothing.
    applications = [one for one in applications_of(form_key) if still_asks(one, on=today())]
    if not applications:
        abort(404)
    asked = frozenset(one.cohort_id for one in applications)
    cohorts = open_cohorts(on=today(), zone=library_zone(), beside=asked)
    applicant = applications[0].applicant
    address = current_app.config["LMS_PUBLIC_URL"] + url_for("enrolment.done", token=token)
    return render_template(
        "enrolment/done.html",
        applications=applications,
        cohorts={cohort.cohort_id: cohort for cohort in cohorts},
        persons=list(dict.fromkeys(one.person_id for one in applications)),
        places=places_in_queue(applications),
        labels=STATE_LABELS,
        is_family=applications[0].person_id != applicant.id,
        is_written=bool(applicant.email) and applicant.contact_rule is ContactRule.USUAL,
        days=RECEIPT_DAYS,
        address=address,
        picture=qr_picture(address),
        token=token,
        on=today(),
    )


def read_receipt(token: str) -> str:
    """Answer the key of the form that a receipt's address stands for, or end with «no such page»."""
    try:
        return str(_signer().loads(token, max_age=RECEIPT_DAYS * 24 * 3600))
    except BadData:
        abort(404)


def qr_picture(address: str) -> str:
    """Draw an address for another phone's camera, as an image inside the page."""
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=2))
