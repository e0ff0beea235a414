"""The year by month and by programme, and the way from application to certificate."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from lms.certificates.models import Certificate
from lms.completion.models import Completion
from lms.courses.kind import kind_of
from lms.courses.models import HELD, Cohort, Course, Module, Programme, SessionState
from lms.db import db
from lms.enrolment.models import Application, Enrolment
from lms.events.services import events_of_year
from lms.plugins import is_on, suite
from lms.reports.measures import (
    attenders_of,
    count_modules,
    count_sessions,
    number_in,
    sessions_of,
)
from lms.reports.rules import Overlap, overlap_of
from lms.reports.services import Report
from lms.reports.tally import Group, Selector, Tally


@dataclass(frozen=True)
class MonthRow:
    """The events of a month and the visits to them; the year before is ``None`` where unknown."""

    month: int
    events: int
    visits: int
    before: int | None


@dataclass(frozen=True)
class ProgrammeRow:
    """One programme in a year. ``persons`` is ``None`` where people are counted by head only."""

    group: Group
    sessions: int
    in_person: int
    online: int
    persons: int | None
    modules: int
    not_held: int

    @property
    def attendance(self) -> int:
        """Count everybody who was there, in person and online."""
        return self.in_person + self.online


@dataclass(frozen=True)
class OtherEvents:
    """What the slice of events adds: events and heads."""

    events: int = 0
    in_person: int = 0
    online: int = 0

    @property
    def attendance(self) -> int:
        """Count everybody who was there, in person and online."""
        return self.in_person + self.online


@dataclass(frozen=True)
class FunnelRow:
    """How many of a programme's applications came to a place, to the end, to a certificate."""

    name: str
    name_en: str
    applications: int
    enrolments: int
    completions: int
    certificates: int | None


def months_of(report: Report) -> list[MonthRow]:
    """Count events and visits by month, beside the events of the year before where it has rows."""
    events, visits = _events_by_month(report.tally), _visits_by_month(report.tally)
    before = _events_by_month(report.before)
    return [
        MonthRow(month, events[month], visits[month], before[month] if before else None)
        for month in range(1, 13)
    ]


def _events_by_month(tally: Tally) -> Counter[int]:
    months: Counter[int] = Counter()
    for count in tally.sessions:
        if count.state in HELD:
            months[count.month] += count.number
    return months + _others_by_month("other_events", tally.year)


def _visits_by_month(tally: Tally) -> Counter[int]:
    months: Counter[int] = Counter()
    for visits in tally.visits:
        months[visits.month] += visits.number
    return months + _others_by_month("other_event_attendance", tally.year)


def _others_by_month(key: str, year: int) -> Counter[int]:
    indicator = suite().indicators.get(key)
    months: Counter[int] = Counter()
    for row in indicator.rows(year) if indicator else ():
        if row.day is not None:
            months[row.day.month] += row.amount
    return months


def programmes_of(tally: Tally) -> list[ProgrammeRow]:
    """List the programmes that have sessions in a year, those with most of them first."""
    groups = {count.group.programme_key: count.group for count in tally.sessions}
    rows = [programme_row(tally, group) for group in groups.values()]
    return sorted(rows, key=lambda row: (-row.sessions, row.group.programme_id))


def programme_row(tally: Tally, group: Group) -> ProgrammeRow:
    """Count one programme of a year."""
    selector = Selector(programme=group.programme_key)
    visits = [visits for visits in tally.visits if selector.takes(visits.group)]
    persons = overlap_of((each.id, person) for each, person in attenders_of(tally, selector))
    counts = sessions_of(tally, selector)
    # Marks of a sensitive kind become heads when the register is locked: no number of persons
    # would hold.
    is_counted = persons.persons > 0 and not kind_of(group.kind).is_sensitive
    return ProgrammeRow(
        group=group,
        sessions=count_sessions(tally, selector),
        in_person=sum(each.in_person for each in visits),
        online=sum(each.online for each in visits),
        persons=persons.persons if is_counted else None,
        modules=count_modules(tally, selector),
        not_held=number_in(counts, SessionState.CANCELLED, SessionState.MOVED),
    )


