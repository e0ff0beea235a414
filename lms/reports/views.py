"""The year: figures beside last year's, their rows, plots, documents to send, figures by hand."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import Field

from lms import access
from lms.clock import now, today
from lms.contracts import IndicatorRow, RoleName
from lms.courses.kind import kind_of
from lms.courses.models import Programme
from lms.db import db
from lms.hub.plots import month_names
from lms.i18n import say
from lms.plugins import suite
from lms.reports.commands import report as report_command
from lms.reports.forms import FigureForm
from lms.reports.lines import LINES
from lms.reports.overview import (
    beside,
    funnel_of,
    months_of,
    other_events_of,
    people_of,
    programme_row,
    programmes_of,
)
from lms.reports.pdf import print_report
from lms.reports.plots import (
    MONTHS_HEIGHT,
    WIDTH,
    draw_months,
    draw_programmes,
    programmes_height,
)
from lms.reports.rows import attendance_rows, entered_rows, programme_name
from lms.reports.rules import LATEST, OLDEST, last_complete_year
from lms.reports.sentences import say_change, say_difference, say_unit, say_value
from lms.reports.services import (
    FigureRefused,
    NewFigure,
    Report,
    ReportLine,
    draw_up,
    enter_figure,
    find_entered,
    lines_to_enter,
    list_entered,
    remove_figure,
    report_places,
    years_known,
)
from lms.reports.sheets import Workbook, add_funnel, add_lines, add_months, add_programmes
from lms.reports.tally import Selector, tally_years

bp = Blueprint("reports", __name__, cli_group=None)
bp.cli.command("report")(report_command)

PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
HEADLINES = ("events_held", "event_attendance", "users_served", "consultations")
FIELD_OF_REASON = {
    "figure_out_of_range": "figure",
    "figure_without_source": "source",
    "figure_without_line": "line",
    "figure_is_counted": "line",
}
SAYINGS = {
    "say_value": say_value,
    "say_unit": say_unit,
    "say_change": say_change,
    "say_difference": say_difference,
    "programme_name": programme_name,
}


@bp.get("/reports")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def home() -> ResponseReturnValue:
    """Show the last complete year of which anything is known."""
    return _page(last_complete_year(years_known(), on=today()))


@bp.get("/reports/<int:year>")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def annual(year: int) -> ResponseReturnValue:
    """Show a year beside the year before."""
    return _page(_year(year))


def _page(year: int) -> str:
    return render_template("reports/annual.html", years=years_known(), **_year_in_full(year))


def _year_in_full(year: int) -> dict[str, Any]:
    report = draw_up(year)
    programmes = programmes_of(report.tally)
    others = other_events_of(year)
    return {
        "report": report,
        "headlines": [line for line in map(report.line, HEADLINES) if line],
        "months": months_of(report),
        "month_names": month_names(),
        "programmes": programmes,
        "others": others,
        "people": people_of(report.tally),
        "funnel": funnel_of(year),
        "plot_width": WIDTH,
        "months_height": MONTHS_HEIGHT,
        "programmes_height": programmes_height(
            len(programmes) + (others is not None and others.events > 0)
        ),
        **SAYINGS,
    }


def _year(year: int) -> int:
    if not OLDEST < year <= LATEST:
        abort(404)
    return year


@dataclass(frozen=True)
class Page:
    """One page of a list that is already in memory."""

    page: int
    pages: int
    items: list[IndicatorRow]

    @property
    def has_prev(self) -> bool:
        """Tell whether there is a page before."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Tell whether there is a page after."""
        return self.page < self.pages


