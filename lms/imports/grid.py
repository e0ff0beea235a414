"""Finding the journal in a sheet: the row of dates, the column of names, rows without a name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lms.contracts import LMSError, Reason
from lms.imports.grid_days import Span, day_in_month, month_of, read_day
from lms.imports.reading import Sheet, SheetRow
from lms.imports.signs import read_number, read_sign

MOST_DAYS = 300
MOST_PEOPLE = 1_000


class NoGrid(LMSError):
    """A sheet in which no journal can be found."""

    code = "grid_refused"

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(reason=Reason(code, values))


class RowKind(StrEnum):
    """What a row of the journal is: a person, the sum of a day, or guests without a name."""

    PERSON = "person"
    TOTAL = "total"
    GUESTS = "guests"


@dataclass(frozen=True)
class GridColumn:
    """One date of the journal: where it stands, and under which number it is spoken of."""

    number: int
    place: int
    heading: str
    day: date


@dataclass(frozen=True)
class GridRow:
    """One row: its number in the file, its label, and its cells by the number of the column."""

    number: int
    kind: RowKind
    label: str
    cells: dict[int, str]


@dataclass(frozen=True)
class Grid:
    """A journal as it was found."""

    columns: tuple[GridColumn, ...] = ()
    rows: tuple[GridRow, ...] = ()
    ignored: int = 0

    @property
    def people(self) -> list[GridRow]:
        """The rows that name somebody."""
        return [row for row in self.rows if row.kind is RowKind.PERSON]


@dataclass
class _Block:
    """A header with what stands under it, until the next header."""

    days: dict[int, date]
    header: SheetRow
    rows: list[SheetRow] = field(default_factory=list)


_TOTAL = re.compile(
    r"(у?сього|всього|разом|загал|кількість|к-сть|к-ть|присутні\b|присутніх|було|итого|всего|сума|total)"
)
_GUESTS = re.compile(r"(гост|інші|без імен|без прізвищ|відвідувач|нові діти|гурт)")
_OTHER = re.compile(
    r"(відсутні\b|відсутніх|тема\b|теми\b|дата|примітк|коментар|ментор|викладач|вчитель|час\b|умовні|легенда"
    r"|позначк|прізвищ|піб\b|п\.?і\.?б|учень|учні\b|учасник|ім.я\b|діти\b|№|група\b|журнал|місяць|заняття)"
)
_NAME = re.compile(r"[^\W\d_][^\W\d_’'ʼ`\-.]*(?:[\s.’'ʼ`\-]+[^\W\d_]+[^\W\d_’'ʼ`\-.]*)*\.?")
_NUMBERING = re.compile(r"^\s*\d{1,3}\s*[.)]?\s+(?=\D)|^\s*\d{1,3}[.)]\s*(?=\D)")
_AFTER = re.compile(r"\s*[(\[,;/].*$")


def find_grid(sheet: Sheet, span: Span, known: Iterable[date] = ()) -> Grid:
    """Find the journal in a sheet.

    :param known: the days on which the group meets, which decide between two readings of a date.
    :raises NoGrid: where no row of dates stands, or the journal is larger than any group's.
    """
    days = frozenset(known)
    blocks = _blocks(sheet.rows, span, days)
    if not blocks:
        raise NoGrid("grid_no_dates")
    columns: list[GridColumn] = []
    rows: list[GridRow] = []
    ignored = 0
    for block in blocks:
        mine = [
            GridColumn(len(columns) + index, place, _cell(block.header, place), day)
            for index, (place, day) in enumerate(sorted(block.days.items()))
        ]
        columns += mine
        labels = _label_places(block)
        for row in block.rows:
            made = _row(row, mine, labels)
            if made is None:
                ignored += 1
            else:
                rows.append(made)
    if len(columns) > MOST_DAYS or len(rows) > MOST_PEOPLE:
        raise NoGrid("grid_too_large", days=MOST_DAYS, people=MOST_PEOPLE)
    if not rows:
        raise NoGrid("grid_no_rows")
    return Grid(tuple(columns), tuple(rows), ignored)


def _cell(row: SheetRow, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""


def _blocks(rows: Sequence[SheetRow], span: Span, known: frozenset[date]) -> list[_Block]:
    found: list[_Block] = []
    months: dict[int, int] = {}
    least = 2 if any(len(_days_of(row, span, known)) >= 2 for row in rows) else 1
    for row in rows:
        days = _days_of(row, span, known)
        under = _days_under(row, months, span) if months else {}
        if len(under) > len(days):
            found.append(_Block(under, row))
            months = {}
            continue
        if len(days) >= (least if not found else 2):
            found.append(_Block(days, row))
            months = {}
            continue
        named = _months_of(row)
        if named:
            months = named
        elif found:
            found[-1].rows.append(row)
    return found


def _days_of(row: SheetRow, span: Span, known: frozenset[date]) -> dict[int, date]:
    read = ((place, read_day(text, span, known)) for place, text in enumerate(row.cells))
    days = {place: day for place, day in read if day is not None}
    # One date in a row of many marks is a remark, not a header.
    filled = sum(1 for text in row.cells if text.strip())
    return days if 2 * len(days) >= filled - 3 else {}


def _months_of(row: SheetRow) -> dict[int, int]:
    """Read a row of months; a month holds for the columns to the right of it, up to the next."""
    found: dict[int, int] = {}
    others = 0
    for place, text in enumerate(row.cells):
        words = text.split()
        month = month_of(words[0]) if 1 <= len(words) <= 2 else 0
        if month:
            found[place] = month
        elif text.strip():
            others += 1
    return found if len(found) >= others - 3 else {}


def _days_under(row: SheetRow, months: dict[int, int], span: Span) -> dict[int, date]:
    days: dict[int, date] = {}
    month = 0
    first = min(months)
    for place in range(first, len(row.cells)):
        month = months.get(place, month)
        day = day_in_month(row.cells[place], month, span)
        if day is not None:
            days[place] = day
    return days


def _label_places(block: _Block) -> tuple[int, ...]:
    """Choose the column of names, or the two in which family name and first name stand."""
    width = max((len(row.cells) for row in block.rows), default=0)
    names: Counter[int] = Counter()
    for place in range(width):
        if place in block.days:
            continue
        names[place] = sum(1 for row in block.rows if _is_name(_cell(row, place)))
        heading = _cell(block.header, place).lower()
        if names[place] and re.search(r"прізвищ|піб|п\.і\.б|ім.я|учен|учн|учасни|дит", heading):
            names[place] += len(block.rows)
    best = max(names, key=lambda place: (names[place], -place), default=None)
    if best is None or not names[best]:
        return tuple(place for place in range(width) if place not in block.days)[:1]
    for first, second in ((best, best + 1), (best - 1, best)):
        if _are_halves(block, first, second, names):
            return (first, second)
    return (best,)


def _are_halves(block: _Block, first: int, second: int, names: Counter[int]) -> bool:
    if not (names.get(first) and names.get(second)):
        return False
    headings = [_cell(block.header, place).lower() for place in (first, second)]
    if any(headings) and not (
        re.search(r"прізвищ|ім.я", headings[0]) and re.search(r"прізвищ|ім.я", headings[1])
    ):
        return False
    filled = [row for row in block.rows if _cell(row, first) and _cell(row, second)]
    single = sum(
        1
        for row in filled
        if all(len(clean_label(_cell(row, place)).split()) == 1 for place in (first, second))
    )
    return bool(filled) and 2 * single > len(filled)


def clean_label(text: str) -> str:
    """Take numbering and remarks off a name.

    >>> clean_label("3. Ткач Лев (хворів)"), clean_label("12 Ґалаґан  Зоя, 9 р.")
    ('Ткач Лев', 'Ґалаґан Зоя')
    """
    return " ".join(_AFTER.sub("", _NUMBERING.sub("", text.strip())).split())


def _is_name(text: str) -> bool:
    label = clean_label(text)
    letters = sum(1 for letter in label if letter.isalpha())
    is_word = bool(_NAME.fullmatch(label)) and len(label.split()) <= 4
    return letters >= 2 and is_word and read_sign(label) is None and not _special(label)


def _special(label: str) -> bool:
    low = label.lower()
    return any(pattern.match(low) for pattern in (_TOTAL, _GUESTS, _OTHER))


def _row(row: SheetRow, columns: list[GridColumn], labels: tuple[int, ...]) -> GridRow | None:
    cells = {one.number: _cell(row, one.place) for one in columns if _cell(row, one.place)}
    if not cells:
        return None
    label = " ".join(filter(None, (clean_label(_cell(row, place)) for place in labels)))
    if not label or label.isdigit():
        before = [
            text.strip()
            for place, text in enumerate(row.cells)
            if place not in {one.place for one in columns} and _special(clean_label(text))
        ]
        label = clean_label(before[0]) if before else ""
    low = label.lower()
    if _GUESTS.match(low):
        return GridRow(row.number, RowKind.GUESTS, label, cells)
    if _TOTAL.match(low) or not label:
        numbers = {number: text for number, text in cells.items() if read_number(text) is not None}
        return GridRow(row.number, RowKind.TOTAL, label, numbers) if numbers else None
    if _OTHER.match(low) or not _is_name(label):
        return None
    return GridRow(row.number, RowKind.PERSON, label, cells)
