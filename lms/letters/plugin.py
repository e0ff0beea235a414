"""What the letters slice gives to the suite."""

from datetime import datetime
from typing import Any

from lms.clock import now as clock_now
from lms.contracts import JobKind
from lms.hookspecs import hook
from lms.letters.jobs import JOBS, send_again
from lms.letters.services import hold_back
from lms.people.models import ContactRule


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)


@hook
def contact_rule_changed(person: Any) -> None:
    """Hold back what waits, as soon as somebody must not be written to."""
    if person.contact_rule is not ContactRule.USUAL:
        hold_back(person, now=clock_now())
