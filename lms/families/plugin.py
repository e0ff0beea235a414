"""What the families slice gives to the suite."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import LetterKind, MenuItem, Panel, RoleName
from lms.courses.models import Cohort
from lms.families import group_letter_views, group_letters, places, views
from lms.hookspecs import hook

HOMES = {
    RoleName.GUARDIAN: "families.family",
    RoleName.LEARNER: "families.learning",
}


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of guardians and of adult learners."""
    return [views.bp, group_letter_views.bp]


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
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Give the way to write to the adults of a group."""
    return group_letter_views.panel(cohort, person)


__all__ = ["places"]
