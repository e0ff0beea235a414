"""Letters about places: offered, kept no more, given, moved.

A subject names no child and no programme; a child is not named at all.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import or_, select

from lms.contracts import LetterKind
from lms.courses.models import Assignment, AssignmentRole, Cohort
from lms.db import db
from lms.enrolment.answerers import answerers, answerers_of_all
from lms.enrolment.models import Enrolment, Offer
from lms.enrolment.sentences import say_zone
from lms.enrolment.session_letters import say_course
from lms.i18n import say_day, say_moment
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.letters.words import hello, my_page
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


def say_deadline(moment: datetime, wall: str) -> str:
    """Say until when, on a clock that is named where it is not the library's."""
    zone = say_zone(wall)
    return say_moment(moment, wall) + (f" ({zone})" if zone else "")


def offer_made(offers: Sequence[Offer], *, now: datetime) -> None:
    """Tell the adults who may answer that places are free, until when, and by which link."""
    first = offers[0]
    cohorts = list(dict.fromkeys(one.application.cohort for one in offers))
    until = first.ends_at
    if until is None:
        return
    people = [one.application.person for one in offers]
    adults = answerers_of_all(people, on=now.date())
    # A zone tells where a child is.
    hidden = not_seeing_place([adult.id for adult in adults], on=now.date())
    for adult in adults:
        ours = str(current_app.config["LMS_ZONE"])
        wall = ours if adult.id in hidden else cohorts[0].zone
        path = f"/offers/{offer_token(first, adult)}"
        compose = partial(_offered, cohorts, len(offers), partial(say_deadline, until, wall), path)
        write([adult], Draft(OFFER, f"offer-{first.id}", compose), now=now)


def _offered(
    cohorts: Sequence[Cohort], number: int, deadline: Callable[[], str], path: str
) -> Text:
    named = [course for cohort in cohorts if (course := say_course(cohort))]
    return _say_offered(number, named, deadline(), path)


def _say_offered(number: int, courses: Sequence[str], deadline: str, path: str) -> Text:
    words = ngettext(
        "A place has become free in the group you wait for.",
        "%(num)d places have become free in the groups you wait for.",
        number,
    )
    named = ", ".join(f"«{course}»" for course in courses)
    return Text(
        _("A place has become free"),
        (
            hello(),
            f"{words}\n{named}" if named else words,
            _("It is kept for you until %(moment)s. One tap is enough:", moment=deadline),
            Link(_("Yes or no"), path=path),
            _(
                "Without an answer it passes on to the next family, and you stay on the "
                "list, behind those who wait."
            ),
        ),
    )


def offer_ended(offer: Offer, *, now: datetime) -> None:
    """Tell that a place is not kept any more."""
    draft = Draft(OFFER_ENDED, f"offer-ended-{offer.batch}", _ended)
    write(answerers(offer.application.person, on=now.date()), draft, now=now)


def _ended() -> Text:
    return Text(
        _("The place is kept no more"),
        (
            hello(),
            _(
                "We kept a place for you and had no answer in time. You are still on the "
                "list. What stands in it now is on your page:"
            ),
            my_page(),
        ),
    )


def place_given(enrolments: Sequence[Enrolment], *, now: datetime) -> None:
    """Tell a family that somebody from the waiting list has a place now."""
    for enrolment in enrolments:
        draft = Draft(PLACE_GIVEN, f"place-{enrolment.id}", _given)
        write(answerers(enrolment.person, on=now.date()), draft, now=now)


def _given() -> Text:
    return Text(
        _("You have a place"),
        (
            hello(),
            _("There is a place for you in the group you waited for. The days are here:"),
            my_page(),
        ),
    )


def moved(old: Cohort, new: Enrolment, *, now: datetime) -> None:
    """Tell the family and the mentors of both groups that somebody moves."""
    since = new.since
    draft = Draft(MOVED, f"moved-{new.id}", partial(_moved, new.cohort, since))
    write(answerers(new.person, on=now.date()), draft, now=now)
    for cohort, is_coming in ((old, False), (new.cohort, True)):
        _tell_mentors(cohort, f"moved-{new.id}-{cohort.id}", since, is_coming=is_coming, now=now)


def _moved(cohort: Cohort, since: date) -> Text:
    return _say_moved(say_day(since), say_course(cohort))


def _say_moved(day: str, course: str) -> Text:
    words = _("From %(day)s on the sessions are in another group.", day=day)
    return Text(
        _("A change of group"),
        (
            hello(),
            f"{words}\n«{course}»" if course else words,
            _("What was attended so far stays. The days and the link are on your page:"),
            my_page(),
        ),
    )


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


def _example_offered() -> Text:
    moment = datetime(2026, 9, 7, 14, tzinfo=UTC)
    deadline = say_deadline(moment, str(current_app.config["LMS_ZONE"]))
    return _say_offered(1, ["Python"], deadline, "/offers/…")


def _example_moved() -> Text:
    return _say_moved(say_day(date(2026, 9, 7)), "Python")


KINDS = (
    LetterKind(
        OFFER,
        _l("A free place is offered"),
        _example_offered,
        when=_l("At once when a place becomes free for the first who waits and fits."),
    ),
    LetterKind(
        OFFER_ENDED,
        _l("An offer has ended"),
        _ended,
        when=_l("When nobody answered in time and the place passes on."),
    ),
    LetterKind(
        PLACE_GIVEN,
        _l("A place from the waiting list"),
        _given,
        when=_l("At once when the coordinator has phoned and the family agreed."),
    ),
    LetterKind(
        MOVED,
        _l("Change of group"),
        _example_moved,
        when=_l("At once when somebody moves: to the family and to the mentors of both groups."),
    ),
)
