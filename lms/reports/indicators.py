"""The indicators that this slice gives: those counted from sessions, and those entered by hand."""

from functools import partial

from lms.contracts import Indicator
from lms.reports.annual import FORM
from lms.reports.lines import ENTERED, ENTERED_RULE, LINES
from lms.reports.rows import entered_rows, line_rows
from lms.reports.services import count_line, figure_entered

COUNTED = tuple(
    Indicator(
        key=place.key,
        label=place.label,
        unit=place.unit,
        rule=LINES[place.key].rule,
        count=partial(count_line, place.key),
        rows=partial(line_rows, place.key),
        of=place.of,
        weight=number,
    )
    for number, place in enumerate(FORM)
    if place.key in LINES
)

TYPED = tuple(
    Indicator(
        key=place.key,
        label=place.label,
        unit=place.unit,
        rule=ENTERED_RULE,
        count=partial(figure_entered, place.key),
        rows=partial(entered_rows, place.key),
        of=place.of,
        is_entered=True,
        weight=number,
    )
    for number, place in enumerate(FORM)
    if place.key in ENTERED
)

INDICATORS = (*COUNTED, *TYPED)
