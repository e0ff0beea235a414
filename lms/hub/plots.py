"""Drawn figures of the hub: SVG made on the server, shown as an image with its table under it."""

from collections.abc import Sequence
from typing import Any

import pygal
from babel.dates import get_month_names
from flask_babel import gettext as _
from pygal.style import Style

from lms.hub.year import MonthCount
from lms.i18n import current_code

STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1d2a2c",
    foreground_strong="#1d2a2c",
    foreground_subtle="#55646a",
    guide_stroke_color="#e5dece",
    major_guide_stroke_color="#e5dece",
    guide_stroke_dasharray="none",
    major_guide_stroke_dasharray="none",
    opacity="1",
    opacity_hover="1",
    transition="none",
    colors=("#0f5e63", "#d99a1e"),
    font_family="system-ui, 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
    label_font_size=18,
    major_label_font_size=18,
    legend_font_size=19,
)


def month_names() -> list[str]:
    """Name the twelve months shortly, as they stand alone: «січ» / "Jan"."""
    locale = "en_GB" if current_code() == "en" else "uk"
    names = get_month_names("abbreviated", context="stand-alone", locale=locale)
    return [names[month].rstrip(".") for month in range(1, 13)]


def draw_months(months: Sequence[MonthCount], before: Sequence[MonthCount], *, year: int) -> str:
    """Draw the consultations of a year by month beside those of the year before, as SVG."""
    chart = pygal.Bar(
        js=[],
        style=STYLE,
        width=720,
        height=380,
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        legend_box_size=16,
        show_x_guides=False,
        show_legend=any(month.consultations for month in before),
        print_values=False,
        margin=12,
        spacing=14,
        range=(0, max(1, *(m.consultations for m in (*months, *before)))),
        value_formatter=lambda value: f"{value:.0f}",
        no_data_text=_("no data"),
        disable_xml_declaration=True,
        include_x_axis=True,
    )
    chart.x_labels = month_names()
    chart.add(str(year), [month.consultations for month in months])
    if any(month.consultations for month in before):
        chart.add(str(year - 1), [month.consultations for month in before])
    chart.add_xml_filter(_without_scripts)
    return str(chart.render(is_unicode=True))


def _without_scripts(root: Any) -> Any:
    """Leave out the settings that pygal writes as a script: an image runs none."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).rsplit("}", 1)[-1] == "script":
                parent.remove(child)
    return root
