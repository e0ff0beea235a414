"""What the enrolment slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, current_app
from flask_babel import gettext as _

from lms.clock import now, today
from lms.contracts import (
    Card,
    Eraser,
    KnownPart,
    LetterKind,
    MenuItem,
    Merger,
    Panel,
    Reason,
    RoleName,
    Sentence,
    SessionChange,
    Setting,
)
from lms.courses.models import Cohort, Module, Session
from lms.db import db
from lms.enrolment import (
    applying,
    cards,
    desk,
    doorway,
    going_on,
    letters,
    next_module,
    notices,
    offered,
    participants,
    session_letters,
    slips,
    views,
    waiting,
)
from lms.enrolment.calls import calls_of
from lms.enrolment.erasing import ERASERS
from lms.enrolment.handing import hand_on_everywhere
from lms.enrolment.known import known_of
from lms.enrolment.merging import MERGERS
from lms.enrolment.retention import forget_contacts, forget_refused
from lms.enrolment.seats import is_in
from lms.enrolment.sentences import SENTENCES
from lms.hookspecs import hook
from lms.outbox import remove_letters
from lms.people.models import Person
from lms.people.traces import wipe
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
def known_about(person: Person) -> list[KnownPart]:
    """Tell applications, places and consents."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """End places and applications; their rows stay as figures."""
    return ERASERS


@hook
def register_settings() -> list[Setting]:
    """Give how many applications may be sent, how long a place is offered, when data are erased."""
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
            "LMS_REFUSED_DAYS", "30", "Days after which a refused application is erased.", positive
        ),
        Setting(
            "LMS_CONTACT_MONTHS",
            "12",
            "Months after the last session that phone and e-mail are kept.",
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
def chores_due(now: datetime) -> None:
    """Offer what became free, pass on what nobody answered, erase what has had its time."""
    hand_on_everywhere(now=now)
    config = current_app.config
    if config["LMS_DEMONSTRATION"]:
        # The invented year stays as it was laid.
        return
    forgotten = forget_refused(days=config["LMS_REFUSED_DAYS"], now=now)
    marks = forget_contacts(months=config["LMS_CONTACT_MONTHS"], now=now, on=today())
    db.session.commit()
    for mark in marks:
        remove_letters(mark)
    if forgotten or marks:
        wipe(now=now)


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the letters about applications and about the timetable."""
    return (*letters.KINDS, *notices.KINDS, *session_letters.KINDS, *going_on.KINDS)


@hook
def session_changed(session: Session, change: SessionChange) -> None:
    """Write to who is in the group that day, and to who leads it."""
    session_letters.tell(session, change)


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of applying and seats."""
    return SENTENCES


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of applications and places when two records become one."""
    return MERGERS


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
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Tell how full a group is."""
    return [
        *cards.panel(cohort, person),
        *doorway.panel(cohort, person),
        *_calls(cohort, person),
    ]


@hook
def module_panels(module: Module, person: object) -> list[Panel]:
    """Lead to the next module, and to whoever is asked to go on."""
    return next_module.panel(module, person)


def _calls(cohort: Cohort, person: object) -> list[Panel]:
    """Tell the coordinator whom to phone, since no letter goes there."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    calls = calls_of(cohort.id, now=now())
    if not calls:
        return []
    lines = tuple(f"{one.name}, {one.phone}: {one.about}" for one in calls)
    return [Panel(_("Whom to phone"), lines=lines, weight=5)]


__all__ = ["applying", "desk", "going_on", "offered", "participants", "slips", "waiting"]
