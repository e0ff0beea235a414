"""The form of the annual report: its lines in order, their wording and their units."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, npgettext

Said = Callable[[int], str]


@dataclass(frozen=True)
class Place:
    """A place of the form: the key of an indicator, how it is worded, and what it is part of.

    ``unit`` is the constant for programs, ``said`` the word that agrees with a number.
    """

    key: str
    label: Any
    unit: Any
    said: Said
    of: str | None = None


def _events(number: int) -> str:
    return npgettext("unit", "event", "events", number)


def _visits(number: int) -> str:
    return npgettext("unit", "visit", "visits", number)


def _persons(number: int) -> str:
    return npgettext("unit", "person", "persons", number)


def _consultations(number: int) -> str:
    return npgettext("unit", "consultation", "consultations", number)


def _sessions(number: int) -> str:
    return npgettext("unit", "session", "sessions", number)


def _groups(number: int) -> str:
    return npgettext("unit", "group", "groups", number)


def _modules(number: int) -> str:
    return npgettext("unit", "module", "modules", number)


def _children(number: int) -> str:
    return npgettext("unit", "child", "children", number)


def _mentors(number: int) -> str:
    return npgettext("unit", "mentor", "mentors", number)


def _meetings(number: int) -> str:
    return npgettext("unit", "meeting", "meetings", number)


def _trainings(number: int) -> str:
    return npgettext("unit", "training", "trainings", number)


def _complexes(number: int) -> str:
    return npgettext("unit", "complex", "complexes", number)


def _participants(number: int) -> str:
    return npgettext("unit", "participant", "participants", number)


def _certificates(number: int) -> str:
    return npgettext("unit", "certificate", "certificates", number)


def _credentials(number: int) -> str:
    return npgettext("unit", "credential", "credentials", number)


EVENTS = lazy_pgettext("unit", "events")
VISITS = lazy_pgettext("unit", "visits")
PERSONS = lazy_pgettext("unit", "persons")
SESSIONS = lazy_pgettext("unit", "sessions")
CHILDREN = lazy_pgettext("unit", "children")

FORM = (
    Place("events_held", _l("Educational, social and cultural events"), EVENTS, _events),
    Place(
        "event_attendance", _l("Visits to the events that the library organised"), VISITS, _visits
    ),
    Place("users_served", _l("Users served"), PERSONS, _persons),
    Place(
        "users_registered",
        _l("Registered in the single database of users"),
        PERSONS,
        _persons,
        of="users_served",
    ),
    Place(
        "consultations",
        _l("Individual consultations and trainings, online and in person"),
        lazy_pgettext("unit", "consultations"),
        _consultations,
    ),
    Place("persons_consulted", _l("Persons consulted"), PERSONS, _persons, of="consultations"),
    Place(
        "hub_group_classes",
        _l("Group classes of the digital hub, in person and online"),
        SESSIONS,
        _sessions,
    ),
    Place(
        "hub_group_persons",
        _l("Persons at the group classes of the hub"),
        PERSONS,
        _persons,
        of="hub_group_classes",
    ),
    Place("yoga_sessions", _l("Yoga therapy sessions"), SESSIONS, _sessions),
    Place("yoga_groups", _l("Yoga therapy groups"), lazy_pgettext("unit", "groups"), _groups),
    Place(
        "code_club_modules",
        _l("Modules of Code Club"),
        lazy_pgettext("unit", "modules"),
        _modules,
    ),
    Place("code_club_learners", _l("Children who learned at Code Club"), CHILDREN, _children),
    Place(
        "code_club_mentors",
        _l("Mentors of Code Club"),
        lazy_pgettext("unit", "mentors"),
        _mentors,
    ),
    Place("it_school_sessions", _l("Sessions of the Summer IT School"), SESSIONS, _sessions),
    Place("it_school_learners", _l("Children at the Summer IT School"), CHILDREN, _children),
    Place(
        "librarian_training_attendance",
        _l("Librarians at educational and methodical events, visits"),
        PERSONS,
        _persons,
    ),
    Place(
        "leaders_school_meetings",
        _l("Regional School for Heads “Non Stop”, meetings online"),
        lazy_pgettext("unit", "meetings"),
        _meetings,
    ),
    Place(
        "cyber_trainings",
        _l("Series of trainings in information and cyber security"),
        lazy_pgettext("unit", "trainings"),
        _trainings,
    ),
    Place(
        "brainpark_complexes",
        _l("Media school “Brainpark”, complexes"),
        lazy_pgettext("unit", "complexes"),
        _complexes,
    ),
    Place("brainpark_sessions", _l("Media school “Brainpark”, sessions"), SESSIONS, _sessions),
    Place(
        "pr_training_participants",
        _l("“PR between the lines” online, participants"),
        lazy_pgettext("unit", "participants"),
        _participants,
    ),
    Place(
        "staff_certificates_earned",
        _l("Certificates that our staff earned by learning at other organisations"),
        lazy_pgettext("unit", "certificates of staff"),
        _certificates,
    ),
    Place(
        "certificates_issued",
        _l("Certificates issued to those who completed their learning"),
        lazy_pgettext("unit", "certificates"),
        _certificates,
    ),
    Place(
        "mentor_credentials_issued",
        _l("Credentials of volunteer mentors of the project Code Club Ukraine"),
        lazy_pgettext("unit", "credentials"),
        _credentials,
    ),
)

PARTS = (
    Place(
        "other_events",
        _l("Other educational and cultural events, outside the programmes"),
        EVENTS,
        _events,
        of="events_held",
    ),
    Place(
        "other_event_attendance",
        _l("Visits to other events, outside the programmes"),
        VISITS,
        _visits,
        of="event_attendance",
    ),
)
"""Lines that other slices count and that a line of the form includes: shown under it."""
