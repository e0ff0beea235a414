"""What the columns of a sheet mean: by any heading, and by the values where it says nothing."""

# ruff: noqa: E501  (tables of words are read better in one line)

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.imports.headings import Meaning, meaning_of, normal
from lms.imports.names import UNKNOWN, is_given, is_patronymic
from lms.imports.reading import Sheet, SheetRow
from lms.imports.values import (
    is_nothing,
    plain,
    read_date,
    read_email,
    read_moment,
    read_phone,
    read_yes,
)

__all__ = ["TESTS", "Column", "Layout", "Meaning", "recognise"]

SAMPLES = 60
HEADING_ROWS = 25
SURE, LIKELY = 0.9, 0.6


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it means, how certain that is, and how names stand in it."""

    place: int
    heading: str
    meaning: Meaning | None = None
    confidence: float = 0.0
    order: str = UNKNOWN
    is_of_parent: bool = False


@dataclass(frozen=True)
class Layout:
    """The columns of a sheet and the row of its headings, 0 where it has none."""

    columns: tuple[Column, ...]
    heading_row: int
    rows: tuple[SheetRow, ...]

    @property
    def by_heading(self) -> dict[str, str | None]:
        """Give the meaning of each heading, as the command line prints it."""
        return {
            column.heading: str(column.meaning) if column.meaning else None
            for column in self.columns
        }

    @cached_property
    def vocabulary(self) -> dict[int, frozenset[str]]:
        """Give the words that come again in columns of few words, by place."""
        width = len(self.columns)
        whole = [row.cells for row in self.rows if len(row.cells) <= width]
        found: dict[int, frozenset[str]] = {}
        for column in self.columns:
            if column.meaning in WORDED:
                said = Counter(
                    plain(cells[column.place]).casefold()
                    for cells in whole
                    if column.place < len(cells)
                )
                found[column.place] = frozenset(word for word, times in said.items() if times > 1)
        return found

    def place(self, meaning: Meaning) -> int | None:
        """Find the column of a meaning."""
        return next((one.place for one in self.columns if one.meaning is meaning), None)

    def column(self, meaning: Meaning) -> Column | None:
        """Find the column of a meaning."""
        return next((one for one in self.columns if one.meaning is meaning), None)


def recognise(sheet: Sheet, known: Mapping[str, str | None] | None = None) -> Layout:
    """Recognise the columns of a sheet; what a person said of a heading wins.

    :param known: meanings by heading, as they were set before for the same form; ``None`` or a
        blank leaves a column out.
    """
    heading_at = _heading_row(sheet)
    rows = sheet.rows[heading_at + 1 :] if heading_at >= 0 else sheet.rows
    named = sheet.rows[heading_at].cells if heading_at >= 0 else ()
    usual = Counter(len(row.cells) for row in rows).most_common(1)[0][0] if rows else 0
    headings = _unique(named, usual if heading_at < 0 else len(named))
    rows = tuple(row for row in rows if _is_data(row, named))
    profiles = [_Profile(_values(rows, place)) for place in range(len(headings))]
    columns = [
        _by_heading(place, heading, profiles[place]) for place, heading in enumerate(headings)
    ]
    if known:
        columns = [_as_said(column, known) for column in columns]
    columns = _by_values(columns, profiles, said=set(known or ()))
    columns = _settle(columns, profiles, said=set(known or ()))
    number = sheet.rows[heading_at].number if heading_at >= 0 else 0
    return Layout(tuple(columns), number, rows)


def _is_data(row: SheetRow, named: Sequence[str]) -> bool:
    """Leave out headings that were copied again and totals below a table."""
    if named and tuple(plain(cell) for cell in row.cells) == tuple(plain(cell) for cell in named):
        return False
    filled = [plain(cell) for cell in row.cells if plain(cell)]
    return not (filled and re.match(r"(всього|разом|усього|total|итого)\b", filled[0].casefold()))


def _heading_row(sheet: Sheet) -> int:
    """Find the row of headings among the first rows: several cells that say what a column is."""
    best, most = -1, 1.4
    for place, row in enumerate(sheet.rows[:HEADING_ROWS]):
        weight = sum(_heading_weight(cell) for cell in row.cells)
        weight -= sum(_looks_like_value(cell) for cell in row.cells)
        if weight > most:
            best, most = place, weight
    return best


def _heading_weight(cell: str) -> float:
    text = normal(cell)
    return 1.0 if text and len(text) < 200 and meaning_of(text)[0] is not None else 0.0


def _looks_like_value(cell: str) -> bool:
    text = plain(cell)
    if len(text) > 60 or not text:
        return False
    return bool(read_email(text).value or read_phone(text).value or read_date(text).value or is_given(text.split()[-1]))  # fmt: skip


def _unique(named: Sequence[str], width: int) -> list[str]:
    headings: list[str] = []
    for place in range(width):
        text = plain(named[place]) if place < len(named) else ""
        text = text or f"({_letter(place)})"
        base, times = text, 2
        while text in headings:
            text, times = f"{base} ({times})", times + 1
        headings.append(text)
    return headings


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _values(rows: Sequence[SheetRow], place: int) -> list[str]:
    found = [plain(row.cells[place]) for row in rows if place < len(row.cells)]
    return [text for text in found if not is_nothing(text)][:SAMPLES]


class _Profile:
    """What the values of a column look like: shares from 0 to 1."""

    def __init__(self, values: list[str]) -> None:
        self.values = values
        self.distinct = len({value.casefold() for value in values})

    def share(self, test: Callable[[str], object]) -> float:
        """Tell for how many of the values a test holds."""
        return (
            sum(bool(test(value)) for value in self.values) / len(self.values)
            if self.values
            else 0.0
        )

    def fits(self, meaning: Meaning) -> float:
        """Tell how well the values fit a meaning; 0.5 where nothing can be told."""
        test = TESTS.get(meaning)
        return 0.5 if test is None or not self.values else self.share(test)


def _is_name(text: str) -> bool:
    words = re.split(r"[\s,]+", re.sub(r"\([^)]*\)", "", text).strip())
    return 1 < len(words) < 6 and any(is_given(word.capitalize()) or is_patronymic(word.capitalize()) for word in words)  # fmt: skip


def _is_moment(text: str) -> bool:
    return ":" in text and read_moment(text) is not None


def _is_day(text: str) -> bool:
    read = read_date(text)
    is_year = re.fullmatch(r"(19|20)\d\d", text) is not None
    return bool(read.value or read.options) or is_year


TESTS: Mapping[Meaning, Callable[[str], object]] = {
    Meaning.EMAIL: lambda text: "@" in text or read_email(text).value,
    Meaning.PHONE: lambda text: len(re.sub(r"\D", "", text)) in range(8, 16) and not re.search(r"\d[./]\d", text) and not _is_moment(text),
    Meaning.BIRTH_DATE: lambda text: _is_day(text) and not _is_moment(text),
    Meaning.SENT_AT: lambda text: _is_moment(text) or read_moment(text),
    Meaning.PERSON: _is_name,
    Meaning.GUARDIAN: _is_name,
    Meaning.CONSENT: lambda text: read_yes(text) is not None,
    Meaning.PHOTOGRAPHS: lambda text: read_yes(text) is not None,
    Meaning.AGE: lambda text: re.fullmatch(r"\d{1,2}([.,]\d+)?(\s*(р|років|роки|рік)\.?)?", text),
}  # fmt: skip


TYPED = frozenset(
    {
        Meaning.EMAIL,
        Meaning.PHONE,
        Meaning.BIRTH_DATE,
        Meaning.SENT_AT,
        Meaning.AGE,
        Meaning.CONSENT,
    }
)
WORDED = (Meaning.CONSENT, Meaning.PHOTOGRAPHS, Meaning.DIRECTION, Meaning.COMPUTER)


def _by_heading(place: int, heading: str, profile: _Profile) -> Column:
    text = normal(heading)
    meaning, order = meaning_of(text)
    is_of_parent = (
        re.search(r"батьк(?!ові)|мати|мам|тат|матер|parent|mother|father", text) is not None
    )
    if meaning is None or heading == f"({_letter(place)})":
        return Column(place, heading)
    fits = profile.fits(meaning)
    if fits < 0.15 and len(profile.values) >= 3 and meaning in TYPED:
        # The heading says one thing and the values another: the values are what is read.
        return Column(place, heading, confidence=0.0, order=order, is_of_parent=is_of_parent)
    return Column(place, heading, meaning, round(0.5 + fits / 2, 2), order, is_of_parent)


def _as_said(column: Column, known: Mapping[str, str | None]) -> Column:
    if column.heading not in known:
        return column
    said = known[column.heading]
    meaning = Meaning(said) if said else None
    return Column(column.place, column.heading, meaning, 1.0, column.order, column.is_of_parent)


def _by_values(columns: list[Column], profiles: list[_Profile], *, said: set[str]) -> list[Column]:
    """Give a meaning to columns whose heading says nothing, where the values leave no doubt."""
    taken = {column.meaning for column in columns}
    free = [one for one in columns if one.meaning is None and one.heading not in said]
    found = list(columns)
    for meaning in (Meaning.EMAIL, Meaning.SENT_AT, Meaning.PHONE, Meaning.BIRTH_DATE):
        if meaning in taken:
            continue
        test = _is_moment if meaning is Meaning.SENT_AT else TESTS[meaning]
        fitting = [(profiles[one.place].share(test), -one.place, one) for one in free]
        share, _place, best = max(fitting, key=lambda one: one[:2], default=(0.0, 0, None))
        if best is not None and share >= 0.7:
            found[best.place] = Column(best.place, best.heading, meaning, round(share * LIKELY, 2))
            free.remove(best)
    _names_by_values(found, free, profiles)
    _words_by_values(found, free, profiles)
    return found


def _names_by_values(found: list[Column], free: list[Column], profiles: list[_Profile]) -> None:
    """Find the child's and the guardian's names among columns of names: patronymics are adults'."""
    parts = {Meaning.FAMILY, Meaning.GIVEN}
    meanings = {one.meaning for one in found}
    names = [one for one in free if profiles[one.place].share(_is_name) >= 0.6]
    names.sort(key=lambda one: profiles[one.place].share(lambda text: is_patronymic(text.split()[-1])))  # fmt: skip
    if names and Meaning.PERSON not in meanings and not parts <= meanings:
        first = names.pop(0)
        found[first.place] = Column(first.place, first.heading, Meaning.PERSON, LIKELY)
        free.remove(first)
    if names and Meaning.GUARDIAN not in meanings and Meaning.GUARDIAN_FAMILY not in meanings:
        last = names[-1]
        found[last.place] = Column(last.place, last.heading, Meaning.GUARDIAN, LIKELY)
        free.remove(last)


