"""What mentors led: held sessions within the dates of their assignments, by whole sets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Subquery, func, or_, select

from lms.courses.models import (
    HELD,
    Assignment,
    AssignmentRole,
    Cohort,
    Course,
    Module,
    Programme,
    Session,
)
from lms.db import db
from lms.mentors.rules import LedFacts, academic_hours
from lms.people.models import Check
from lms.people.rules import CheckFact, CheckKind


@dataclass(frozen=True)
class GroupLed:
    """A group that a mentor leads or led, and what was held of it."""

    cohort_id: int
    cohort: str
    module_id: int
    module: str
    programme: str
    since: date
    until: date | None
    sessions: int
    minutes: int


@dataclass(frozen=True)
class ModuleLed:
    """What a mentor held in one module."""

    module_id: int
    module: str
    programme: str
    facts: LedFacts

    @property
    def hours(self) -> int:
        """Count the academic hours held."""
        return academic_hours(self.facts.minutes)


def sessions_led(*conditions: ColumnElement[bool]) -> Subquery:
    """Select each held session once for each mentor who was assigned on its day."""
    return (
        select(
            Assignment.person_id,
            Assignment.cohort_id,
            Session.id.label("session_id"),
            Session.day,
            Session.minutes,
            Cohort.module_id,
        )
        .join(Session, Session.cohort_id == Assignment.cohort_id)
        .join(Cohort, Cohort.id == Assignment.cohort_id)
        .where(
            Assignment.role == AssignmentRole.MENTOR,
            Session.state.in_(HELD),
            Session.day >= Assignment.since,
            or_(Assignment.until.is_(None), Session.day <= Assignment.until),
            *conditions,
        )
        .distinct()
        .subquery()
    )


def totals_of(person_ids: Collection[int]) -> dict[int, LedFacts]:
    """Sum up what each of these mentors held, in one query."""
    return _summed(sessions_led(Assignment.person_id.in_(person_ids)))


def _summed(led: Subquery) -> dict[int, LedFacts]:
    rows = db.session.execute(
        select(
            led.c.person_id,
            func.count(),
            func.sum(led.c.minutes),
            func.min(led.c.day),
            func.max(led.c.day),
        ).group_by(led.c.person_id)
    )
    return {row[0]: LedFacts(row[1], int(row[2]), row[3], row[4]) for row in rows}


def led_in_module(module_id: int, *, person_id: int | None = None) -> dict[int, LedFacts]:
    """Sum up what each mentor, or one, held in a module; who held nothing is not in it."""
    conditions = [Cohort.module_id == module_id]
    if person_id is not None:
        conditions.append(Assignment.person_id == person_id)
    return _summed(sessions_led(*conditions))


def groups_led_count(person_ids: Collection[int]) -> dict[int, int]:
    """Count the groups to which each of these mentors was ever assigned as mentor."""
    rows = db.session.execute(
        select(Assignment.person_id, func.count(func.distinct(Assignment.cohort_id)))
        .where(Assignment.person_id.in_(person_ids), Assignment.role == AssignmentRole.MENTOR)
        .group_by(Assignment.person_id)
    )
    return dict(rows.all())


def groups_of(person_id: int) -> list[GroupLed]:
    """List a mentor's groups with the dates of assignment, the latest first."""
    held = (
        select(func.count(Session.id), func.coalesce(func.sum(Session.minutes), 0))
        .add_columns(Assignment.id)
        .select_from(Assignment)
        .join(Session, Session.cohort_id == Assignment.cohort_id)
        .where(
            Assignment.person_id == person_id,
            Session.state.in_(HELD),
            Session.day >= Assignment.since,
            or_(Assignment.until.is_(None), Session.day <= Assignment.until),
        )
        .group_by(Assignment.id)
    )
    counted = {row[2]: (row[0], int(row[1])) for row in db.session.execute(held)}
    rows = db.session.execute(
        select(
            Assignment.id,
            Cohort.id,
            Cohort.name,
            Module.id,
            Module.name,
            Programme.name,
            Assignment.since,
            Assignment.until,
        )
        .join(Cohort, Cohort.id == Assignment.cohort_id)
        .join(Module, Module.id == Cohort.module_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Assignment.person_id == person_id, Assignment.role == AssignmentRole.MENTOR)
        .order_by(Assignment.since.desc(), Assignment.id.desc())
    )
    return [GroupLed(*row[1:], *counted.get(row[0], (0, 0))) for row in rows]


def modules_of(person_id: int) -> list[ModuleLed]:
    """List the modules in which a mentor held sessions, the latest first."""
    led = sessions_led(Assignment.person_id == person_id)
    rows = db.session.execute(
        select(
            Module.id,
            Module.name,
            Programme.name,
            func.count(),
            func.sum(led.c.minutes),
            func.min(led.c.day),
            func.max(led.c.day),
        )
        .select_from(led)
        .join(Module, Module.id == led.c.module_id)
        .join(Programme, Programme.id == Module.programme_id)
        .group_by(Module.id, Module.name, Programme.name, Module.starts_on)
        .order_by(Module.starts_on.desc(), Module.id.desc())
    )
    return [
        ModuleLed(row[0], row[1], row[2], LedFacts(row[3], int(row[4]), row[5], row[6]))
        for row in rows
    ]


def checks_of(person_ids: Iterable[int]) -> dict[int, list[CheckFact]]:
    """Gather the checks of several adults in one query."""
    gathered: dict[int, list[CheckFact]] = {}
    rows = db.session.execute(
        select(Check.person_id, Check.kind, Check.done_on, Check.expires_on)
        .where(Check.person_id.in_(list(person_ids)))
        .order_by(Check.done_on, Check.id)
    )
    for person_id, kind, done_on, expires_on in rows:
        fact = CheckFact(CheckKind(kind), done_on, expires_on)
        gathered.setdefault(person_id, []).append(fact)
    return gathered
