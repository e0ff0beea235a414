r"""Dates as mentors write them over a column: «05.09», «5.9.22», «5 вересня», «пн 5/9», 44809.

A date without a year is given that of the module, since a journal hardly ever writes it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lms.imports.values import MONTHS

MARGIN = timedelta(days=60)
LONGEST_HEADING = 60
FROM_SERIAL = date(1899, 12, 30)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_FIGURES = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?([./,\-])\s?(\d{1,2})(?:\s?[./,\-]\s?(\d{4}|\d{2}))?(?![\d/])"
)
_WORDS = re.compile(r"(?<!\d)(\d{1,2})[\s\-]*([а-яіїєґ]{3,9})\.?(?:\s+(\d{4}|\d{2})(?!\d))?")
_TURNED = re.compile(r"([а-яіїєґ]{3,9})\.?,?\s+(\d{1,2})(?!\d)")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.0)?")
_STEMS = "янв фев мар апр май июн июл авг сен окт ноя дек"
_OTHER = {stem: number for number, stem in enumerate(_STEMS.split(), start=1)} | {"мая": 5}


@dataclass(frozen=True)
class Span:
    """The days that a heading may mean: those of the module, and some weeks around it."""

    starts_on: date
    ends_on: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the module or near it."""
        return self.starts_on - MARGIN <= day <= self.ends_on + MARGIN

    def distance(self, day: date) -> int:
        """Count the days between the module and a day; zero within it."""
        return max((self.starts_on - day).days, (day - self.ends_on).days, 0)


def month_of(word: str) -> int:
    """Answer which month a word names, in any of its forms; zero for another word.

    >>> month_of("Вересень"), month_of("жовт."), month_of("група")
    (9, 10, 0)
    """
    letters = word.strip(" .,:").lower()
    stem = letters[:3]
    if not 3 <= len(letters) <= 9:
        return 0
    if stem in MONTHS:
        return MONTHS.index(stem) + 1 if _is_month(letters) else 0
    return _OTHER.get(stem, 0) if len(letters) <= 8 else 0


_FORMS = (
    "січень січня лютий лютого березень березня квітень квітня травень травня червень червня "
    "липень липня серпень серпня вересень вересня жовтень жовтня листопад листопада грудень грудня"
)
_WORDS_OF = _FORMS.split()


def _is_month(letters: str) -> bool:
    return any(form.startswith(letters) for form in _WORDS_OF) or letters.endswith("ні")


def read_day(text: str, span: Span, known: Iterable[date] = ()) -> date | None:
    """Read the date of a heading; nothing where there is none, or none near the module.

    >>> autumn = Span(date(2022, 9, 5), date(2022, 12, 20))
    >>> [str(read_day(text, autumn)) for text in ("05.09", "5.9.22", "пн 5 вересня", "44809")]
    ['2022-09-05', '2022-09-05', '2022-09-05', '2022-09-05']
    >>> str(read_day("5.1", autumn)), read_day("12.03.2012", autumn), read_day("2", autumn)
    ('2022-10-05', None, None)
    """
    plain = " ".join(text.split()).lower()
    if not plain or len(plain) > LONGEST_HEADING:
        return None
    days = {day for day in _readings(plain, span) if span.holds(day)}
    own = set(known)
    return min(days, key=lambda day: (day not in own, span.distance(day), day), default=None)


def _readings(plain: str, span: Span) -> Iterable[date]:
    match = _ISO.fullmatch(plain)
    if match:
        yield from _with_year(int(match[3]), int(match[2]), match[1], span)
        return
    if _SERIAL.fullmatch(plain):
        yield FROM_SERIAL + timedelta(days=int(plain.split(".", maxsplit=1)[0]))
        return
    match = _FIGURES.search(plain)
    if match:
        day, sign, month, year = int(match[1]), match[2], int(match[3]), match[4]
        yield from _with_year(day, month, year, span)
        # A spreadsheet that takes 5.10 for a number shows 5.1.
        if sign in ".," and match[3] == "1" and not year:
            yield from _with_year(day, 10, None, span)
        if sign == "/" and not _near(day, month, year, span):
            yield from _with_year(month, day, year, span)
        return
    for number, (named, of_year) in _named(plain):
        yield from _with_year(number, named, of_year, span)


def _near(day: int, month: int, year: str | None, span: Span) -> bool:
    return any(span.holds(one) for one in _with_year(day, month, year, span))


def _named(plain: str) -> Iterable[tuple[int, tuple[int, str | None]]]:
    for match in _WORDS.finditer(plain):
        if month_of(match[2]):
            yield int(match[1]), (month_of(match[2]), match[3])
    for match in _TURNED.finditer(plain):
        if month_of(match[1]):
            yield int(match[2]), (month_of(match[1]), None)


def _with_year(day: int, month: int, year: str | None, span: Span) -> Iterable[date]:
    years = (
        [int(year) + (2000 if len(year) == 2 else 0)]
        if year
        else range(span.starts_on.year - 1, span.ends_on.year + 2)
    )
    made = []
    for one in years:
        try:
            made.append(date(one, month, day))
        except ValueError:
            continue
    if made:
        yield min(made, key=span.distance)


def day_in_month(text: str, month: int, span: Span) -> date | None:
    """Read a bare number of a row of days under a row of months.

    >>> str(day_in_month("12", 9, Span(date(2022, 9, 5), date(2022, 12, 20))))
    '2022-09-12'
    """
    number = text.strip().removesuffix(".0")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 31:
        return None
    days = [day for day in _with_year(int(number), month, None, span) if span.holds(day)]
    return days[0] if days else None
