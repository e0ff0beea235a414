"""What the families slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import Card, Eraser, LetterKind, MenuItem, Panel, RoleName, Sentence
from lms.courses.models import Cohort
from lms.families import group_letter_views, group_letters, known_views, places, request_desk, views
from lms.families.requests import ERASERS, forget_decided
from lms.families.sentences import SENTENCES
from lms.hookspecs import hook

HOMES = {
    RoleName.GUARDIAN: "families.family",
    RoleName.LEARNER: "families.learning",
}


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of guardians and of adult learners."""
    return [views.bp, known_views.bp, request_desk.bp, group_letter_views.bp]


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the letters that families get."""
    return group_letters.KINDS


@hook
def home_endpoint(role: RoleName) -> str | None:
    """Give guardians and learners their homes."""
    return HOMES.get(role)


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Lead guardians and learners to their pages."""
    roles: frozenset[RoleName] = getattr(person, "roles", frozenset())
    items = [
        (RoleName.GUARDIAN, MenuItem(_l("My children"), "families.family", weight=10)),
        (RoleName.LEARNER, MenuItem(_l("My learning"), "families.learning", weight=12)),
    ]
    return [item for role, item in items if role in roles]


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator which families ask about their data."""
    return request_desk.cards(person)


@hook
def chores_due(now: datetime) -> None:
    """Forget the words of requests decided long ago."""
    forget_decided(now=now)


@hook
def register_erasers() -> list[Eraser]:
    """Erase the words of requests about data."""
    return ERASERS


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of requests about data."""
    return SENTENCES


@hook
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Give the way to write to the adults of a group."""
    return group_letter_views.panel(cohort, person)


__all__ = ["places"]
