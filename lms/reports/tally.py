"""A year of teaching, counted by group and month: four queries, whatever the number of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, select

from lms.attendance.models import AttendanceRecord, HeadCount
from lms.attendance.rules import CAME, Mode
from lms.courses.models import HELD, Cohort, Course, Module, Programme, Session, SessionState
from lms.db import db


@dataclass(frozen=True)
class Group:
    """A cohort with the module and the programme that it belongs to."""

    id: int
    name: str
    module_id: int
    module: str
    module_en: str
    programme_id: int
    programme_key: str
    programme: str
    programme_en: str
    kind: str


@dataclass(frozen=True)
class SessionCount:
    """How many sessions of a group stood in a state in a month."""

    group: Group
    month: int
    state: SessionState
    number: int


@dataclass(frozen=True)
class Visits:
    """How often somebody was at a held session of a group in a month."""

    group: Group
    month: int
    in_person: int
    online: int

    @property
    def number(self) -> int:
        """Count both ways together."""
        return self.in_person + self.online


@dataclass(frozen=True)
class Tally:
    """All that the lines of a year are counted from; ``attenders`` pair a group and a person."""

    year: int
    sessions: tuple[SessionCount, ...] = ()
    visits: tuple[Visits, ...] = ()
    attenders: tuple[tuple[Group, int], ...] = ()


@dataclass(frozen=True)
class Selector:
    """Which groups a line counts: of a kind, of one programme, or all."""

    kind: str | None = None
    programme: str | None = None

    def takes(self, group: Group) -> bool:
        """Tell whether a group is counted."""
        is_kind = self.kind is None or group.kind == self.kind
        return is_kind and self.programme in (None, group.programme_key)


def in_years(first: int, last: int) -> ColumnElement[bool]:
    """Keep sessions of calendar years, by their date on the wall of the group's zone."""
    return Session.day.between(date(first, 1, 1), date(last, 12, 31))


def tally_years(years: Iterable[int]) -> dict[int, Tally]:
    """Count the teaching of years that follow each other."""
    wanted = sorted(years)
    span = in_years(wanted[0], wanted[-1])
    groups = groups_in(span)
    sessions: dict[int, list[SessionCount]] = {year: [] for year in wanted}
    for cohort_id, year, month, state, number in _session_counts(span):
        sessions[year].append(SessionCount(groups[cohort_id], month, state, number))
    visits: dict[int, list[Visits]] = {year: [] for year in wanted}
    for statement in (_marks(span), _heads(span)):
        for cohort_id, year, month, in_person, online in db.session.execute(statement):
            visits[year].append(Visits(groups[cohort_id], month, int(in_person), int(online)))
    attenders: dict[int, list[tuple[Group, int]]] = {year: [] for year in wanted}
    for cohort_id, year, person_id in db.session.execute(_attenders(span)):
        attenders[year].append((groups[cohort_id], person_id))
    return {
        year: Tally(year, tuple(sessions[year]), tuple(visits[year]), tuple(attenders[year]))
        for year in wanted
    }


def groups_in(span: ColumnElement[bool]) -> Mapping[int, Group]:
    """Read the groups that have sessions in a span of days, by their number."""
    rows: Iterable[Any] = db.session.execute(
        select(
            Cohort.id,
            Cohort.name,
            Module.id,
            Module.name,
            Module.name_en,
            Programme.id,
            Programme.key,
            Programme.name,
            Programme.name_en,
            Programme.kind,
        )
        .select_from(Cohort)
        .join(Module, Module.id == Cohort.module_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Cohort.id.in_(select(Session.cohort_id).where(span)))
    )
    return {row[0]: Group(*row) for row in rows}


def _session_counts(
    span: ColumnElement[bool],
) -> Iterable[tuple[int, int, int, SessionState, int]]:
    year, month = extract("year", Session.day), extract("month", Session.day)
    return db.session.execute(
        select(Session.cohort_id, year, month, Session.state, func.count())
        .where(span)
        .group_by(Session.cohort_id, year, month, Session.state)
    )


def _marks(span: ColumnElement[bool]) -> Select[int, int, int, Any, Any]:
    year, month = extract("year", Session.day), extract("month", Session.day)
    return (
        select(
            Session.cohort_id,
            year,
            month,
            func.sum(case((AttendanceRecord.mode == Mode.IN_PERSON, 1), else_=0)),
            func.sum(case((AttendanceRecord.mode == Mode.ONLINE, 1), else_=0)),
        )
        .join(AttendanceRecord, AttendanceRecord.session_id == Session.id)
        .where(span, Session.state.in_(HELD), AttendanceRecord.status.in_(CAME))
        .group_by(Session.cohort_id, year, month)
    )


def _heads(span: ColumnElement[bool]) -> Select[int, int, int, Any, Any]:
    year, month = extract("year", Session.day), extract("month", Session.day)
    return (
        select(
            Session.cohort_id,
            year,
            month,
            func.sum(HeadCount.in_person),
            func.sum(HeadCount.online),
        )
        .join(HeadCount, HeadCount.session_id == Session.id)
        .where(span, Session.state.in_(HELD))
        .group_by(Session.cohort_id, year, month)
    )


def _attenders(span: ColumnElement[bool]) -> Select[int, int, int]:
    year = extract("year", Session.day)
    return (
        select(Session.cohort_id, year, AttendanceRecord.person_id)
        .join(AttendanceRecord, AttendanceRecord.session_id == Session.id)
        .where(span, Session.state.in_(HELD), AttendanceRecord.status.in_(CAME))
        .distinct()
    )


def years_taught() -> list[int]:
    """List the years that have sessions."""
    found = db.session.scalars(select(extract("year", Session.day)).distinct())
    return sorted(int(year) for year in found)
