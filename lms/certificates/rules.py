"""Pure rules of certificates: who gets one, what a stranger is told, what a file is called."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from translitua import translit

from lms.certificates.codes import ALPHABET, BODY_LENGTH, is_wellformed, normalise
from lms.contracts import Reason
from lms.people.names import fold
from lms.people.rules import is_minor

CREDENTIAL_AWARD = "mentor_credential"
"""The award of a mentor; everything else that is issued counts as a certificate."""

TIME_TO_RESTORE = timedelta(hours=24)
LONGEST_PART = 60


class State(StrEnum):
    """What a stranger is told about a paper."""

    VALID = "valid"
    REVOKED = "revoked"
    ERASED = "erased"


def state_of(*, is_revoked: bool, is_erased: bool) -> State:
    """Tell the state of a paper; a revoked one stays revoked when its holder is erased.

    >>> state_of(is_revoked=True, is_erased=True), state_of(is_revoked=False, is_erased=True)
    (<State.REVOKED: 'revoked'>, <State.ERASED: 'erased'>)
    """
    if is_revoked:
        return State.REVOKED
    return State.ERASED if is_erased else State.VALID


def is_minors(birth_date: date | None, *, is_for_children: bool, on: date) -> bool:
    """Tell whether a paper is treated as a child's: its name is never said to a stranger.

    Where a programme is for children and nobody knows the birth date, silence is the safe side.

    >>> is_minors(None, is_for_children=True, on=date(2022, 12, 20))
    True
    >>> is_minors(date(2000, 1, 1), is_for_children=True, on=date(2022, 12, 20))
    False
    """
    if birth_date is None:
        return is_for_children
    return is_minor(birth_date, on)


class Typing(StrEnum):
    """How a typed code looks before anybody looks it up."""

    GOOD = "good"
    EMPTY = "empty"
    LENGTH = "length"
    LETTERS = "letters"
    SLIP = "slip"


def judge_typing(typed: str) -> Typing:
    """Tell a slip of the finger from a code that merely is not known here.

    >>> judge_typing("7ZQ4H-2M9XK-0B3TD-W5RN8-D"), judge_typing("7ZQ4H-2M9XK-0B3TD-W5RN9-D")
    (<Typing.GOOD: 'good'>, <Typing.SLIP: 'slip'>)
    >>> judge_typing("7ZQ4H-2M9XK"), judge_typing("ЖZQ4H-2M9XK-0B3TD-W5RN8-D")
    (<Typing.LENGTH: 'length'>, <Typing.LETTERS: 'letters'>)
    """
    code = normalise(typed)
    if not code:
        return Typing.EMPTY
    if not set(code) <= set(ALPHABET):
        return Typing.LETTERS
    if len(code) != BODY_LENGTH + 1:
        return Typing.LENGTH
    return Typing.GOOD if is_wellformed(code) else Typing.SLIP


def is_same_family_name(typed: str, holder: str, holder_latin: str) -> bool:
    """Tell whether a typed surname is the one that a paper begins with.

    Case, apostrophes, hyphens and spaces do not matter; a surname of several words matches as a
    whole, and whoever holds the English twin may type Latin letters.

    >>> is_same_family_name("драй хмара", "Драй-Хмара Анастасія", "Drai-Khmara Anastasiia")
    True
    >>> is_same_family_name("Znamianska", "Знам’янська Соломія", "Znamianska Solomiia")
    True
    >>> is_same_family_name("Соломія", "Знам’янська Соломія", "Znamianska Solomiia")
    False
    """
    key = fold(typed)
    if not key:
        return False
    names = (holder, holder_latin, translit(holder))
    return any(key in _beginnings(name) for name in names)


def _beginnings(name: str) -> set[str]:
    words = name.split()
    return {fold(" ".join(words[:count])) for count in range(1, max(2, len(words)))}


def names_somebody(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text that strangers will read holds one of these names, also declined.

    >>> names_somebody("Видано помилково Знам’янській", ["Знам’янська", "Соломія"])
    True
    >>> names_somebody("Видано помилково", ["Знам’янська", "Соломія"])
    False
    """
    words = [fold(word) for word in re.split(r"[\s,.;:!?«»\"()/-]+", text)]
    for name in names:
        for part in re.split(r"[\s-]+", name):
            stem = fold(part)
            stem = stem[: max(3, len(stem) - 2)]
            if len(stem) > 1 and any(_holds(word, stem) for word in words):
                return True
    return False


def _holds(word: str, stem: str) -> bool:
    # Three letters stand inside many words that are no names.
    return stem in word if len(stem) > 3 else word.startswith(stem)


def can_restore(revoked_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a revocation can still be taken back: for a day, and not at night later.

    >>> from datetime import UTC
    >>> noon = datetime(2022, 12, 20, 12, tzinfo=UTC)
    >>> [can_restore(noon, now=noon + timedelta(hours=hours)) for hours in (24, 25)]
    [True, False]
    """
    return revoked_at is not None and now - revoked_at <= TIME_TO_RESTORE


def file_name(number: str, locale: str, holder: str = "") -> str:
    """Name a document; without the holder it tells nothing to whoever sees a phone's downloads.

    The number tells namesakes apart and is never shortened.

    >>> file_name("№ 2022/2-017", "uk")
    '2022-2-017.pdf'
    >>> file_name("№ 2022/2-017", "en", "Знам’янська Соломія Андріївна")
    'Знам’янська_Соломія_2022-2-017_en.pdf'
    """
    parts = [_safe(word)[:LONGEST_PART] for word in holder.split()[:2]]
    parts.append(_safe(number.removeprefix("№").strip()))
    parts += [locale] * (locale != "uk")
    return "_".join(part for part in parts if part) + ".pdf"


def _safe(text: str) -> str:
    return re.sub(r"[^\w’-]+", "-", text).strip("-")


def repeats_name(typed: str, names: Iterable[str]) -> bool:
    """Tell whether a typed text holds a whole name, whatever stands around or between.

    >>> repeats_name("<b>знам'янська</b>", ["Знам’янська", "Соломія"])
    True
    >>> repeats_name("Знам", ["Знам’янська", "Соломія"])
    False
    """
    key = fold(typed)
    return any(len(fold(name)) > 1 and fold(name) in key for name in names)


@dataclass(frozen=True)
class Candidate:
    """What is known of a learner when a group's certificates are about to be issued."""

    is_met: bool
    is_completed: bool
    unmet: tuple[Reason, ...] = ()
    number: str = ""
    is_revoked: bool = False
    unprintable: str = ""


def issue_objections(candidate: Candidate) -> tuple[Reason, ...]:
    """List why somebody gets no certificate now; none means that one is issued.

    >>> issue_objections(Candidate(is_met=True, is_completed=False))[0].code
    'not_confirmed'
    """
    if candidate.number:
        code = "certificate_revoked" if candidate.is_revoked else "certificate_issued"
        return (Reason(code, {"number": candidate.number}, is_met=not candidate.is_revoked),)
    if not candidate.is_completed:
        return (Reason("not_confirmed"),) if candidate.is_met else candidate.unmet
    if candidate.unprintable:
        return (Reason("name_unprintable", {"letters": candidate.unprintable}),)
    return ()