def _words_by_values(found: list[Column], free: list[Column], profiles: list[_Profile]) -> None:
    """Find the consent and the direction by the words that stand there."""
    meanings = {one.meaning for one in found}
    for one in list(free):
        profile = profiles[one.place]
        is_consent = profile.share(lambda text: "згод" in text.casefold() or "погодж" in text.casefold() or text == "+") > 0.5  # fmt: skip
        is_direction = profile.share(lambda text: re.search(r"scratch|python|html|3d|грамотн", text.casefold())) > 0.5  # fmt: skip
        for meaning, fits in ((Meaning.CONSENT, is_consent), (Meaning.DIRECTION, is_direction)):
            if fits and meaning not in meanings and one in free:
                found[one.place] = Column(one.place, one.heading, meaning, LIKELY)
                meanings.add(meaning)
                free.remove(one)


SECOND = {Meaning.PHONE: Meaning.OTHER_PHONE, Meaning.EMAIL: Meaning.OTHER_EMAIL}


def _settle(columns: list[Column], profiles: list[_Profile], *, said: set[str]) -> list[Column]:
    """Leave each meaning to the one column that bears it best."""
    settled = list(columns)
    for meaning in Meaning:
        same = [one for one in settled if one.meaning is meaning]
        same.sort(key=lambda one: (one.heading in said, len(profiles[one.place].values) > 0, one.confidence, -one.place), reverse=True)  # fmt: skip
        for rank, one in enumerate(same[1:]):
            other = SECOND.get(meaning) if rank == 0 else None
            settled[one.place] = Column(one.place, one.heading, other, one.confidence, one.order)
    meanings = {one.meaning for one in settled}
    for one in settled:
        # «Ім’я» alone with a whole name in it, and «Прізвище» likewise.
        is_whole = profiles[one.place].share(_is_name) >= 0.5
        if one.meaning in {Meaning.GIVEN, Meaning.FAMILY} and is_whole and not {Meaning.GIVEN, Meaning.FAMILY} <= meanings:  # fmt: skip
            settled[one.place] = Column(one.place, one.heading, Meaning.PERSON, LIKELY, one.order)
        if one.meaning in {Meaning.GUARDIAN_GIVEN, Meaning.GUARDIAN_FAMILY} and is_whole and not {Meaning.GUARDIAN_GIVEN, Meaning.GUARDIAN_FAMILY} <= meanings:  # fmt: skip
            settled[one.place] = Column(
                one.place, one.heading, Meaning.GUARDIAN, LIKELY, one.order, one.is_of_parent
            )
    return settled
