"""Letters of two records that become one: the log follows, and what waits is not sent elsewhere."""

from flask_babel import ngettext

from lms.contracts import Merger
from lms.letters.models import LetterState
from lms.people.moving import Moving


def _letters(moving: Moving) -> None:
    """Hold back what still waits: it was written to another address, about other children."""
    for row in moving.rows("letter.person_id"):
        is_waiting = row["state"] == LetterState.WAITING
        if is_waiting and "account" not in moving.agreed:
            moving.set("letter", row, state=LetterState.HELD_BACK, state_at=moving.now)
    moving.follow("letter.person_id")


MERGERS = [
    Merger(
        "letter.person_id",
        say=lambda n: ngettext("%(num)d letter", "%(num)d letters", n),
        move=_letters,
        weight=80,
    ),
    Merger("letter_declined.person_id", weight=81),
]
