"""The report for programs and for a terminal."""

import json
from typing import Any

from lms.reports.sentences import say_change, say_difference, say_unit, say_value
from lms.reports.services import Report, ReportLine


def as_json(report: Report) -> str:
    """Write a report as one line of JSON, in the order of the form.

    Lines that are a part of another one (other events) are inside it and not repeated; unknown
    figures are ``null``.
    """
    indicators = [_indicator(line) for line in report.lines if not line.is_part]
    return json.dumps({"period": report.year, "indicators": indicators}, ensure_ascii=False)


def _indicator(line: ReportLine) -> dict[str, Any]:
    percent = line.comparison.percent
    return {
        "key": line.key,
        "figure": line.value.figure,
        "previous": line.previous.figure,
        "unit": str(line.place.unit),
        "difference": line.comparison.difference,
        "percent": None if percent is None else float(percent),
        "text": say_change(line.comparison),
    }


def as_text(report: Report) -> str:
    """Write a report as a table of plain text: this year, the year before, difference, percent."""
    rows = [("", str(report.year), str(report.year - 1), "", "")]
    rows += [_row(line) for line in report.lines]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(widths[n]) for n, cell in enumerate(row) if n)]
        ).rstrip()
        for row in rows
    )


def _row(line: ReportLine) -> tuple[str, str, str, str, str]:
    indent = "    " if line.place.of else ""
    figure = f"{say_value(line.value)} {say_unit(line.place, line.value.figure)}".strip()
    return (
        f"{indent}{line.place.label}",
        figure,
        say_value(line.previous),
        say_difference(line.comparison),
        say_change(line.comparison),
    )