def other_events_of(year: int) -> OtherEvents | None:
    """Count other events; ``None`` where their slice is off."""
    if not is_on("events"):
        return None
    events = events_of_year(year)
    return OtherEvents(
        events=len(events),
        in_person=sum(event.in_person for event in events),
        online=sum(event.online for event in events),
    )


def people_of(tally: Tally) -> Overlap:
    """Count the people of the whole library: not the sum of its programmes, which is beside it."""
    return overlap_of(
        (group.programme_id, person)
        for group, person in tally.attenders
        if not kind_of(group.kind).is_sensitive
    )


@dataclass(frozen=True)
class Beside:
    """What stands beside a figure and is not in it, and how it splits."""

    cancelled: int
    moved: int
    planned: int
    in_person: int
    online: int
    modules: int
    in_modules: Overlap
    in_groups: Overlap


def beside(tally: Tally, selector: Selector) -> Beside:
    """Tell what a line leaves out, how its attendance splits and how its persons overlap."""
    counts = sessions_of(tally, selector)
    came = attenders_of(tally, selector)
    visits = [each for each in tally.visits if selector.takes(each.group)]
    return Beside(
        cancelled=number_in(counts, SessionState.CANCELLED),
        moved=number_in(counts, SessionState.MOVED),
        planned=number_in(counts, SessionState.PLANNED),
        in_person=sum(each.in_person for each in visits),
        online=sum(each.online for each in visits),
        modules=count_modules(tally, selector),
        in_modules=overlap_of((group.module_id, person) for group, person in came),
        in_groups=overlap_of((group.id, person) for group, person in came),
    )


def funnel_of(year: int) -> list[FunnelRow]:
    """Follow the groups of the modules of a year from applications to certificates.

    The steps belong to the modules that began in the year, whenever each step was taken, so that
    they are about the same people. Programmes that nobody enrolled on are left out.
    """
    applications = _number(
        select(Course.programme_id, func.count())
        .select_from(Application)
        .join(Cohort, Cohort.id == Application.cohort_id),
        year,
    )
    enrolments = _number(
        select(Course.programme_id, func.count())
        .select_from(Enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id),
        year,
    )
    completions = _number(
        select(Course.programme_id, func.count())
        .select_from(Completion)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id),
        year,
    )
    certificates = _certificates(year) if is_on("certificates") else None
    programmes = db.session.execute(
        select(Programme.id, Programme.name, Programme.name_en)
        .where(Programme.id.in_({*applications, *enrolments}))
        .order_by(Programme.id)
    )
    return [
        FunnelRow(
            name,
            name_en,
            applications.get(programme_id, 0),
            enrolments.get(programme_id, 0),
            completions.get(programme_id, 0),
            None if certificates is None else certificates.get(programme_id, 0),
        )
        for programme_id, name, name_en in programmes
    ]


def _certificates(year: int) -> Mapping[int, int]:
    """Count the completions of each programme for which a certificate is valid now."""
    return _number(
        select(Course.programme_id, func.count(Certificate.completion_id.distinct()))
        .select_from(Certificate)
        .join(Completion, Completion.id == Certificate.completion_id)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Certificate.revoked_at.is_(None)),
        year,
    )


def _number(statement: Select[int, int], year: int) -> Mapping[int, int]:
    rows = db.session.execute(
        statement.join(Course, Course.id == Cohort.course_id)
        .join(Module, Module.id == Cohort.module_id)
        .where(Module.year == year)
        .group_by(Course.programme_id)
    )
    found: dict[int, int] = defaultdict(int)
    for programme_id, number in rows:
        found[programme_id] += number
    return found
