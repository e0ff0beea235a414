"""What a letter is made of, and when one that did not leave is tried again: pure rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# Ten minutes after the first failure, then twice as long each time: about a day in all.
FIRST_WAIT = timedelta(minutes=10)
MOST_TRIES = 8
# So long a letter to a whole group waits and can be taken back; and so long nobody doubts that
# the worker who began with a letter is still at it.
HELD_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class Link:
    """A link in a letter: words and an address of this site, beginning with «/».

    ``signs_in`` makes it a sign-in link for the recipient: its token is made when the letter is
    sent and leads to the recipient's home page; ``path`` is then not needed.
    """

    label: str
    path: str = ""
    signs_in: bool = False


@dataclass(frozen=True)
class Text:
    """The words of a letter: a subject that names no child and no programme, and its parts."""

    subject: str
    parts: tuple[str | Link, ...]


@dataclass(frozen=True)
class Draft:
    """A letter to be written.

    :param kind: the key of a ``LetterKind``, for the coordinator's log.
    :param key: what makes it the same letter for the same person («offer-17»); it is written once
        for each person.
    :param compose: called with the recipient's language in force, once for each recipient.
    :param batch: ties the letters of one writing to a whole group.
    """

    kind: str
    key: str
    compose: Callable[[], Text]
    batch: str = ""
    written_by_id: int | None = None


def pack(parts: tuple[str | Link, ...]) -> list[dict[str, Any]]:
    """Make plain values of a letter's parts, fit to be stored.

    >>> pack(("Добрий день!", Link("Моя сторінка", signs_in=True)))
    [{'text': 'Добрий день!'}, {'label': 'Моя сторінка', 'path': '', 'signs_in': True}]
    """
    return [
        {"label": part.label, "path": part.path, "signs_in": part.signs_in}
        if isinstance(part, Link)
        else {"text": part}
        for part in parts
    ]


def is_due(tries: int, failed_at: datetime, *, now: datetime) -> bool:
    """Tell whether a letter that did not leave is tried again now.

    >>> from datetime import UTC
    >>> is_due(1, datetime(2022, 9, 5, 9, 0, tzinfo=UTC), now=datetime(2022, 9, 5, 9, 9, tzinfo=UTC))
    False
    >>> is_due(1, datetime(2022, 9, 5, 9, 0, tzinfo=UTC), now=datetime(2022, 9, 5, 9, 10, tzinfo=UTC))
    True
    """
    return tries == 0 or now >= failed_at + FIRST_WAIT * 2 ** (tries - 1)
