"""The slip that a family without e-mail takes home: its groups, the first session, and a way in."""

from flask import abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import RoleName
from lms.db import db
from lms.enrolment.access import still_asks
from lms.enrolment.catalogue import open_cohorts
from lms.enrolment.models import Application
from lms.enrolment.receipts import applications_of, places_in_queue
from lms.enrolment.sentences import STATE_LABELS
from lms.enrolment.views import bp, library_zone, qr_picture, read_receipt
from lms.people.models import Person
from lms.people.services import open_account
from lms.people.signing import make_sign_in_link


@bp.post("/enrol/done/<token>/slip")
@access.roles(RoleName.COORDINATOR)
def slip(token: str) -> ResponseReturnValue:
    """Make a slip of paper with a sign-in link of its own; it is shown once and never stored."""
    sent = applications_of(read_receipt(token))
    applications = [one for one in sent if still_asks(one, on=today())]
    if not applications:
        abort(404)
    asked = frozenset(one.cohort_id for one in applications)
    cohorts = open_cohorts(on=today(), zone=library_zone(), beside=asked)
    address = _way_in(applications[0].applicant)
    db.session.commit()
    return render_template(
        "enrolment/slip.html",
        members=_by_person(applications),
        cohorts={cohort.cohort_id: cohort for cohort in cohorts},
        places=places_in_queue(applications),
        labels=STATE_LABELS,
        address=address,
        picture=qr_picture(address) if address else "",
        hours=current_app.config["LMS_COPIED_LINK_HOURS"],
        phone=db.session.get_one(Person, current_user.person_id).phone,
        token=token,
    )


def _by_person(applications: list[Application]) -> list[tuple[Person, list[Application]]]:
    found: dict[int, tuple[Person, list[Application]]] = {}
    for one in applications:
        found.setdefault(one.person_id, (one.person, []))[1].append(one)
    return list(found.values())


def _way_in(person: Person) -> str:
    """Make the address of a link that signs in once; whoever has a password needs none."""
    account = open_account(person)
    if account.password_hash:
        return ""
    hours = current_app.config["LMS_COPIED_LINK_HOURS"]
    token = make_sign_in_link(account, hours=hours, now=now())
    return str(current_app.config["LMS_PUBLIC_URL"] + url_for("people.use_link", token=token))
