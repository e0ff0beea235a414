"""XLSX without believing it: entries and sizes first, no DTD, cells counted as they stream by."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from lms.contracts import LMSError, Reason
from lms.imports.limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ENTRIES,
    MOST_RATIO,
    MOST_ROWS,
    MOST_UNPACKED,
    RATIO_FROM,
)

DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
FIRST_DAY, FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
LARGEST_SERIAL = 80_000
MOST_TEXTS = 300_000


class WorkbookRefused(LMSError):
    """An XLSX file that is damaged, or larger inside than anybody's sheet."""

    code = "workbook_refused"

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(reason=Reason(code, values))


def read_workbook(content: bytes) -> list[list[str]]:
    """Read the sheet with most in it from an XLSX file, all cells as text.

    :raises WorkbookRefused: before anything is unpacked that is too large, and when it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(archive)
            return _rows(archive)
    except LMSError:
        raise
    except DefusedXmlException as error:
        raise WorkbookRefused("sheet_with_dtd") from error
    except (
        zipfile.BadZipFile,
        ParseError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        LookupError,
        EOFError,
        OverflowError,
        zipfile.zlib.error,  # type: ignore[attr-defined]
    ) as error:
        raise WorkbookRefused("sheet_damaged") from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise WorkbookRefused("sheet_bomb")
    # ``zipfile`` never unpacks more of an entry than it declares, so the declared sizes bound all.
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise WorkbookRefused("sheet_bomb")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * entry.compress_size:
            raise WorkbookRefused("sheet_bomb")
    names = {entry.filename for entry in entries}
    if not any(name.startswith("xl/worksheets/") for name in names):
        raise WorkbookRefused("sheet_other_archive")


def _elements(archive: zipfile.ZipFile, name: str, *wanted: str) -> Iterator[Element]:
    """Stream the elements of these names and forget each afterwards."""
    with archive.open(name) as file:
        root: Element | None = None
        for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element
            if event == "end" and _tag(element) in wanted:
                yield element
                element.clear()
                if len(root) > 1000:
                    root.clear()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _rows(archive: zipfile.ZipFile) -> list[list[str]]:
    texts = _texts(archive)
    dates = _date_styles(archive)
    first_day = FIRST_DAY_1904 if _counts_from_1904(archive) else FIRST_DAY
    sheets = sorted(
        name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)
    )
    best: list[list[str]] = []
    for name in sheets[:20]:
        rows = _sheet(archive, name, texts, dates, first_day)
        if sum(map(len, rows)) > sum(map(len, best)):
            best = rows
    return best


def _texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    texts: list[str] = []
    for item in _elements(archive, "xl/sharedStrings.xml", "si"):
        if len(texts) >= MOST_TEXTS:
            raise WorkbookRefused("sheet_too_long", most=MOST_ROWS)
        texts.append(_text_of(item))
    return texts


def _text_of(item: Element) -> str:
    """Join the runs of a text; phonetic hints of other scripts are no part of it."""
    parts: list[str] = []
    for child in item:
        tag = _tag(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts += [run.text or "" for run in child if _tag(run) == "t"]
    return "".join(parts)


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Find the cell styles that show a number as a date."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    own: set[int] = set()
    styles: list[int] = []
    for part in _elements(archive, "xl/styles.xml", "numFmt", "cellXfs"):
        if _tag(part) == "numFmt":
            shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", part.get("formatCode", ""))
            if re.search(r"[dy]", shown, re.IGNORECASE):
                own.add(int(part.get("numFmtId", "0")))
        else:
            styles = [int(style.get("numFmtId", "0")) for style in part]
    dates = DATE_FORMATS | own
    return frozenset(number for number, shown in enumerate(styles) if shown in dates)


def _counts_from_1904(archive: zipfile.ZipFile) -> bool:
    if "xl/workbook.xml" not in archive.namelist():
        return False
    return any(
        part.get("date1904") in {"1", "true"}
        for part in _elements(archive, "xl/workbook.xml", "workbookPr")
    )


def _sheet(
    archive: zipfile.ZipFile,
    name: str,
    texts: list[str],
    dates: frozenset[int],
    first_day: datetime,
) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for element in _elements(archive, name, "row"):
        number = int(element.get("r") or len(rows) + 1)
        # A number far below the last row is formatting, not a sheet.
        if number > MOST_ROWS * 3 or len(rows) > MOST_ROWS:
            raise WorkbookRefused("sheet_too_long", most=MOST_ROWS)
        row: list[str] = []
        for cell in element:
            if _tag(cell) != "c":
                continue
            found = REFERENCE.match(cell.get("r", ""))
            column = _column(found.group(1)) if found else len(row)
            value = _value(cell, texts, dates, first_day)
            cells += 1
            if cells > MOST_CELLS:
                raise WorkbookRefused("sheet_too_long", most=MOST_ROWS)
            if not value:
                continue
            if column >= MOST_COLUMNS:
                raise WorkbookRefused("sheet_too_wide", most=MOST_COLUMNS)
            row += [""] * (column + 1 - len(row))
            row[column] = value
        if row:
            rows += [[] for _blank in range(number - 1 - len(rows))]
            rows.append(row)
    return rows


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: Element, texts: list[str], dates: frozenset[int], first_day: datetime) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return next((_text_of(part) for part in cell if _tag(part) == "is"), "")
    raw = next((part.text or "" for part in cell if _tag(part) == "v"), "")
    if not raw:
        return ""
    if kind == "s":
        number = int(raw)
        return texts[number] if 0 <= number < len(texts) else ""
    if kind in {"str", "d"}:
        return raw
    if kind == "e":
        return ""
    if kind == "b":
        return "1" if raw in {"1", "true"} else "0"
    return _number(float(raw), int(cell.get("s") or 0) in dates, first_day)


def _number(number: float, is_date: bool, first_day: datetime) -> str:  # noqa: FBT001
    """Say a number as text: a date by its style, a whole number without its point."""
    if is_date and 0 < number < LARGEST_SERIAL:
        moment = first_day + timedelta(seconds=round(number * 86_400))
        if moment.time() == datetime.min.time():
            return moment.date().isoformat()
        return moment.isoformat(sep=" ", timespec="seconds")
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)
