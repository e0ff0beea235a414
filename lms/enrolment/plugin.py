"""What the enrolment slice gives to the suite."""

from collections.abc import Mapping

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
from lms.enrolment import applying, desk, letters, session_letters, views
from lms.enrolment.calls import calls_of
from lms.enrolment.seats import is_in
from lms.enrolment.sentences import SENTENCES
from lms.hookspecs import hook
from lms.people.models import Person
from lms.settings import positive


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the catalogue, the forms and the coordinator's desk."""
    return [views.bp]


@hook
def register_settings() -> list[Setting]:
    """Give how many applications one network address may send."""
    return [
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
    return desk.menu(person)


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator what waits."""
    return desk.cards(person)


@hook
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Tell how full a group is."""
    return [*desk.panel(cohort, person), *_calls(cohort, person)]


def _calls(cohort: Cohort, person: object) -> list[Panel]:
    """Tell the coordinator whom to phone, since no letter goes there."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    calls = calls_of(cohort.id, now=now())
    if not calls:
        return []
    lines = tuple(f"{one.name}, {one.phone}: {one.about}" for one in calls)
    return [Panel(_("Whom to phone"), lines=lines, weight=5)]


__all__ = ["applying"]
