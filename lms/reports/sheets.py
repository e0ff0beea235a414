"""The report of a year as a workbook: figures, months, programmes and the way to certificates."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from lms.hub.plots import month_names
from lms.i18n import current_code
from lms.reports.overview import FunnelRow, MonthRow, OtherEvents, ProgrammeRow
from lms.reports.rows import programme_name
from lms.reports.sentences import say_change
from lms.reports.services import Report, ReportLine

WIDTHS = {0: 62}
NARROW = 15


class Workbook:
    """A workbook of plain tables; text stays text, so that no cell becomes a formula or a link."""

    def __init__(self, title: str, *, now: datetime) -> None:
        self.file = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.file,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self.book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
        self.head = self.book.add_format(
            {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"}
        )
        self.text = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.figure = self.book.add_format({"num_format": "#,##0", "valign": "top"})

    def add(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add a sheet: a frozen head and rows; ``None`` is an empty cell."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(1, len(head) - 1, NARROW)
        sheet.set_column(0, 0, WIDTHS[0])
        sheet.freeze_panes(1, 1)
        sheet.fit_to_pages(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, self.head)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, (int, float)):
                    sheet.write_number(number, column, cell, self.figure)
                elif cell is not None:
                    sheet.write_string(number, column, str(cell), self.text)

    def close(self) -> bytes:
        """Finish the workbook."""
        self.book.close()
        return self.file.getvalue()


def add_lines(book: Workbook, report: Report) -> None:
    """Add the lines of the form: an unknown figure is said in words, never 0."""
    head = [
        _("Indicator"),
        str(report.year),
        _("Unit"),
        str(report.year - 1),
        _("Difference"),
        _("Change"),
        _("How it is counted"),
        _("Source, where entered by hand"),
    ]
    book.add(_("Figures"), head, (_line_cells(line) for line in report.lines))


def _line_cells(line: ReportLine) -> list[Any]:
    figure, previous = line.value.figure, line.previous.figure
    unknown = _("module not installed") if line.is_missing else _("no data")
    sources = [value.source for value in (line.value, line.previous) if value.source]
    return [
        f"    {line.place.label}" if line.place.of else str(line.place.label),
        unknown if figure is None else figure,
        None if figure is None else line.place.said(figure),
        _("no data") if previous is None else previous,
        line.comparison.difference,
        say_change(line.comparison),
        str(line.rule),
        "; ".join(dict.fromkeys(sources)),
    ]


def add_months(book: Workbook, months: Sequence[MonthRow], *, year: int) -> None:
    """Add the events and visits by month."""
    head = [
        _("Month"),
        _("Events, %(year)s", year=year),
        _("Visits, %(year)s", year=year),
        _("Events, %(year)s", year=year - 1),
    ]
    names = month_names()
    rows = (
        [
            names[row.month - 1],
            row.events,
            row.visits,
            _("no data") if row.before is None else row.before,
        ]
        for row in months
    )
    book.add(_("By month"), head, rows)


def add_programmes(
    book: Workbook, rows: Sequence[ProgrammeRow], others: OtherEvents | None
) -> None:
    """Add what each programme gave to the year."""
    head = [
        _("Programme"),
        _("Events"),
        _("Visits"),
        _("In person"),
        _("Online"),
        _("Persons"),
        _("Modules"),
        _("Not held"),
    ]
    cells: list[list[Any]] = [
        [
            programme_name(row.group),
            row.sessions,
            row.attendance,
            row.in_person,
            row.online,
            row.persons,
            row.modules,
            row.not_held,
        ]
        for row in rows
    ]
    if others is None:
        cells.append([_("Other events"), _("module not installed")])
    else:
        cells.append(
            [_("Other events"), others.events, others.attendance, others.in_person, others.online]
        )
    book.add(_("By programme"), head, cells)


def add_funnel(book: Workbook, rows: Sequence[FunnelRow]) -> None:
    """Add how many came from an application to a certificate."""
    head = [_("Programme"), _("Applications"), _("Enrolled"), _("Completed"), _("Certificates")]
    is_english = current_code() == "en"
    cells = (
        [
            row.name_en if is_english and row.name_en else row.name,
            row.applications,
            row.enrolments,
            row.completions,
            _("module not installed") if row.certificates is None else row.certificates,
        ]
        for row in rows
    )
    book.add(_("To the certificate"), head, cells)
