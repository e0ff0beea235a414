"""Letters of an erased person go; letters to others lose the words that may name them."""

from sqlalchemy import or_, select

from lms.contracts import Eraser, Erasing
from lms.db import db
from lms.letters.log import TROUBLED
from lms.letters.models import Letter, LetterState
from lms.people.names import fold

# «Соломія», «Соломії», «Соломією»: the endings change, the first letters hardly ever.
STEM = 3
OPEN = frozenset({LetterState.WAITING, LetterState.SENDING})


def _empty_letters(erasing: Erasing) -> None:
    """Empty what was written to the family, and what was written to groups and names the person.

    The rows stay: they keep the same letter from being written twice. One that has not left yet
    and names the person is held back; others still leave.
    """
    letters = db.session.scalars(
        select(Letter).where(
            or_(Letter.person_id.in_(erasing.guardian_ids), Letter.batch != ""),
            Letter.person_id != erasing.person_id,
        )
    )
    for letter in letters:
        is_named = _names(letter, erasing)
        is_family = letter.person_id in erasing.guardian_ids and letter.state not in OPEN
        if is_named and letter.state in OPEN:
            letter.state, letter.state_at = LetterState.HELD_BACK, erasing.now
        if is_named or is_family:
            letter.subject, letter.parts = "", []
            if letter.state in TROUBLED:
                # Else an empty letter would leave when somebody sends it once more.
                letter.state, letter.state_at = LetterState.HELD_BACK, erasing.now
            erasing.outbox.append(letter.key)
    db.session.flush()


def _names(letter: Letter, erasing: Erasing) -> bool:
    """Tell whether a letter holds words that begin like each of two names, or a whole name."""
    text = " ".join(
        [letter.subject, *(str(value) for part in letter.parts for value in part.values())]
    )
    words = [fold(word) for word in text.split()]
    names = [fold(name) for name in erasing.names]
    alike = {name for name in names if any(word.startswith(name[:STEM]) for word in words if name)}
    return len(alike) > 1 or any(name in words for name in names)


ERASERS = [
    Eraser("letter", run=_empty_letters),
    Eraser("letter", is_deleted=True),
    Eraser("letter_declined", is_deleted=True),
]
