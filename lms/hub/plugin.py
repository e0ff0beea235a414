"""What the hub slice gives to the suite."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.clock import today
from lms.contracts import Card, Indicator, MenuItem, RoleName, Sentence
from lms.hookspecs import hook
from lms.hub import views
from lms.hub.indicators import INDICATORS
from lms.hub.sentences import SENTENCES
from lms.hub.services import count_today


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the consultation desk, its topics and its year."""
    return [views.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of consultations."""
    return SENTENCES


@hook
def register_indicators() -> tuple[Indicator, ...]:
    """Give the lines of consultations and of group classes."""
    return INDICATORS


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give leaders and the coordinator the desk, and the director the year."""
    if person.has(RoleName.LEADER, RoleName.COORDINATOR):
        return [MenuItem(_l("Consultations"), "hub.desk", weight=60)]
    if person.has(RoleName.DIRECTOR):
        return [MenuItem(_l("Consultations"), "hub.year", weight=60, values={"year": today().year})]
    return []


@hook
def home_cards(person: Any) -> list[Card]:
    """Give a leader the desk with today's count."""
    if not person.has(RoleName.LEADER):
        return []
    counted = count_today(person.person_id, on=today())
    return [
        Card(
            title=_("Record a consultation"),
            text=_("consultations of yours today"),
            figure=str(counted.own),
            endpoint="hub.desk",
            weight=60,
        )
    ]
