"""The next module made from the last one: groups, weekly times, adults and links."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from lms.contracts import Reason
from lms.courses.models import (
    NOT_HELD,
    Assignment,
    AssignmentRole,
    Cohort,
    Module,
    Session,
    WeeklyPattern,
)
from lms.courses.rules import Rhythmic, last_times
from lms.courses.services import NotCleared, Weekly, add_module, assign, plan_weekly
from lms.db import db
from lms.people.models import Person


@dataclass(frozen=True)
class Span:
    """What the new module is called, and its four days."""

    name: str
    starts_on: date
    ends_on: date
    opens_on: date
    closes_on: date | None = None
    name_en: str = ""


@dataclass(frozen=True)
class Going:
    """A group that goes on, and the course it takes next."""

    cohort_id: int
    course_id: int


@dataclass(frozen=True)
class LeftOut:
    """An adult who could not be assigned again, and why."""

    person: Person
    cohort: Cohort
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Copied:
    """The new module with its groups, and whoever could not be taken along."""

    module: Module
    cohorts: tuple[Cohort, ...]
    left_out: tuple[LeftOut, ...] = field(default=())


def copy_module(
    module: Module, span: Span, going: Sequence[Going], *, by_id: int | None, on: date
) -> Copied:
    """Open the next module of a programme with the groups that go on.

    Each group keeps its name, place, link, zone, capacity, its last weekly times and as many
    sessions as it had, as far as they fit before the new module's end. Its adults are assigned
    again from the first day; who is not cleared on that day is left out and named.
    """
    new = add_module(
        module.programme,
        name=span.name,
        name_en=span.name_en,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
    )
    new.enrolment_opens_on, new.enrolment_closes_on = span.opens_on, span.closes_on
    cohorts: list[Cohort] = []
    left_out: list[LeftOut] = []
    for one in going:
        old = db.session.get_one(Cohort, one.cohort_id)
        cohort = _copy_cohort(old, new, course_id=one.course_id)
        _copy_times(old, cohort, span)
        left_out += _copy_adults(old, cohort, span, by_id=by_id, on=on)
        cohorts.append(cohort)
    db.session.flush()
    return Copied(new, tuple(cohorts), tuple(left_out))


def _copy_cohort(old: Cohort, module: Module, *, course_id: int) -> Cohort:
    cohort = Cohort(
        module_id=module.id,
        course_id=course_id,
        club_id=old.club_id,
        place_id=old.place_id,
        name=old.name,
        link=old.link,
        is_hybrid=old.is_hybrid,
        zone=old.zone,
        capacity=old.capacity,
        continues_id=old.id,
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


def _copy_times(old: Cohort, cohort: Cohort, span: Span) -> None:
    patterns = db.session.scalars(
        select(WeeklyPattern).where(WeeklyPattern.cohort_id == old.id)
    ).all()
    times = last_times(
        Rhythmic(one.weekday, one.starts_at, one.minutes, one.from_day, one.until_day)
        for one in patterns
    )
    number = db.session.scalar(
        select(func.count()).where(Session.cohort_id == old.id, Session.state.not_in(NOT_HELD))
    )
    for one in times:
        plan_weekly(
            cohort,
            Weekly(one.weekday, one.starts_at, one.minutes),
            from_day=span.starts_on,
            until_day=span.ends_on,
            at_most=-(-(number or 0) // len(times)) or None,
        )


def _copy_adults(
    old: Cohort, cohort: Cohort, span: Span, *, by_id: int | None, on: date
) -> list[LeftOut]:
    last_day = db.session.scalar(select(func.max(Session.day)).where(Session.cohort_id == old.id))
    left_out = []
    for one in db.session.scalars(
        select(Assignment).where(Assignment.cohort_id == old.id).order_by(Assignment.id)
    ):
        if one.until is not None and one.until < (last_day or old.module.ends_on):
            continue
        try:
            assign(
                one.person,
                cohort,
                role=AssignmentRole(one.role),
                since=span.starts_on,
                assigned_by_id=by_id,
                on=on,
            )
        except NotCleared as refusal:
            left_out.append(LeftOut(one.person, cohort, refusal.reasons))
    return left_out
