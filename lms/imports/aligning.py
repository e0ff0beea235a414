"""Putting the cells of a row back in their columns, where a delimiter stood inside a cell."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice

from lms.contracts import Reason
from lms.imports.columns import TESTS, Layout, Meaning
from lms.imports.reading import SheetRow
from lms.imports.values import is_nothing, plain, read_yes

IDLE = frozenset(
    {
        Meaning.COMMENT,
        Meaning.RESIDENCE,
        Meaning.ORIGIN,
        Meaning.COMPUTER,
        Meaning.SCHOOL_CLASS,
        Meaning.NUMBER,
        Meaning.AGE,
        None,
    }
)


@dataclass(frozen=True)
class Question:
    """What a person must decide: about which field, why, and the possible answers."""

    field: str
    reason: Reason
    options: tuple[str, ...] = ()


JOINED = frozenset(
    {Meaning.DIRECTION, Meaning.COMMENT, Meaning.CONSENT, Meaning.PHOTOGRAPHS, *IDLE}
) - {
    Meaning.AGE,
    Meaning.NUMBER,
}
MOST_SURPLUS = 4
MOST_TRIES = 5000


def aligned(row: SheetRow, layout: Layout) -> tuple[SheetRow, list[Reason], list[Question]]:
    """Put the cells of a row that has too many back in their columns, where that is certain.

    A delimiter inside a cell without quotes («Scratch, Python») makes one cell two.
    """
    width = len(layout.columns)
    surplus = len(row.cells) - width
    if surplus > 0 and not any(cell.strip() for cell in row.cells[width:]):
        surplus = 0
    if surplus <= 0 and not _is_moved(row, layout):
        return SheetRow(row.number, row.cells[:width]), [], []
    # Blank cells at the end of a row hide that there is one too many.
    cells = row.cells if surplus > 0 else (*row.cells, *([""] * (width + 1 - len(row.cells))))
    places = [column.place for column in layout.columns if column.meaning in JOINED]
    tries: dict[tuple[str, ...], float] = {}
    if surplus <= MOST_SURPLUS:
        ways = combinations_with_replacement(places, max(surplus, 1))
        for way in islice(ways, MOST_TRIES):
            joined = _joined(cells, Counter(way), width)
            tries.setdefault(joined, _fit(joined, layout) - 0.1 * len(set(way)))
    if not tries:
        return _broken(row.number, row.cells[:width])
    best = max(tries.values())
    chosen = next(cells for cells, fit in tries.items() if fit == best)
    rivals = [cells for cells, fit in tries.items() if best - fit < 0.3 and cells != chosen]
    if all(_differs_little(one, chosen, layout) for one in rivals):
        return SheetRow(row.number, chosen), [Reason("import_row_aligned")], []
    return _broken(row.number, chosen)


def _is_moved(row: SheetRow, layout: Layout) -> bool:
    """Tell whether a consent stands where no word of consent is, but words of a direction."""
    return any(
        column.meaning in {Meaning.CONSENT, Meaning.PHOTOGRAPHS}
        and column.place < len(row.cells)
        and read_yes(row.cells[column.place]) is None
        and _is_direction(row.cells[column.place].casefold())
        for column in layout.columns
    )


def _broken(number: int, cells: tuple[str, ...]) -> tuple[SheetRow, list[Reason], list[Question]]:
    return SheetRow(number, cells), [], [Question("row", Reason("import_row_broken"))]


def _joined(cells: tuple[str, ...], way: Mapping[int, int], width: int) -> tuple[str, ...]:
    """Give a column as many cells as a way of reading says, one to all others."""
    found: list[str] = []
    place = 0
    for column in range(width):
        end = place + 1 + way.get(column, 0)
        found.append(", ".join(cell.strip() for cell in cells[place:end]))
        place = end
    return tuple(found)


def _fit(cells: tuple[str, ...], layout: Layout) -> float:
    """Weigh how well cells stand in their columns: by their form, by words that come again."""
    weight = 0.0
    for column in layout.columns:
        text = plain(cells[column.place])
        if is_nothing(text):
            continue
        if column.place in layout.vocabulary:
            words = layout.vocabulary[column.place]
            parts = [text.casefold(), *(part.strip() for part in text.casefold().split(","))]
            weight += 1.5 if text.casefold() in words else 0.0
            if column.meaning is Meaning.DIRECTION:
                is_known = all(part in words or _is_direction(part) for part in parts[1:])
                weight += 1.0 if is_known else -1.0
            else:
                weight += 0.5 if read_yes(text) is not None else -1.0
            continue
        test = TESTS.get(column.meaning) if column.meaning else None
        if test is not None:
            weight += 1.0 if test(text) else -1.0
    return weight


def _is_direction(text: str) -> bool:
    return re.search(r"scratch|python|html|3d|комп.?ют|модел|монтаж|грамотн", text) is not None


def _differs_little(one: tuple[str, ...], other: tuple[str, ...], layout: Layout) -> bool:
    """Tell whether two readings differ only in what is not stored, or say the same yes."""
    for column in layout.columns:
        first, second = one[column.place], other[column.place]
        if column.meaning in IDLE or first == second:
            continue
        is_yes = column.meaning in {Meaning.CONSENT, Meaning.PHOTOGRAPHS}
        if not (is_yes and read_yes(first) is read_yes(second)):
            return False
    return True
