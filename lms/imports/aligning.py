"""Putting the cells of a row back in their columns, where a delimiter stood inside a cell."""

import re
from dataclasses import dataclass

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


def aligned(row: SheetRow, layout: Layout) -> tuple[SheetRow, list[Reason], list[Question]]:
    """Put the cells of a row that has too many back in their columns, where that is certain.

    A delimiter inside a cell without quotes («Scratch, Python») makes one cell two.
    """
    width = len(layout.columns)
    surplus = len(row.cells) - width
    if surplus <= 0:
        return row, [], []
    if layout.heading_row == 0 or not any(cell.strip() for cell in row.cells[width:]):
        return SheetRow(row.number, row.cells[:width]), [], []
    tries = [
        (_fit(cells, layout), -place, cells)
        for place in range(width)
        for cells in [_joined(row.cells, place, surplus)]
    ]
    best = max(tries)
    rivals = [one for one in tries if one[0] == best[0] and one[2] != best[2]]
    if not rivals or all(_differs_little(one[2], best[2], layout) for one in rivals):
        return SheetRow(row.number, best[2]), [Reason("import_row_aligned")], []
    doubt = Question("row", Reason("import_row_broken"))
    return SheetRow(row.number, best[2]), [], [doubt]


def _joined(cells: tuple[str, ...], place: int, surplus: int) -> tuple[str, ...]:
    middle = ", ".join(cell.strip() for cell in cells[place : place + surplus + 1])
    return (*cells[:place], middle, *cells[place + surplus + 1 :])


def _fit(cells: tuple[str, ...], layout: Layout) -> float:
    weight = 0.0
    for column in layout.columns:
        text = plain(cells[column.place]) if column.place < len(cells) else ""
        test = TESTS.get(column.meaning) if column.meaning else None
        if column.meaning is Meaning.DIRECTION:
            weight += 1.0 if re.search(r"scratch|python|html|3d|комп|модел", text.casefold()) else 0
            weight -= 1.0 if read_yes(text) is not None else 0
        elif column.meaning is Meaning.COMPUTER:
            weight += 0.5 if read_yes(text.split(",")[0]) is not None else 0
        elif test is not None and not is_nothing(text):
            weight += 1.0 if test(text) and not ("," in text and _is_single(column.meaning)) else -1
    return weight


def _is_single(meaning: Meaning | None) -> bool:
    return meaning in {Meaning.BIRTH_DATE, Meaning.AGE, Meaning.SENT_AT, Meaning.PHONE}


def _differs_little(one: tuple[str, ...], other: tuple[str, ...], layout: Layout) -> bool:
    """Tell whether two readings differ only in columns that are not stored."""
    return all(
        column.meaning in IDLE or one[column.place] == other[column.place]
        for column in layout.columns
        if column.place < len(one)
    )
