"""What the letters slice gives to the suite."""

from datetime import datetime
from typing import Any

from lms.clock import now as clock_now
from lms.contracts import (
    Eraser,
    JobKind,
    KnownPart,
)
from lms.hookspecs import hook
from lms.letters.erasing import ERASERS
from lms.letters.jobs import JOBS, send_again
from lms.letters.known import known_of
from lms.letters.services import hold_back
from lms.people.models import ContactRule, Person


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
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)


@hook
def contact_rule_changed(person: Any) -> None:
    """Hold back what waits, as soon as somebody must not be written to."""
    if person.contact_rule is not ContactRule.USUAL:
        hold_back(person, now=clock_now())
