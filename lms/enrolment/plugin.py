"""What the enrolment slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint
from flask_babel import gettext as _

from lms.clock import now, today
from lms.contracts import (
    Card,
    LetterKind,
    MenuItem,
    Panel,
    Reason,
    RoleName,
    Sentence,
    SessionChange,
    Setting,
)
from lms.courses.models import Cohort, Session
from lms.enrolment import (
    applying,
    cards,
    desk,
    letters,
    offered,
    participants,
    session_letters,
    views,
    waiting,
)
from lms.enrolment.calls import calls_of
from lms.enrolment.handing import hand_on_everywhere
from lms.enrolment.seats import is_in
from lms.enrolment.sentences import SENTENCES
from lms.hookspecs import hook
from lms.people.models import Person
from lms.settings import positive

LEAST_OFFER_HOURS = 48


def two_days(text: str) -> int:
    """Read a number of hours, two days at least: families work, travel and have no light.

    :raises ValueError: for anything less.
    """
    hours = positive(text)
    if hours < LEAST_OFFER_HOURS:
        raise ValueError("expected a whole number of 48 or more")
    return hours


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the catalogue, the forms and the coordinator's desk."""
    return [views.bp]


@hook
def register_settings() -> list[Setting]:
    """Give how many applications one address may send, and how long a place is kept on offer."""
    return [
        Setting(
            "LMS_OFFER_HOURS",
            "48",
            "Hours in which a family answers when a place becomes free; at least 48.",
            two_days,
        ),
        Setting(
            "LMS_APPLICATIONS_PER_HOUR",
            "40",
            "Applications accepted from one network address in an hour (families share addresses).",
            positive,
        ),
        Setting(
            "LMS_APPLICATIONS_PER_MINUTE",
            "20",
            "Applications accepted in any minute from everybody together: what a flood leaves.",
            positive,
        ),
    ]


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the letters about applications and about the timetable."""
    return (*letters.KINDS, *session_letters.KINDS)


@hook
def session_changed(session: Session, change: SessionChange) -> None:
    """Write to who is in the group that day, and to who leads it."""
    session_letters.tell(session, change)


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of applying and seats."""
    return SENTENCES


@hook
def assignment_blockers(person: Person, cohort: Cohort) -> list[Reason]:
    """Keep learners from leading their own group: nobody marks and confirms themselves."""
    if is_in(person.id, cohort.id, on=today(cohort.zone)):
        return [Reason("learns_in_the_group")]
    return []


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the catalogue to everybody, and further pages by role."""
    return cards.menu(person)


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator what waits."""
    return cards.cards(person)


@hook
def chores_due(now: datetime) -> None:
    """Offer what became free, and pass on what nobody answered."""
    hand_on_everywhere(now=now)


@hook
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Tell how full a group is."""
    return [*cards.panel(cohort, person), *_calls(cohort, person)]


def _calls(cohort: Cohort, person: object) -> list[Panel]:
    """Tell the coordinator whom to phone, since no letter goes there."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    calls = calls_of(cohort.id, now=now())
    if not calls:
        return []
    lines = tuple(f"{one.name}, {one.phone}: {one.about}" for one in calls)
    return [Panel(_("Whom to phone"), lines=lines, weight=5)]


__all__ = ["applying", "desk", "offered", "participants", "waiting"]
