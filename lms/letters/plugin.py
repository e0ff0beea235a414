"""What the letters slice gives to the suite."""

from datetime import datetime

from lms.contracts import JobKind
from lms.hookspecs import hook
from lms.letters.jobs import JOBS, send_again


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)
