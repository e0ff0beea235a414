"""Drawn figures of the year: SVG made on the server, shown as an image with its table under it."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from flask_babel import gettext as _

from lms.hub.plots import STYLE, month_names
from lms.i18n import say_number
from lms.reports.overview import MonthRow, OtherEvents, ProgrammeRow
from lms.reports.rows import programme_name

SCRIPT = "script"
WIDTH = 720
MONTHS_HEIGHT = 340
BAR, MARGINS = 36, 32
LONGEST_LABEL = 34


def draw_months(months: Sequence[MonthRow], *, year: int) -> bytes:
    """Draw the events of a year by month, beside those of the year before where they are known."""
    chart = pygal.Bar(
        **_manner(),
        height=MONTHS_HEIGHT,
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        legend_box_size=16,
        show_legend=any(month.before is not None for month in months),
        show_x_guides=False,
        spacing=14,
        range=(0, max(1, *(max(month.events, month.before or 0) for month in months))),
    )
    chart.x_labels = month_names()
    chart.add(str(year), [month.events for month in months])
    if any(month.before is not None for month in months):
        chart.add(str(year - 1), [month.before for month in months])
    return _render(chart)


def draw_programmes(rows: Sequence[ProgrammeRow], others: OtherEvents | None) -> bytes:
    """Draw the attendance of each programme as bars, the largest on top."""
    pairs = programme_bars(rows, others)
    chart = pygal.HorizontalBar(
        **_manner(),
        height=programmes_height(len(pairs)),
        show_legend=False,
        show_x_guides=False,
        show_x_labels=False,
        spacing=8,
        truncate_label=LONGEST_LABEL,
        range=(0, max([1, *(number for _name, number in pairs)])),
    )
    # The first bar is drawn lowest.
    chart.x_labels = [_said(name, number) for name, number in reversed(pairs)]
    chart.add(_("visits"), [number for _name, number in reversed(pairs)])
    return _render(chart)


def programme_bars(
    rows: Sequence[ProgrammeRow], others: OtherEvents | None
) -> list[tuple[str, int]]:
    """Pair the names of programmes, and of other events, with their attendance, most first."""
    pairs = [(programme_name(row.group), row.attendance) for row in rows]
    if others is not None and others.events:
        pairs.append((_("Other events"), others.attendance))
    return sorted(pairs, key=lambda pair: -pair[1])


def _said(name: str, number: int) -> str:
    # The bar has no axis: its figure stands in its label.
    figure = say_number(number)
    room = LONGEST_LABEL - len(figure) - 3
    short = name if len(name) <= room else f"{name[: room - 1].rstrip()}…"
    return f"{short} · {figure}"


def programmes_height(bars: int) -> int:
    """Give the height of the drawing of programmes: as high as it has bars."""
    return max(1, bars) * BAR + MARGINS


def _manner() -> dict[str, Any]:
    return {
        "js": [],
        "style": STYLE,
        "width": WIDTH,
        "margin": 12,
        "value_formatter": lambda value: f"{value:.0f}",
        "no_data_text": _("no data"),
        "disable_xml_declaration": True,
    }


def _render(chart: Any) -> bytes:
    # A random number of its own would make two equal years two different pictures.
    chart.uuid = "drawn"
    tree = chart.render_tree()
    # The chart's own script does nothing in an image, and a policy without scripts says so aloud.
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.tag in (SCRIPT, ET.Comment):
                parent.remove(child)
    rendered: bytes = ET.tostring(tree, encoding="utf-8")
    return rendered
