"""Letters about places: offered, kept no more, given, moved.

A subject names no child and no programme; a child is not named at all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import or_, select

from lms.courses.models import Assignment, AssignmentRole, Cohort
from lms.db import db
from lms.enrolment.answerers import answerers, answerers_of_all
from lms.enrolment.models import Enrolment, Offer
from lms.i18n import current_code, say_day
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.people.models import Person
from lms.people.services import not_seeing_place

OFFER = "offer"
OFFER_ENDED = "offer_ended"
PLACE_GIVEN = "place_given"
MOVED = "moved"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="offer")


def offer_token(offer: Offer, adult: Person) -> str:
    """Make what stands in the link of a letter: signed, for one offer and one adult."""
    return str(_signer().dumps([offer.id, adult.id]))


def read_offer_token(token: str) -> tuple[int, int] | None:
    """Answer the offer and the adult of a link, or nothing when it is none of ours."""
    try:
        offer_id, adult_id = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (offer_id, adult_id) if isinstance(offer_id, int) and isinstance(adult_id, int) else None


def say_course(cohort: Cohort) -> str:
    """Name what a group learns, in the reader's language."""
    course = cohort.course
    return course.name_en if current_code() == "en" and course.name_en else course.name


def say_deadline(moment: datetime, zone: str) -> str:
    """Say until when, on the wall of the group's zone: «5 вересня 2022 р., 17:00»."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{say_day(local)}, {local:%H:%M}"


def offer_made(offers: Sequence[Offer], *, now: datetime) -> None:
    """Tell the adults who may answer that places are free, until when, and by which link."""
    first, number = offers[0], len(offers)
    cohorts = list(dict.fromkeys(one.application.cohort for one in offers))
    until = first.ends_at
    if until is None:
        return

    people = [one.application.person for one in offers]
    adults = answerers_of_all(people, on=now.date())
    hidden = not_seeing_place([adult.id for adult in adults], on=now.date())
    for adult in adults:
        # A zone tells where a child is.
        is_hidden = adult.id in hidden
        wall = str(current_app.config["LMS_ZONE"]) if is_hidden else cohorts[0].zone

        def compose(adult: Person = adult, wall: str = wall) -> Text:
            words = ngettext(
                "A place has become free in the group you wait for: %(courses)s.",
                "%(num)d places have become free in the groups you wait for: %(courses)s.",
                number,
                courses=", ".join(f"«{say_course(cohort)}»" for cohort in cohorts),
            )
            deadline = say_deadline(until, wall)
            return Text(
                _("A place has become free"),
                (
                    _("Good day!"),
                    words,
                    _("It is kept for you until %(moment)s. One tap is enough:", moment=deadline),
                    Link(_("Yes or no"), path=f"/offers/{offer_token(first, adult)}"),
                    _(
                        "Without an answer it passes on to the next family, and you stay on the "
                        "list, behind those who wait."
                    ),
                ),
            )

        write([adult], Draft(OFFER, f"offer-{first.id}", compose), now=now)


def offer_ended(offer: Offer, *, now: datetime) -> None:
    """Tell that a place is not kept any more."""

    def compose() -> Text:
        return Text(
            _("The place is kept no more"),
            (
                _("Good day!"),
                _(
                    "We kept a place for you and had no answer in time. You are still on the "
                    "list. What stands in it now is on your page:"
                ),
                Link(_("My page"), signs_in=True),
            ),
        )

    draft = Draft(OFFER_ENDED, f"offer-ended-{offer.batch}", compose)
    write(answerers(offer.application.person, on=now.date()), draft, now=now)


def place_given(enrolments: Sequence[Enrolment], *, now: datetime) -> None:
    """Tell a family that somebody from the waiting list has a place now."""

    def compose() -> Text:
        return Text(
            _("You have a place"),
            (
                _("Good day!"),
                _("There is a place for you in the group you waited for. The days are here:"),
                Link(_("My page"), signs_in=True),
            ),
        )

    for enrolment in enrolments:
        draft = Draft(PLACE_GIVEN, f"place-{enrolment.id}", compose)
        write(answerers(enrolment.person, on=now.date()), draft, now=now)


def moved(old: Cohort, new: Enrolment, *, now: datetime) -> None:
    """Tell the family and the mentors of both groups that somebody moves."""
    since = new.since

    def to_family() -> Text:
        return Text(
            _("A change of group"),
            (
                _("Good day!"),
                _(
                    "From %(day)s on the sessions are in another group: «%(course)s». What was "
                    "attended so far stays. The days and the link are on your page:",
                    day=say_day(since),
                    course=say_course(new.cohort),
                ),
                Link(_("My page"), signs_in=True),
            ),
        )

    draft = Draft(MOVED, f"moved-{new.id}", to_family)
    write(answerers(new.person, on=now.date()), draft, now=now)
    for cohort, is_coming in ((old, False), (new.cohort, True)):
        _tell_mentors(cohort, f"moved-{new.id}-{cohort.id}", since, is_coming=is_coming, now=now)


def _tell_mentors(cohort: Cohort, key: str, since: date, *, is_coming: bool, now: datetime) -> None:
    def compose() -> Text:
        words = (
            _(
                "From %(day)s on one more comes to «%(group)s».",
                day=say_day(since),
                group=cohort.name,
            )
            if is_coming
            else _(
                "From %(day)s on one fewer comes to «%(group)s».",
                day=say_day(since),
                group=cohort.name,
            )
        )
        return Text(
            _("A change in your group"),
            (words, _("The register shows who."), Link(_("My groups"), signs_in=True)),
        )

    write(_mentors(cohort.id, on=since), Draft(MOVED, key, compose), now=now)


def _mentors(cohort_id: int, *, on: date) -> Sequence[Person]:
    return db.session.scalars(
        select(Person)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(
            Assignment.cohort_id == cohort_id,
            Assignment.role.in_([AssignmentRole.MENTOR, AssignmentRole.LEADER]),
            Assignment.since <= on,
            or_(Assignment.until.is_(None), Assignment.until >= on),
        )
        .order_by(Person.id)
    ).all()
