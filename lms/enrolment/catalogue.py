"""The public catalogue: groups with what a parent asks, without names of people or places."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select

from lms.courses.kind import ProgrammeKind, kind_of
from lms.courses.models import (
    AgeRule,
    Cohort,
    Course,
    Module,
    Place,
    Programme,
    Session,
    SessionState,
)
from lms.courses.rules import Participation
from lms.db import db
from lms.enrolment.rules import Meeting, Seats, Timetable, summarise, told_in
from lms.enrolment.seats import seats_of


@dataclass(frozen=True)
class Words:
    """A text in both languages; the English one may be missing."""

    uk: str
    en: str = ""

    def say(self, locale: str) -> str:
        """Answer the text in a language, in Ukrainian where there is no other."""
        return self.en if locale == "en" and self.en else self.uk


@dataclass(frozen=True)
class OpenCohort:
    """One group that takes applications: what it teaches, when, for whom, how many places.

    ``town`` is empty unless the coordinator opened it; ``opens_on`` is set where applications are
    taken only from a day to come; ``elsewhere`` tells the hours on the visitor's own wall.
    """

    cohort_id: int
    programme_id: int
    programme: Words
    summary: Words
    course: Words
    level: str
    kind: str
    is_for_children: bool
    is_sensitive: bool
    is_drop_in: bool
    is_online: bool
    is_hybrid: bool
    accepts_at_once: bool
    ages: tuple[int, int] | None
    timetable: Timetable
    seats: Seats
    closes_on: date
    age_day: date
    number: int = 0
    direction: str = ""
    town: str = ""
    opens_on: date | None = None
    elsewhere: tuple[Timetable, ...] = ()
    meetings: tuple[Meeting, ...] = ()

    @property
    def is_coming(self) -> bool:
        """Tell whether it is shown before it takes applications."""
        return self.opens_on is not None


@dataclass(frozen=True)
class Walls:
    """On which walls hours are told: the library's, and the visitor's where it is another."""

    zone: str
    there: str = ""


def open_cohorts(
    *,
    on: date,
    zone: str | Walls,
    beside: frozenset[int] = frozenset(),
    for_children: bool | None = None,
    ahead: int = 0,
) -> list[OpenCohort]:
    """List the groups that take applications on a day: a handful of queries for any number.

    :param zone: the wall clock on which hours are told.
    :param beside: groups listed although they take no applications from outside.
    :param for_children: only groups for children, or only groups for adults.
    :param ahead: days within which enrolment may still open for a group to be listed.
    """
    walls = zone if isinstance(zone, Walls) else Walls(zone)
    rows = db.session.execute(_select_open(on, beside, on + timedelta(days=ahead))).all()
    kept = [row for row in rows if for_children in {None, kind_of(row.kind).is_for_children}]
    ids = [row.id for row in kept]
    if not ids:
        return []
    meetings = _meetings(ids)
    rules = _age_rules({row.programme_id for row in kept})
    seats = seats_of(ids, on=on)
    cohorts = [
        _describe(
            row, meetings.get(row.id, []), rules.get(row.programme_id, []), seats[row.id], walls
        )
        for row in kept
    ]
    cohorts = [
        replace(cohort, opens_on=row.opens_on)
        if row.opens_on and row.opens_on > on and cohort.cohort_id not in beside
        else cohort
        for cohort, row in zip(cohorts, kept, strict=True)
    ]
    return _numbered(cohorts)


def find_open_cohort(
    cohort_id: int, *, on: date, zone: str, is_noted: bool = False
) -> OpenCohort | None:
    """Answer one group that takes applications, or one that a coordinator enrols into by hand."""
    cohorts = open_cohorts(on=on, zone=zone, beside=frozenset({cohort_id} if is_noted else ()))
    return next((cohort for cohort in cohorts if cohort.cohort_id == cohort_id), None)


def _select_open(on: date, beside: frozenset[int], opens_until: date) -> Select[*tuple[Any, ...]]:
    is_open: ColumnElement[bool] = or_(
        Module.enrolment_opens_on.is_(None), Module.enrolment_opens_on <= opens_until
    ) & (func.coalesce(Module.enrolment_closes_on, Module.ends_on) >= on)
    if beside:
        is_open = or_(is_open, Cohort.id.in_(beside) & (Module.ends_on >= on))
    return (
        select(
            Cohort.id,
            Cohort.is_hybrid,
            Cohort.zone,
            Programme.id.label("programme_id"),
            Programme.kind,
            Programme.name,
            Programme.name_en,
            Programme.summary,
            Programme.summary_en,
            Programme.accepts_at_once,
            Course.name.label("course"),
            Course.name_en.label("course_en"),
            Course.level,
            Course.direction,
            Module.starts_on,
            Module.enrolment_opens_on.label("opens_on"),
            case((Place.is_town_public, Place.town), else_="").label("town"),
            func.coalesce(Module.enrolment_closes_on, Module.ends_on).label("closes_on"),
            func.coalesce(Place.is_online, True).label("is_online"),
        )
        .join(Module, Module.id == Cohort.module_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .outerjoin(Place, Place.id == Cohort.place_id)
        .where(is_open, or_(Programme.archived_on.is_(None), Programme.archived_on > on))
        .order_by(Programme.name, Programme.id, Course.name, Cohort.id)
    )


def _meetings(cohort_ids: Iterable[int]) -> dict[int, list[tuple[date, Meeting]]]:
    found: dict[int, list[tuple[date, Meeting]]] = {}
    rows = db.session.execute(
        select(Session.cohort_id, Session.day, Session.starts_at, Session.minutes)
        .where(Session.cohort_id.in_(cohort_ids))
        .where(Session.state.not_in([SessionState.CANCELLED, SessionState.MOVED]))
        .order_by(Session.starts_at)
    )
    for cohort_id, day, starts_at, minutes in rows:
        found.setdefault(cohort_id, []).append((day, Meeting(starts_at, minutes)))
    return found


def _age_rules(programme_ids: Iterable[int]) -> dict[int, list[AgeRule]]:
    found: dict[int, list[AgeRule]] = {}
    for rule in db.session.scalars(
        select(AgeRule)
        .where(AgeRule.programme_id.in_(programme_ids))
        .order_by(AgeRule.since.desc())
    ):
        found.setdefault(rule.programme_id, []).append(rule)
    return found


def _ages(rules: list[AgeRule], day: date) -> tuple[int, int] | None:
    for rule in rules:
        if rule.since <= day and (rule.until is None or rule.until >= day):
            return rule.from_age, rule.to_age
    return None


def _describe(
    row: Row[Any],
    meetings: list[tuple[date, Meeting]],
    rules: list[AgeRule],
    seats: Seats,
    walls: Walls,
) -> OpenCohort:
    kind: ProgrammeKind = kind_of(row.kind)
    first_day = meetings[0][0] if meetings else row.starts_on
    moments = tuple(meeting for _day, meeting in meetings)
    # A place that one goes to and a kind that is nobody's business do not go together.
    town = "" if kind.is_sensitive or row.is_online else row.town
    return OpenCohort(
        cohort_id=row.id,
        programme_id=row.programme_id,
        programme=Words(row.name, row.name_en),
        summary=Words(row.summary, row.summary_en),
        course=Words(row.course, row.course_en),
        level=row.level,
        kind=row.kind,
        is_for_children=kind.is_for_children,
        is_sensitive=kind.is_sensitive,
        is_drop_in=kind.participation is Participation.DROP_IN,
        is_online=bool(row.is_online),
        is_hybrid=row.is_hybrid,
        accepts_at_once=row.accepts_at_once,
        ages=_ages(rules, first_day),
        timetable=summarise(moments, zone=walls.zone),
        seats=seats,
        closes_on=row.closes_on,
        age_day=first_day,
        direction=row.direction,
        town=town,
        elsewhere=told_in(moments, zone=walls.there, home=walls.zone) if walls.there else (),
        meetings=moments,
    )


def _numbered(cohorts: list[OpenCohort]) -> list[OpenCohort]:
    """Number the groups that would read the same, since a club's name would tell a place."""
    alike: dict[object, list[OpenCohort]] = {}
    for cohort in cohorts:
        alike.setdefault(
            (
                cohort.programme_id,
                cohort.course,
                cohort.level,
                cohort.timetable.rhythms,
                cohort.is_online,
                cohort.is_hybrid,
                cohort.town,
            ),
            [],
        ).append(cohort)
    numbers = {
        cohort.cohort_id: place
        for group in alike.values()
        if len(group) > 1
        for place, cohort in enumerate(group, start=1)
    }
    return [replace(cohort, number=numbers.get(cohort.cohort_id, 0)) for cohort in cohorts]
