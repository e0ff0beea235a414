"""What the families slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, current_app
from flask_babel import lazy_gettext as _l

from lms.clock import today
from lms.contracts import Card, Eraser, LetterKind, MenuItem, Merger, Panel, RoleName, Sentence
from lms.courses.models import Cohort
from lms.families import (
    adults,
    child,
    cohorts,
    desk,
    erasing,
    group_letter_views,
    group_letters,
    known_views,
    letters,
    places,
    reach,
    records,
    request_desk,
    requests,
    views,
)
from lms.families.growing import end_childhoods
from lms.families.jobs import ask_again
from lms.families.merging import MERGERS
from lms.families.sentences import SENTENCES
from lms.hookspecs import hook

HOMES = {
    RoleName.GUARDIAN: "families.family",
    RoleName.LEARNER: "families.learning",
}


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of guardians, learners and children, and the coordinator's about families."""
    return [views.bp, known_views.bp, request_desk.bp, group_letter_views.bp]


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the letters that families get."""
    return (*letters.KINDS, *group_letters.KINDS)


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of families."""
    return SENTENCES


@hook
def home_endpoint(role: RoleName) -> str | None:
    """Give guardians and learners their homes."""
    return HOMES.get(role)


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Lead guardians and learners to their pages, the coordinator to what waits."""
    roles: frozenset[RoleName] = getattr(person, "roles", frozenset())
    items = [
        (RoleName.GUARDIAN, MenuItem(_l("My children"), "families.family", weight=10)),
        (RoleName.LEARNER, MenuItem(_l("My learning"), "families.learning", weight=12)),
        (RoleName.COORDINATOR, MenuItem(_l("Families"), "families.desk", weight=16)),
    ]
    return [item for role, item in items if role in roles]


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of invitations and requests when two records become one."""
    return MERGERS


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator what waits about families."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    return desk.cards() + request_desk.cards(person)


@hook
def register_erasers() -> list[Eraser]:
    """Erase the words of requests, invitations, a child's pages and the scans of papers."""
    return requests.ERASERS + erasing.ERASERS


@hook
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Tell how many of a group may be photographed; give the way to write to its adults."""
    return cohorts.panel(cohort, person) + group_letter_views.panel(cohort, person)


@hook
def chores_due(now: datetime) -> None:
    """End guardianships of whoever came of age, ask for consents that run out, forget old requests."""
    on = today(str(current_app.config["LMS_ZONE"]))
    end_childhoods(now=now, on=on)
    ask_again(now=now, on=on)
    requests.forget_decided(now=now)


__all__ = ["adults", "child", "places", "reach", "records"]
