"""What the letters slice gives to the suite."""

from datetime import datetime

from lms.contracts import JobKind, Merger
from lms.hookspecs import hook
from lms.letters.jobs import JOBS, send_again
from lms.letters.merging import MERGERS


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of letters when two records become one."""
    return MERGERS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)
