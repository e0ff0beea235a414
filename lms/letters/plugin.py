"""What the letters slice gives to the suite."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.clock import now as clock_now
from lms.contracts import Card, JobKind, MenuItem, RoleName
from lms.hookspecs import hook
from lms.letters import switching, views
from lms.letters.jobs import JOBS, send_again
from lms.letters.log import count_troubled


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the log of letters and the examples of them."""
    return [views.bp]


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give the coordinator the log of letters."""
    if RoleName.COORDINATOR in getattr(person, "roles", frozenset()):
        return [MenuItem(_l("Letters"), "letters.log", weight=35)]
    return []


@hook
def home_cards(person: Any) -> list[Card]:
    """Tell the coordinator of letters that did not leave, or of which nobody knows."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    number = count_troubled(now=clock_now())
    if not number:
        return []
    return [
        Card(
            _("Letters that may not have left"),
            text=_("Look at each and send it once more."),
            figure=str(number),
            endpoint="letters.log",
            values={"state": views.NEEDS_A_LOOK},
            tone="warn",
            weight=25,
        )
    ]


__all__ = ["switching"]
