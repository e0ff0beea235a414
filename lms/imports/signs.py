"""What a sign of a mentor's journal means, and what is asked when nobody can know it.

Why somebody was ill is nobody's business here: «хв», «хворіла», «лікарня» all become
«поважна причина», and no word of the cell is kept.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from lms.attendance.rules import Status

LONGEST_REMEMBERED = 3
LONGEST_SHOWN = 40


class SignMeaning(StrEnum):
    """What may be said of a sign."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    NOTHING = "nothing"

    @property
    def status(self) -> Status | None:
        """The mark that it becomes; none where the cell says nothing."""
        return None if self is SignMeaning.NOTHING else Status(str(self))


_WORDS: Mapping[SignMeaning, str] = {
    SignMeaning.PRESENT: "+ ++ ✓ ✔ ☑ ✅ √ є 1 п так був була присутній присутня прис true yes да",
    SignMeaning.LATE: "з зап запізн запізнився запізнилась запізнилася спізнився спізнилась спізн +з з+",
    SignMeaning.ABSENT: (
        "- – — − 0 н нб ні нема немає відс відсутній відсутня відсутн false no не ✗ ✘ ❌ ☐"
        " пропуск пропустив пропустила"
    ),
    SignMeaning.EXCUSED: (
        "хв х хвор хворів хворіла хвора хворий хворіє хвороба лікарня лікарняний лік пп п/п"
        " поважна поваж пов відпросився відпросилась відпросилася"
    ),
    SignMeaning.NOTHING: ". … ? ,",
}
_KNOWN = {sign: meaning for meaning, words in _WORDS.items() for sign in words.split()}
_PHRASES = {
    "поважна причина": SignMeaning.EXCUSED,
    "з поважної причини": SignMeaning.EXCUSED,
    "не був": SignMeaning.ABSENT,
    "не була": SignMeaning.ABSENT,
    "не було": SignMeaning.ABSENT,
    "була присутня": SignMeaning.PRESENT,
}


def plain_sign(text: str) -> str:
    """Bring a cell to the form in which signs are compared.

    >>> plain_sign(" ХВ. "), plain_sign("1,0"), plain_sign("н (мама писала)"), plain_sign("H")
    ('хв', '1', 'н', 'н')
    """
    sign = re.sub(r"\s*[(\[].*", "", " ".join(text.split())) or text.strip()
    # The Latin capital looks like the Cyrillic one; a Latin x may be a cross for «was there».
    sign = {"H": "н", "XB": "хв", "XВ": "хв", "ХB": "хв", "€": "є"}.get(sign, sign).lower()
    if re.fullmatch(r"\d+[.,]0+", sign):
        sign = re.split("[.,]", sign)[0]
    return sign.rstrip(".;,! ") or sign


def read_sign(text: str, said: Mapping[str, str] = {}) -> SignMeaning | None:
    """Read one cell; ``None`` where the sign is unknown and must be asked about.

    :param said: what a coordinator said of signs, by :func:`plain_sign`; it goes before our own.

    >>> [str(read_sign(sign)) for sign in ("+", "н", "хв", "зап.", "Ω")]
    ['present', 'absent', 'excused', 'late', 'None']
    >>> read_sign("Ω", {"ω": "present"})
    <SignMeaning.PRESENT: 'present'>
    """
    sign = plain_sign(text)
    if sign in said and said[sign] in set(SignMeaning):
        return SignMeaning(said[sign])
    return _KNOWN.get(sign) or _PHRASES.get(sign)


def may_be_remembered(sign: str) -> bool:
    """Tell whether a sign may be kept: only a short one, which can't be a word about somebody.

    >>> may_be_remembered("ω"), may_be_remembered("грип")
    (True, False)
    """
    return len(sign) <= LONGEST_REMEMBERED and " " not in sign


def read_number(text: str) -> int | None:
    """Read how many were there; nothing where the cell is no whole number of people.

    >>> read_number("12"), read_number("12,0"), read_number("11 дітей"), read_number("+")
    (12, 12, 11, None)
    """
    match = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?(?:\s*[а-яіїєґ’'.]+)?", text.strip().lower())
    return int(match[1]) if match else None
