"""What the events slice gives to the suite."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import Indicator, MenuItem, RoleName, Sentence
from lms.events import views
from lms.events.indicators import INDICATORS
from lms.events.sentences import SENTENCES
from lms.hookspecs import hook


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of other events."""
    return [views.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of events."""
    return SENTENCES


@hook
def register_indicators() -> tuple[Indicator, ...]:
    """Give the lines of other events."""
    return INDICATORS


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give leaders and the coordinator the events."""
    if person.has(RoleName.LEADER, RoleName.COORDINATOR):
        return [MenuItem(_l("Events"), "events.listing", weight=65)]
    return []
