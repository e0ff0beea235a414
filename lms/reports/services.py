"""Verbs of the year: draw up the report, enter a figure that is not counted, take it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.contracts import Indicator, LMSError, Reason
from lms.db import db
from lms.people.models import Person
from lms.plugins import suite
from lms.reports.annual import FORM, PARTS, Place
from lms.reports.lines import ENTERED, LINES, Line
from lms.reports.measures import count
from lms.reports.models import EnteredFigure
from lms.reports.rules import LARGEST, LATEST, OLDEST, Comparison, Outcome, Value, compare
from lms.reports.tally import Tally, tally_years, years_taught

Values = Mapping[tuple[int, str], Value]


class FigureRefused(LMSError):
    """A figure cannot be entered: it is counted, it is no figure, or there is no such line."""

    code = "figure_refused"


@dataclass(frozen=True)
class ReportLine:
    """One line of the report. ``is_missing`` says that the slice which counts it is off."""

    place: Place
    rule: Any
    value: Value
    previous: Value
    comparison: Comparison
    is_missing: bool = False
    is_part: bool = False

    @property
    def key(self) -> str:
        """The key of the indicator."""
        return self.place.key


@dataclass(frozen=True)
class Report:
    """A year beside the year before, with the tallies that its lines were counted from."""

    year: int
    lines: tuple[ReportLine, ...]
    tally: Tally
    before: Tally

    def line(self, key: str) -> ReportLine | None:
        """Answer a line by its key."""
        return next((line for line in self.lines if line.key == key), None)


def draw_up(year: int) -> Report:
    """Count the report of a year beside the year before; only reads.

    A year without rows shows what was entered by hand for it, with its source.

    :param year: a calendar year between ``OLDEST`` and ``LATEST``.
    """
    places = report_places()
    tallies = tally_years((year - 1, year))
    values = _read_values([place.key for place in places], tallies)
    parts = {place.key for place in PARTS}
    lines = [_line(place, year, values, is_part=place.key in parts) for place in places]
    return Report(year, tuple(lines), tallies[year], tallies[year - 1])


def report_places() -> list[Place]:
    """List the places of the form, each part under its line, then what foreign plug-ins add."""
    indicators = suite().indicators
    known = {place.key for place in (*FORM, *PARTS)}
    listed: list[Place] = []
    for place in FORM:
        listed.append(place)
        listed += [part for part in PARTS if part.of == place.key and part.key in indicators]
    return listed + [
        _foreign(indicator)
        for indicator in sorted(indicators.values(), key=lambda one: one.weight)
        if indicator.key not in known
    ]


def _foreign(indicator: Indicator) -> Place:
    return Place(
        indicator.key,
        indicator.label,
        indicator.unit,
        lambda _number: str(indicator.unit),
        of=indicator.of,
    )


def _line(place: Place, year: int, values: Values, *, is_part: bool) -> ReportLine:
    value, previous = values[year, place.key], values[year - 1, place.key]
    indicator = suite().indicators.get(place.key)
    is_same_rule = (
        value.is_comparable and previous.is_comparable and value.is_whole == previous.is_whole
    )
    comparison = compare(value.figure, previous.figure, is_same_rule=is_same_rule)
    if indicator is None:
        comparison = Comparison(Outcome.MISSING)
    return ReportLine(
        place=place,
        rule=indicator.rule if indicator else "",
        value=value,
        previous=previous,
        comparison=comparison,
        is_missing=indicator is None,
        is_part=is_part,
    )


def _read_values(keys: Iterable[str], tallies: Mapping[int, Tally]) -> Values:
    entered = {
        (row.year, row.indicator): row
        for row in db.session.scalars(select(EnteredFigure).where(EnteredFigure.year.in_(tallies)))
    }
    values: dict[tuple[int, str], Value] = {}
    for key in keys:
        for year, tally in tallies.items():
            value = _counted(key, tally)
            row = entered.get((year, key))
            if value.figure is None and row is not None:
                value = Value(row.figure, source=row.source, is_comparable=row.is_comparable)
            values[year, key] = value
    return values


def _counted(key: str, tally: Tally) -> Value:
    line = LINES.get(key)
    if line is not None:
        return _counted_line(line, tally)
    indicator = suite().indicators.get(key)
    if indicator is None or indicator.is_entered:
        return Value()
    return Value(indicator.count(tally.year))


def _counted_line(line: Line, tally: Tally) -> Value:
    figure = count(line.measure, tally, line.selector)
    if line.also is None:
        return Value(figure)
    added = suite().indicators.get(line.also)
    further = added.count(tally.year) if added else None
    is_known = figure is not None or further is not None
    return Value((figure or 0) + (further or 0) if is_known else None, is_whole=added is not None)


def count_line(key: str, year: int) -> int | None:
    """Count one line of the table for a year; ``None`` where nothing is known."""
    return _counted_line(LINES[key], tally_years((year,))[year]).figure


def figure_entered(key: str, year: int) -> int | None:
    """Answer what was entered by hand for a line and a year."""
    row = find_entered(year, key)
    return row.figure if row else None


def find_entered(year: int, key: str) -> EnteredFigure | None:
    """Find what was entered by hand for a line and a year, with its source."""
    return db.session.scalar(
        select(EnteredFigure).where(EnteredFigure.year == year, EnteredFigure.indicator == key)
    )


def list_entered(years: Iterable[int]) -> list[tuple[EnteredFigure, str]]:
    """List what was entered by hand for some years, each with who entered it."""
    rows = db.session.execute(
        select(EnteredFigure, Person.family_name, Person.given_name)
        .outerjoin(Person, Person.id == EnteredFigure.entered_by_id)
        .where(EnteredFigure.year.in_(list(years)))
        .order_by(EnteredFigure.year.desc(), EnteredFigure.id)
    )
    return [
        (row, " ".join(part for part in (given_name, family_name) if part))
        for row, family_name, given_name in rows
    ]


def lines_to_enter(report: Report) -> list[tuple[int, Place]]:
    """List which lines may be entered by hand, for the year and the one before.

    Those that nothing counts, and of the others those whose year has no rows to count.
    """
    open_lines = [(report.year, line.place) for line in report.lines if _is_open(line.value, line)]
    return open_lines + [
        (report.year - 1, line.place) for line in report.lines if _is_open(line.previous, line)
    ]


def _is_open(value: Value, line: ReportLine) -> bool:
    return not line.is_part and (value.is_entered or value.figure is None or line.key in ENTERED)


@dataclass(frozen=True)
class NewFigure:
    """A figure as it was typed: for which line and year, and where it comes from."""

    year: int
    key: str
    figure: int
    source: str
    is_comparable: bool = True


def enter_figure(new: NewFigure, *, by_id: int | None, now: datetime) -> EnteredFigure:
    """Enter a figure that is not counted from rows, or correct the one that stands there.

    :raises FigureRefused: for a line that is counted from rows that year, or that is none; for a
        negative figure, a year out of range or a missing source.
    """
    source = " ".join(new.source.split())
    if not OLDEST < new.year <= LATEST or not 0 <= new.figure <= LARGEST:
        raise FigureRefused(reason=Reason("figure_out_of_range", {"largest": LARGEST}))
    if not source:
        raise FigureRefused(reason=Reason("figure_without_source"))
    places = [place.key for place in report_places()]
    if new.key not in places:
        raise FigureRefused(reason=Reason("figure_without_line"))
    tally = tally_years((new.year,))[new.year]
    if _counted(new.key, tally).figure is not None:
        raise FigureRefused(reason=Reason("figure_is_counted", {"year": new.year}))
    row = find_entered(new.year, new.key)
    if row is None:
        row = EnteredFigure(year=new.year, indicator=new.key)
        db.session.add(row)
    row.figure, row.source, row.is_comparable = new.figure, source, new.is_comparable
    row.entered_by_id, row.entered_at = by_id, now
    db.session.flush()
    return row


def remove_figure(row: EnteredFigure) -> None:
    """Take back a figure entered by hand: the indicator is not known again."""
    db.session.delete(row)
    db.session.flush()


def years_known() -> list[int]:
    """List the years of which anything is known that a report shows, in order."""
    entered = set(db.session.scalars(select(EnteredFigure.year).distinct()))
    return sorted({*years_taught(), *entered})