def _paged(rows: list[IndicatorRow]) -> Page:
    pages = max(1, -(-len(rows) // PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    return Page(number, pages, rows[(number - 1) * PAGE : number * PAGE])


@bp.get("/reports/<int:year>/<key>")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def line(year: int, key: str) -> ResponseReturnValue:
    """Show the rows that a figure counts, and what stands beside it."""
    report = draw_up(_year(year))
    found = report.line(key)
    if found is None:
        abort(404)
    rows = _rows_of(found, year)
    counted = LINES.get(key)
    is_counted = counted is not None and not found.value.is_entered
    return render_template(
        "reports/line.html",
        report=report,
        line=found,
        pages=_paged(rows),
        total=sum(row.amount for row in rows),
        entered=find_entered(year, key) if found.value.is_entered else None,
        measure=counted.measure if counted and is_counted else "",
        beside=beside(report.tally, counted.selector) if counted and is_counted else None,
        others=other_events_of(year) if counted and counted.also else None,
        are_children=_are_children(report, counted.selector) if counted else False,
        may_open_registers=current_user.has(RoleName.COORDINATOR),
        **SAYINGS,
    )


def _rows_of(found: ReportLine, year: int) -> list[IndicatorRow]:
    if found.value.is_entered:
        return entered_rows(found.key, year)
    indicator = suite().indicators.get(found.key)
    return indicator.rows(year) if indicator is not None else []


def _are_children(report: Report, selector: Selector) -> bool:
    kinds = {each.group.kind for each in report.tally.sessions if selector.takes(each.group)}
    return bool(kinds) and all(kind_of(kind).is_for_children for kind in kinds)


@bp.get("/reports/<int:year>/programmes/<int:programme_id>")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def programme(year: int, programme_id: int) -> ResponseReturnValue:
    """Show the held sessions of one programme in a year, with how many were there."""
    found = db.session.get(Programme, programme_id)
    if found is None:
        abort(404)
    tally = tally_years((_year(year),))[year]
    groups = [each.group for each in tally.sessions if each.group.programme_id == programme_id]
    if not groups:
        abort(404)
    selector = Selector(programme=found.key)
    return render_template(
        "reports/programme.html",
        year=year,
        row=programme_row(tally, groups[0]),
        beside=beside(tally, selector),
        pages=_paged(attendance_rows(year, selector)),
        are_children=kind_of(found.kind).is_for_children,
        is_sensitive=kind_of(found.kind).is_sensitive,
        may_open_registers=current_user.has(RoleName.COORDINATOR),
        **SAYINGS,
    )


@bp.get("/reports/<int:year>/plot/<name>.svg")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def plot(year: int, name: str) -> ResponseReturnValue:
    """Draw the year by month or by programme; the page has the same as a table."""
    if name not in {"months", "programmes"}:
        abort(404)
    report = draw_up(_year(year))
    answer = Response(_drawing(name, report), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = SVG_POLICY
    return answer


def _drawing(name: str, report: Report) -> bytes:
    if name == "months":
        return draw_months(months_of(report), year=report.year)
    return draw_programmes(programmes_of(report.tally), other_events_of(report.year))


@bp.get("/reports/<int:year>/report.pdf")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def pdf(year: int) -> ResponseReturnValue:
    """Give the report as a document to print and to send."""
    known = _year_in_full(_year(year))
    drawings = {"plot:months": draw_months(known["months"], year=year)}
    html = render_template("reports/documents/annual.html", drawn_on=today(), **known)
    return _document(print_report(html, drawings), "application/pdf", f"report-{year}.pdf")


@bp.get("/reports/<int:year>/report.xlsx")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def xlsx(year: int) -> ResponseReturnValue:
    """Give the report as a workbook."""
    report = draw_up(_year(year))
    book = Workbook(_("The year %(year)s in figures", year=year), now=now())
    add_lines(book, report)
    add_months(book, months_of(report), year=year)
    add_programmes(book, programmes_of(report.tally), other_events_of(year))
    add_funnel(book, funnel_of(year))
    return _document(book.close(), XLSX, f"report-{year}.xlsx")


def _document(content: bytes, mimetype: str, name: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.route("/reports/<int:year>/enter", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def enter(year: int) -> ResponseReturnValue:
    """Enter figures that nothing counts, each with its source."""
    report = draw_up(_year(year))
    form = FigureForm(**_known(request.args.get("line", "")))
    form.line.choices = _choices(report)
    if not form.is_submitted():
        return _entering(report, form)
    if not form.validate():
        return _entering(report, form), 422
    number, _colon, key = form.line.data.partition(":")
    new = NewFigure(
        int(number),
        key,
        form.figure.data,
        form.source.data,
        is_comparable=not form.is_other_rule.data,
    )
    try:
        enter_figure(new, by_id=current_user.person_id, now=now())
    except FigureRefused as refusal:
        _say_beside(form, refusal)
        return _entering(report, form), 422
    db.session.commit()
    flash(_("The figure was entered."), "success")
    return redirect(url_for("reports.enter", year=year), code=303)


def _known(chosen: str) -> dict[str, Any]:
    number, _colon, key = chosen.partition(":")
    row = find_entered(int(number), key) if number.isdecimal() and len(number) <= 4 else None
    if row is None:
        return {"line": chosen}
    return {
        "line": chosen,
        "figure": row.figure,
        "source": row.source,
        "is_other_rule": not row.is_comparable,
    }


def _choices(report: Report) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for number, place in lines_to_enter(report):
        groups.setdefault(str(number), []).append((f"{number}:{place.key}", str(place.label)))
    return groups


def _entering(report: Report, form: FigureForm) -> str:
    labels = {place.key: place.label for place in report_places()}
    return render_template(
        "reports/enter.html",
        form=form,
        year=report.year,
        labels=labels,
        entered=list_entered((report.year, report.year - 1)),
    )


def _say_beside(form: FigureForm, refusal: FigureRefused) -> None:
    if refusal.reason is None:
        return
    field: Field = form[FIELD_OF_REASON[refusal.reason.code]]
    field.errors = [*field.errors, say(refusal.reason)]


@bp.post("/reports/<int:year>/enter/<key>/remove")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def remove(year: int, key: str) -> ResponseReturnValue:
    """Take back a figure entered by hand."""
    row = find_entered(_year(year), key)
    if row is None:
        abort(404)
    remove_figure(row)
    db.session.commit()
    flash(_("The figure was removed: the indicator is not known again."), "success")
    return redirect(url_for("reports.enter", year=year), code=303)
