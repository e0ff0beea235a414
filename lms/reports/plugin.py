"""What the reports slice gives to the suite."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import Indicator, MenuItem, RoleName, Sentence
from lms.hookspecs import hook
from lms.reports import views
from lms.reports.indicators import INDICATORS
from lms.reports.pdf import print_report
from lms.reports.sentences import SENTENCES


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of the year and the command that prints it."""
    return [views.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of refused figures."""
    return SENTENCES


@hook
def register_indicators() -> tuple[Indicator, ...]:
    """Give the lines counted from sessions, and those entered by hand."""
    return INDICATORS


@hook
def print_document(html: str) -> bytes:
    """Print other slices' documents by the renderer of the year's printout."""
    return print_report(html, {})


@hook
def home_endpoint(role: RoleName) -> str | None:
    """Give the director the year."""
    return "reports.home" if role is RoleName.DIRECTOR else None


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give the coordinator and the director the year."""
    if person.has(RoleName.COORDINATOR, RoleName.DIRECTOR):
        return [MenuItem(_l("The year in figures"), "reports.home", weight=80)]
    return []
