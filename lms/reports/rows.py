"""The rows behind a figure: sessions, groups and modules; nobody's name.

A sensitive kind shows sums by month instead of rows: neither a day nor a title leads to a group.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import has_request_context, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import case, func, select

from lms.attendance.models import AttendanceRecord, HeadCount
from lms.attendance.rules import CAME, Mode
from lms.contracts import IndicatorRow
from lms.courses.kind import kind_of
from lms.courses.models import HELD, Session
from lms.db import db
from lms.i18n import current_code
from lms.plugins import suite
from lms.reports.lines import LINES
from lms.reports.measures import Measure, attenders_of, held_of
from lms.reports.services import find_entered
from lms.reports.tally import Group, Selector, groups_in, in_years, tally_years


@dataclass(frozen=True)
class HeldSession:
    """One held session with how many were there."""

    id: int
    day: date
    group: Group
    in_person: int
    online: int


def held_sessions(year: int, selector: Selector) -> list[HeldSession]:
    """List the held sessions of the selected groups with their attendance: four queries."""
    span = in_years(year, year)
    groups = groups_in(span)
    heads: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    marks = (
        select(
            Session.id,
            func.sum(case((AttendanceRecord.mode == Mode.IN_PERSON, 1), else_=0)),
            func.sum(case((AttendanceRecord.mode == Mode.ONLINE, 1), else_=0)),
        )
        .join(AttendanceRecord, AttendanceRecord.session_id == Session.id)
        .where(span, AttendanceRecord.status.in_(CAME))
        .group_by(Session.id)
    )
    counts = (
        select(Session.id, HeadCount.in_person, HeadCount.online)
        .join(HeadCount, HeadCount.session_id == Session.id)
        .where(span)
    )
    for statement in (marks, counts):
        for session_id, in_person, online in db.session.execute(statement):
            here, there = heads[session_id]
            heads[session_id] = (here + in_person, there + online)
    rows = db.session.execute(
        select(Session.id, Session.day, Session.cohort_id)
        .where(span, Session.state.in_(HELD))
        .order_by(Session.day, Session.starts_at, Session.id)
    )
    return [
        HeldSession(session_id, day, groups[cohort_id], *heads[session_id])
        for session_id, day, cohort_id in rows
        if selector.takes(groups[cohort_id])
    ]


def line_rows(key: str, year: int) -> list[IndicatorRow]:
    """List what a line of the table counts in a year, in the order of days."""
    line = LINES[key]
    rows = ROWS[line.measure](year, line.selector)
    added = suite().indicators.get(line.also or "")
    if added is None:
        return rows
    other = [
        IndicatorRow(row.day, _("other event · %(title)s", title=row.text), row.amount)
        for row in added.rows(year)
    ]
    return sorted([*rows, *other], key=lambda row: row.day or date.max)


def entered_rows(key: str, year: int) -> list[IndicatorRow]:
    """Give the one row of a figure entered by hand: its source."""
    row = find_entered(year, key)
    if row is None:
        return []
    words = _("entered by hand; source: %(source)s", source=row.source)
    return [IndicatorRow(None, words, row.figure)]


def session_rows(year: int, selector: Selector) -> list[IndicatorRow]:
    """List held sessions, each counting once, however it was held."""
    return _by_session(
        held_sessions(year, selector), amount=lambda _session: 1, words=lambda _session: ""
    )


def attendance_rows(year: int, selector: Selector) -> list[IndicatorRow]:
    """List held sessions with how many were there, in person and online."""
    return _by_session(
        held_sessions(year, selector),
        amount=lambda session: session.in_person + session.online,
        words=lambda session: say_split(session.in_person, session.online),
    )


def _by_session(
    sessions: Iterable[HeldSession],
    *,
    amount: Callable[[HeldSession], int],
    words: Callable[[HeldSession], str],
) -> list[IndicatorRow]:
    rows: list[IndicatorRow] = []
    months: dict[tuple[int, int, str], int] = {}
    for session in sessions:
        if is_sensitive(session.group):
            month = (session.day.year, session.day.month, programme_name(session.group))
            months[month] = months.get(month, 0) + amount(session)
            continue
        text = " · ".join(
            part
            for part in (programme_name(session.group), session.group.name, words(session))
            if part
        )
        rows.append(IndicatorRow(session.day, text, amount(session), _register(session.id)))
    rows += [
        IndicatorRow(
            None,
            _("%(programme)s · %(month)s", programme=name, month=say_month(year, month)),
            number,
        )
        for (year, month, name), number in months.items()
    ]
    return rows


def person_rows(year: int, selector: Selector) -> list[IndicatorRow]:
    """List groups with how many persons came; somebody in two groups stands in both."""
    groups: dict[int, Group] = {}
    people: dict[int, set[int]] = defaultdict(set)
    for group, person in attenders_of(tally_years((year,))[year], selector):
        place = -group.programme_id if is_sensitive(group) else group.id
        groups[place] = group
        people[place].add(person)
    return [
        IndicatorRow(None, group_name(groups[place]), len(people[place]))
        for place in sorted(people, key=lambda place: (groups[place].module_id, place))
    ]


def module_rows(year: int, selector: Selector) -> list[IndicatorRow]:
    """List dated runs, each counting once, with their held sessions in words."""
    held, groups = _held_by(year, selector, lambda group: group.module_id)
    return [
        IndicatorRow(
            None,
            " · ".join((module_name(groups[place]), say_sessions(number))),
            1,
        )
        for place, number in sorted(held.items())
    ]


def cohort_rows(year: int, selector: Selector) -> list[IndicatorRow]:
    """List groups, each counting once, with their held sessions in words."""
    held, groups = _held_by(year, selector, lambda group: group.id)
    return [
        IndicatorRow(None, " · ".join((_numbered(groups[place], number), say_sessions(count))), 1)
        for number, (place, count) in enumerate(sorted(held.items()), start=1)
    ]


def _held_by(
    year: int, selector: Selector, place_of: Callable[[Group], int]
) -> tuple[Mapping[int, int], Mapping[int, Group]]:
    held: dict[int, int] = defaultdict(int)
    groups: dict[int, Group] = {}
    for count in held_of(tally_years((year,))[year], selector):
        place = place_of(count.group)
        groups[place] = count.group
        held[place] += count.number
    return held, groups


def _numbered(group: Group, number: int) -> str:
    if not is_sensitive(group):
        return group_name(group)
    return _("%(programme)s, group %(number)s", programme=programme_name(group), number=number)


ROWS: Mapping[Measure, Callable[[int, Selector], list[IndicatorRow]]] = {
    Measure.SESSIONS: session_rows,
    Measure.ATTENDANCE: attendance_rows,
    Measure.PERSONS: person_rows,
    Measure.MODULES: module_rows,
    Measure.COHORTS: cohort_rows,
}


def is_sensitive(group: Group) -> bool:
    """Tell whether nothing but sums may be shown of a group."""
    return kind_of(group.kind).is_sensitive


def programme_name(group: Group) -> str:
    """Name the programme of a group in the reader's language."""
    return group.programme_en if current_code() == "en" and group.programme_en else group.programme


def module_name(group: Group) -> str:
    """Name the module of a group in the reader's language."""
    return group.module_en if current_code() == "en" and group.module_en else group.module


def group_name(group: Group) -> str:
    """Name a group with its programme and module; one of a sensitive kind by its programme only."""
    if is_sensitive(group):
        return programme_name(group)
    return " · ".join((programme_name(group), module_name(group), group.name))


def say_month(year: int, month: int) -> str:
    """Say a month and its year: «травень 2022»."""
    locale = "en_GB" if current_code() == "en" else "uk"
    return format_date(date(year, month, 1), "LLLL y", locale=locale)


def say_sessions(number: int) -> str:
    """Say a number of held sessions."""
    return ngettext("%(num)d held session", "%(num)d held sessions", number)


def say_split(in_person: int, online: int) -> str:
    """Say how many were there in person and how many online; what is nought is left out."""
    parts = (
        (in_person, ngettext("%(num)d in person", "%(num)d in person", in_person)),
        (online, ngettext("%(num)d online", "%(num)d online", online)),
    )
    return ", ".join(words for number, words in parts if number)


def _register(session_id: int) -> str | None:
    # A command has no address; a page shows the link to those who may open the register.
    return url_for("attendance.register", session_id=session_id) if has_request_context() else None
