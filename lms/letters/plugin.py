"""What the letters slice gives to the suite."""

from datetime import datetime

from lms.contracts import (
    Eraser,
    JobKind,
    KnownPart,
)
from lms.hookspecs import hook
from lms.letters.erasing import ERASERS
from lms.letters.jobs import JOBS, send_again
from lms.letters.known import known_of
from lms.people.models import Person


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
