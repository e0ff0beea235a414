"""What the courses slice gives to the suite."""

from collections.abc import Mapping

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import MenuItem, RoleName, Sentence
from lms.courses import cohorts, views
from lms.courses.sentences import SENTENCES
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of programmes and of groups."""
    return [views.bp, cohorts.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of ages and sessions."""
    return SENTENCES


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the coordinator the programmes."""
    if RoleName.COORDINATOR in getattr(person, "roles", frozenset()):
        return [MenuItem(_l("Programmes"), "courses.programmes", weight=20)]
    return []
