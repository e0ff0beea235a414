"""What a report says of its figures, and the sentences of refusals."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from lms.contracts import Sentence
from lms.i18n import current_code, say_number
from lms.reports.annual import Place
from lms.reports.rules import Comparison, Outcome, Value

MINUS = "\N{MINUS SIGN}"


def say_change(comparison: Comparison) -> str:
    """Say what came of a comparison: «+2,0 %», «−38,4 %», or why there is no percentage."""
    if comparison.percent is not None:
        return say_percent(comparison.percent, is_signed=True)
    return {
        Outcome.NOT_COMPARED: _("not compared"),
        Outcome.MISSING: _("module not installed"),
    }.get(comparison.outcome, _("no data"))


def say_percent(percent: Decimal, *, is_signed: bool = False) -> str:
    """Say a percentage with one decimal, in the language's own manner."""
    is_english = current_code() == "en"
    number = format_decimal(abs(percent), format="#,##0.0", locale="en_GB" if is_english else "uk")
    return f"{_sign(percent, is_signed)}{number}{'' if is_english else ' '}%"


def say_difference(comparison: Comparison) -> str:
    """Say a difference with its sign; nothing where figures are not set against each other."""
    if comparison.difference is None:
        return ""
    return f"{_sign(Decimal(comparison.difference), True)}{say_number(abs(comparison.difference))}"  # noqa: FBT003


def _sign(number: Decimal, is_signed: bool) -> str:  # noqa: FBT001
    if number < 0:
        return MINUS
    return "+" if is_signed and number > 0 else ""


def say_value(value: Value) -> str:
    """Say a figure, or that there is none; an unknown one is never nought."""
    return _("no data") if value.figure is None else say_number(value.figure)


def say_unit(place: Place, figure: int | None) -> str:
    """Say the unit so that it agrees with the figure."""
    return "" if figure is None else place.said(figure)


def _out_of_range(values: Mapping[str, Any]) -> str:
    return _("A whole number from 0 to %(largest)s.", largest=say_number(values["largest"]))


def _is_counted(values: Mapping[str, Any]) -> str:
    return _(
        "This indicator is counted from rows for %(year)s, so it can’t be entered by hand.",
        year=values["year"],
    )


SENTENCES: Mapping[str, Sentence] = {
    "figure_out_of_range": _out_of_range,
    "figure_is_counted": _is_counted,
    "figure_without_source": lambda _values: _("Say where the figure comes from."),
    "figure_without_line": lambda _values: _("Choose one of the list."),
}
