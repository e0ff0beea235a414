"""Whose row of a journal it is: names held against those who are in the group, and nobody else."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from lms.people.likeness import given_classes, skeleton

MOST_CANDIDATES = 5
LIKE = 70.0


@dataclass(frozen=True)
class Member:
    """Somebody of the group, with the days of the membership, both included."""

    person_id: int
    family_name: str
    given_name: str
    patronymic: str = ""
    spans: tuple[tuple[date, date | None], ...] = ()

    @property
    def name(self) -> str:
        """The name as on a list."""
        return " ".join(filter(None, (self.family_name, self.given_name)))

    def is_in(self, day: date) -> bool:
        """Tell whether the membership covers a day."""
        return any(since <= day and (until is None or day <= until) for since, until in self.spans)


@dataclass(frozen=True)
class Match:
    """Who a label means: one person for certain, or some who may be meant."""

    person_id: int | None = None
    candidates: tuple[int, ...] = ()


def match_name(label: str, members: Sequence[Member]) -> Match:
    """Find who of a group is meant by a name; a likeness is never more than a suggestion.

    >>> group = [Member(1, "Знам’янська", "Софія"), Member(2, "Ткач", "Лев")]
    >>> match_name("Знамянська С.", group), match_name("Лев Ткач", group)
    (Match(person_id=1, candidates=()), Match(person_id=2, candidates=()))
    >>> match_name("Ткаченко Лев", group)
    Match(person_id=None, candidates=(2,))
    """
    words = [word for word in re.split(r"[\s.]+", label) if word]
    if not words:
        return Match()
    for rule in (_whole, _with_initial, _one_word):
        found = [member.person_id for member in members if rule(words, member)]
        if len(found) == 1:
            return Match(found[0])
        if found:
            return Match(candidates=tuple(found[:MOST_CANDIDATES]))
    return Match(candidates=_like(label, members))


def _is_given(word: str, member: Member) -> bool:
    mine, theirs = skeleton(word), skeleton(member.given_name)
    return bool(mine) and (mine == theirs or bool(given_classes(mine) & given_classes(theirs)))


def _is_family(words: Iterable[str], member: Member) -> bool:
    return skeleton("".join(words)) == skeleton(member.family_name.replace(" ", ""))


def _whole(words: list[str], member: Member) -> bool:
    """Family and first name in either order, with or without the patronymic."""
    if not 2 <= len(words) <= 5:
        return False
    patronymic = skeleton(member.patronymic)
    for place, word in enumerate(words):
        others = words[:place] + words[place + 1 :]
        if not _is_given(word, member):
            continue
        if _is_family(others, member):
            return True
        for last, other in enumerate(others):
            # A patronymic that the library does not know is passed over; another one is not.
            is_name_of_father = skeleton(other) == patronymic if patronymic else _sounds(other)
            if len(others) > 1 and is_name_of_father:
                rest = others[:last] + others[last + 1 :]
                if _is_family(rest, member):
                    return True
    return False


def _sounds(word: str) -> bool:
    return word.lower().endswith(("ович", "евич", "йович", "ївна", "івна", "ївич"))


def _with_initial(words: list[str], member: Member) -> bool:
    initials = [word for word in words if len(word) == 1]
    rest = [word for word in words if len(word) > 1]
    if not initials or len(initials) > 2 or not rest:
        return False
    if _is_family(rest, member):
        first = initials[0]
        return skeleton(first) == skeleton(member.given_name[:1])
    return (
        len(rest) == 1
        and len(initials) == 1
        and _is_given(rest[0], member)
        and (skeleton(initials[0]) == skeleton(member.family_name[:1]))
    )


def _one_word(words: list[str], member: Member) -> bool:
    return len(words) == 1 and (_is_given(words[0], member) or _is_family(words, member))


def _like(label: str, members: Sequence[Member]) -> tuple[int, ...]:
    wanted = " ".join(sorted(map(skeleton, label.split())))
    scores = [
        (
            fuzz.token_sort_ratio(
                wanted, f"{skeleton(one.family_name)} {skeleton(one.given_name)}"
            ),
            one,
        )
        for one in members
    ]
    near = sorted((-score, one.name, one.person_id) for score, one in scores if score >= LIKE)
    return tuple(person_id for _score, _name, person_id in near[:MOST_CANDIDATES])
