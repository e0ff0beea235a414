"""Bytes of a sheet to rows of text: CSV and XLSX as families' forms and offices export them.

Everything is bounded before it is believed: sizes, entries, rows, cells (design: threats 9, 10).
What a row means is told elsewhere; an attendance grid is read by the same verb.
"""

from dataclasses import dataclass

from lms.contracts import LMSError, Reason
from lms.imports.delimited import read_delimited
from lms.imports.limits import MOST_BYTES, MOST_CELLS, MOST_COLUMNS, MOST_LETTERS, MOST_ROWS
from lms.imports.workbook import read_workbook

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
)


class SheetRefused(LMSError):
    """A file can't be read as a sheet, or is larger than anybody's sheet; nothing was kept."""

    code = "sheet_refused"

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(reason=Reason(code, values))


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet shows it (from 1), and the text of each cell."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What stood in a file. Dates of XLSX are ISO text; blank rows are left out, numbers stay."""

    rows: tuple[SheetRow, ...]
    form: str
    encoding: str = ""
    delimiter: str = ""

    @property
    def width(self) -> int:
        """Count the columns of the widest row."""
        return max((len(row.cells) for row in self.rows), default=0)


def read_sheet(content: bytes) -> Sheet:
    r"""Read a sheet from the bytes of a CSV or XLSX file, whatever its name says.

    :raises SheetRefused: with the sentence that says what is wrong with the file.

    >>> read_sheet("ПІБ;Місто\r\nҐалаґан Лев;Львів".encode("cp1251")).rows[1].cells
    ('Ґалаґан Лев', 'Львів')
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise SheetRefused("sheet_empty")
    if len(content) > MOST_BYTES:
        raise SheetRefused("sheet_too_large", most=MOST_BYTES // 2**20)
    try:
        if content.startswith(ZIP):
            return _kept(read_workbook(content), "xlsx")
        if content.startswith(OLE):
            raise SheetRefused("sheet_old_excel")
        if content.startswith(FOREIGN):
            raise SheetRefused("sheet_no_table")
        rows, encoding, delimiter = read_delimited(content)
        return _kept(rows, "csv", encoding, delimiter)
    except LMSError:
        raise
    except (ValueError, KeyError, IndexError, OverflowError, RecursionError, MemoryError) as error:
        raise SheetRefused("sheet_damaged") from error


def _kept(rows: list[list[str]], form: str, encoding: str = "", delimiter: str = "") -> Sheet:
    """Leave out blank rows and blank trailing cells, and hold the rest to the limits."""
    kept: list[SheetRow] = []
    cells_seen = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip("\x00") for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        cells_seen += len(cells)
        if len(kept) >= MOST_ROWS or cells_seen > MOST_CELLS:
            raise SheetRefused("sheet_too_long", most=MOST_ROWS)
        if len(cells) > MOST_COLUMNS:
            raise SheetRefused("sheet_too_wide", most=MOST_COLUMNS)
        if any(len(cell) > MOST_LETTERS for cell in cells):
            raise SheetRefused("sheet_cell_too_long", row=number, most=MOST_LETTERS)
        kept.append(SheetRow(number, tuple(cells)))
    if not kept:
        raise SheetRefused("sheet_empty")
    return Sheet(tuple(kept), form, encoding, delimiter)
