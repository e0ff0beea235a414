"""Bytes to rows: encodings, delimiters, broken quotes, XLSX, and bombs."""

import io
import time
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from lms.contracts import LMSError
from lms.imports.reading import read_sheet
from tests.sheets import AUTUMN, SPRING

TEXT = "№;ПІБ;Напрям\n1;Ґалаґан Їванна;Scratch, Python\n2;О’Коннор Лев;3D\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"]
)
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_encoding_and_delimiter_gives_the_same_rows(encoding, delimiter):
    sheet = read_sheet(TEXT.replace(";", delimiter).encode(encoding))
    assert [row.cells for row in sheet.rows][1:] == [
        ("1", "Ґалаґан Їванна", "Scratch, Python"),
        ("2", "О’Коннор Лев", "3D"),
    ]


def test_both_samples_are_read_to_the_last_row():
    assert len(read_sheet(AUTUMN.read_bytes()).rows) == 124
    assert len(read_sheet(SPRING.read_bytes()).rows) == 45


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a,b,c\n1,"x\ny",2\n', ("1", "x\ny", "2")),
        ('a,b,c\n1,"x ""y""",2\n', ("1", 'x "y"', "2")),
        ('a,b,c\n1,"x,2\n3,4,5\n', ("1", '"x', "2")),
        ('a,b,c\n1,ПП "Зоря",2\n', ("1", 'ПП "Зоря"', "2")),
        ("a,b,c\r\n1,2,3\r4,5,6\n", ("1", "2", "3")),
    ],
)
def test_quotes_and_ends_of_lines_may_be_broken(text, cells):
    assert read_sheet(text.encode()).rows[1].cells == cells


def test_dates_and_telephones_of_a_workbook_stay_what_they_are():
    book = openpyxl.Workbook()
    book.active.append(["Дата", "Тел", "Час", "Формула"])
    book.active.append([date(2012, 3, 4), 380501112233, datetime(2022, 8, 31, 14, 42), "=1+1"])
    file = io.BytesIO()
    book.save(file)
    row = read_sheet(file.getvalue()).rows[1]
    assert row.cells == ("2012-03-04", "380501112233", "2022-08-31 14:42:00")


def _archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return file.getvalue()


SHEET = "xl__worksheets__sheet1.xml"
ROWS = b'<worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>'
DTD = b'<!DOCTYPE x [<!ENTITY a "b">]>' + ROWS


def _many_rows() -> bytes:
    return (
        b"<worksheet><sheetData>"
        + b"<row><c><v>1</v></c></row>" * 30_000
        + b"</sheetData></worksheet>"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"", "sheet_empty"),
        (lambda: b"\n\n  \n", "sheet_empty"),
        (lambda: b"%PDF-1.7", "sheet_no_table"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "sheet_old_excel"),
        (lambda: bytes(range(8)) * 500, "sheet_damaged"),
        (lambda: b"PK\x03\x04 and no more", "sheet_damaged"),
        (lambda: _archive(readme=b"x"), "sheet_other_archive"),
        (lambda: _archive(**{SHEET: b"<worksheet>" + bytes(300 * 2**20)}), "sheet_bomb"),
        (lambda: _archive(**{SHEET: b"<worksheet>" + b" " * (59 * 2**20)}), "sheet_bomb"),
        (lambda: _archive(**{SHEET: DTD}), "sheet_with_dtd"),
        (lambda: _archive(**{SHEET: _many_rows()}), "sheet_too_long"),
        (lambda: b"a,b\n" * 30_000, "sheet_too_long"),
        (lambda: b"a," * 300 + b"\n", "sheet_too_wide"),
        (lambda: b"a,b\n1," + b"x" * 20_000, "sheet_cell_too_long"),
        (lambda: b"a" * (21 * 2**20), "sheet_too_large"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_sentence_and_soon(content, code):
    made = content()
    before = time.process_time()
    with pytest.raises(LMSError) as refusal:
        read_sheet(made)
    assert refusal.value.reason.code == code
    assert time.process_time() - before < 2
