"""What the letters slice gives to the suite."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from lms.clock import now as clock_now
from lms.contracts import (
    Card,
    Eraser,
    JobKind,
    KnownPart,
    Merger,
    RoleName,
)
from lms.hookspecs import hook
from lms.letters import switching, views
from lms.letters.erasing import ERASERS
from lms.letters.jobs import JOBS, send_again
from lms.letters.known import known_of
from lms.letters.log import count_troubled
from lms.letters.merging import MERGERS
from lms.letters.services import hold_back
from lms.people.models import ContactRule, Person


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the log of letters and the examples of them."""
    return [views.bp]


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell which letters were written to a person."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Erase letters to a person, and the words of those that may name them."""
    return ERASERS


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of letters when two records become one."""
    return MERGERS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)


@hook
def home_cards(person: Any) -> list[Card]:
    """Tell the coordinator of letters that did not leave, and lead to the log of all of them."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    cards = [
        Card(
            _("Letters"),
            text=_("Everything the program wrote to people, and whether it left."),
            endpoint="letters.log",
            tone="quiet",
            weight=600,
        )
    ]
    number = count_troubled(now=clock_now())
    if number:
        cards.append(
            Card(
                _("Letters that may not have left"),
                text=_("Look at each and send it once more."),
                figure=str(number),
                endpoint="letters.log",
                values={"state": views.NEEDS_A_LOOK},
                tone="warn",
                weight=25,
            )
        )
    return cards


@hook
def contact_rule_changed(person: Any) -> None:
    """Hold back what waits, as soon as somebody must not be written to."""
    if person.contact_rule is not ContactRule.USUAL:
        hold_back(person, now=clock_now())


__all__ = ["switching"]
