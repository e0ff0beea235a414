"""What the letters slice gives to the suite."""

from datetime import datetime

from lms.contracts import Eraser, JobKind
from lms.hookspecs import hook
from lms.letters.erasing import ERASERS
from lms.letters.jobs import JOBS, send_again


@hook
def register_jobs() -> list[JobKind]:
    """Give the sending of letters."""
    return JOBS


@hook
def register_erasers() -> list[Eraser]:
    """Erase letters to a person, and the words of those that may name them."""
    return ERASERS


@hook
def chores_due(now: datetime) -> None:
    """Try again what did not leave."""
    send_again(now=now)
