"""Writing to the families of a group: one letter for each adult, whatever the number of children."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import LetterKind
from lms.letters.rules import Text

KIND = "group_message"


def text_of(words: str) -> Text:
    """Make the letter: a fixed subject that names nobody and nothing, and the words as typed."""
    return Text(
        subject=_("A message from the library"),
        parts=tuple(part.strip() for part in words.split("\n\n") if part.strip()),
    )


def _example() -> Text:
    return text_of(
        _(
            "Good day!\n\n"
            "On Monday we meet an hour later than usual, at 18:00. Please bring headphones.\n\n"
            "See you!"
        )
    )


KINDS = (
    LetterKind(
        KIND,
        _l("Message to a group’s parents"),
        _example,
        when=_l("When the coordinator or the group’s mentor writes to everybody at once."),
    ),
)
