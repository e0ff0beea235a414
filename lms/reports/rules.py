"""What may be said of two years beside each other, and how people are counted once: pure rules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

OLDEST, LATEST = 1900, 9998
LARGEST = 999_999_999


class Outcome(StrEnum):
    """What came of setting a figure against the year before."""

    COMPARED = "compared"
    NOT_COMPARED = "not_compared"
    NO_DATA = "no_data"
    MISSING = "missing"


@dataclass(frozen=True)
class Comparison:
    """A figure against the year before; ``percent`` has one decimal."""

    outcome: Outcome
    difference: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class Value:
    """What is known of one line in one year: a figure, and by which way it came about.

    ``source`` is set where the figure was entered by hand; ``is_whole`` is false where a part of
    the suite that adds to it is switched off; ``is_comparable`` where another rule counted it.
    """

    figure: int | None = None
    source: str | None = None
    is_comparable: bool = True
    is_whole: bool = True

    @property
    def is_entered(self) -> bool:
        """Tell whether the figure was typed and not counted."""
        return self.source is not None


def compare(figure: int | None, previous: int | None, *, is_same_rule: bool = True) -> Comparison:
    """Set a figure against that of the year before.

    Percentages are computed from the two figures and rounded half up to one decimal at the end.
    Nothing is compared with an unknown figure; figures counted by different rules, and anything
    against nothing, have no percentage.

    >>> compare(51, 50).percent, compare(3, 7).percent
    (Decimal('2.0'), Decimal('-57.1'))
    >>> compare(2001, 2000).percent, compare(1999, 2000).percent
    (Decimal('0.1'), Decimal('-0.1'))
    >>> compare(5, 0).outcome.value, compare(5, 0).difference
    ('not_compared', 5)
    >>> compare(None, 7).outcome.value, compare(7, None).outcome.value
    ('no_data', 'no_data')
    >>> compare(7, 5, is_same_rule=False)
    Comparison(outcome=<Outcome.NOT_COMPARED: 'not_compared'>, difference=None, percent=None)
    """
    if figure is None or previous is None:
        return Comparison(Outcome.NO_DATA)
    if not is_same_rule:
        return Comparison(Outcome.NOT_COMPARED)
    difference = figure - previous
    if previous == 0:
        return Comparison(Outcome.NOT_COMPARED, difference)
    # Rounded from the exact fraction: a rounded quotient would be rounded twice.
    tenths = _half_up(abs(difference) * 1000, previous)
    percent = Decimal(tenths if difference >= 0 else -tenths).scaleb(-1)
    return Comparison(Outcome.COMPARED, difference, percent)


def _half_up(dividend: int, divisor: int) -> int:
    """Divide whole numbers and round half away from zero, exactly.

    >>> _half_up(5, 2), _half_up(7, 5), _half_up(7, 4)
    (3, 1, 2)
    """
    return (2 * dividend + divisor) // (2 * divisor)


def last_complete_year(years: Iterable[int], *, on: date) -> int:
    """Choose the year that a report shows first: the last one over that has rows, else last year.

    >>> last_complete_year([2021, 2022, 2026], on=date(2026, 3, 1))
    2022
    >>> last_complete_year([2026], on=date(2026, 3, 1))
    2025
    """
    return max((year for year in years if year < on.year), default=on.year - 1)


@dataclass(frozen=True)
class Overlap:
    """How a number of places becomes a number of people: each person counts once.

    ``places`` sums the people of each group; ``in_several`` are the people met in more than one.
    """

    persons: int
    places: int
    in_several: int

    @property
    def repeats(self) -> int:
        """Count how often somebody was met again in a further group."""
        return self.places - self.persons


def overlap_of(pairs: Iterable[tuple[int, int]]) -> Overlap:
    """Count people in groups once, and those met in several of them.

    :param pairs: group (or module, or programme) and person, in any order, repeated or not.

    >>> overlap_of([(1, 7), (1, 8), (2, 8), (2, 8)])
    Overlap(persons=2, places=3, in_several=1)
    """
    distinct = set(pairs)
    met = Counter(person for _group, person in distinct)
    return Overlap(len(met), len(distinct), sum(1 for times in met.values() if times > 1))
