"""Verbs about teaching: open programmes, plan sessions, assign adults, cancel and move."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select

from lms.contracts import Change, LMSError, Reason, SessionChange
from lms.courses.kind import kind_of
from lms.courses.models import (
    HELD,
    AgeRule,
    Assignment,
    AssignmentRole,
    Cohort,
    Module,
    NotHeldReason,
    Programme,
    Session,
    SessionState,
    WeeklyPattern,
)
from lms.courses.timetable import days_of, moment_on
from lms.db import db
from lms.people.models import Person
from lms.people.services import clearance
from lms.plugins import hooks


class NotCleared(LMSError):
    """An adult without clearance cannot be with children: no exception."""

    code = "not_cleared"

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason=self.reasons[0])


class AlreadyHeld(LMSError):
    """What was held can't be cancelled or moved any more."""

    code = "already_held"


class SessionThere(LMSError):
    """The group has a session at this very time."""

    code = "session_there"


def set_ages(programme: Programme, ages: tuple[int, int] | None, *, since: date) -> None:
    """Set the limits of age from a day on; the limits before keep their dates."""
    if ages_on(programme.id, since) == ages:
        return
    for rule in db.session.scalars(
        select(AgeRule).where(
            AgeRule.programme_id == programme.id,
            or_(AgeRule.until.is_(None), AgeRule.until >= since),
        )
    ).all():
        if rule.since >= since:
            db.session.delete(rule)
        else:
            rule.until = since - timedelta(days=1)
    db.session.flush()
    if ages is not None:
        db.session.add(
            AgeRule(programme_id=programme.id, from_age=ages[0], to_age=ages[1], since=since)
        )
    db.session.flush()


def add_module(
    programme: Programme, *, name: str, starts_on: date, ends_on: date, name_en: str = ""
) -> Module:
    """Open a dated run of a programme; its number runs among all modules of that year."""
    year = starts_on.year
    # Two modules opened at one moment wait for each other, so that no number is taken twice.
    db.session.execute(select(Programme.id).order_by(Programme.id).with_for_update()).all()
    last = db.session.scalar(select(func.max(Module.number)).where(Module.year == year)) or 0
    module = Module(
        programme_id=programme.id,
        name=name,
        name_en=name_en,
        year=year,
        number=last + 1,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(module)
    db.session.flush()
    return module


@dataclass(frozen=True)
class Weekly:
    """A weekly meeting: weekday (0 is Monday), wall time, minutes."""

    weekday: int
    starts_at: time
    minutes: int = 60


def plan_weekly(
    cohort: Cohort, weekly: Weekly, *, from_day: date, until_day: date, at_most: int | None = None
) -> list[Session]:
    """Make real sessions from a weekly pattern; a session that exists already is left alone."""
    db.session.add(
        WeeklyPattern(
            cohort_id=cohort.id,
            weekday=weekly.weekday,
            starts_at=weekly.starts_at,
            minutes=weekly.minutes,
            from_day=from_day,
            until_day=until_day,
        )
    )
    days = days_of(weekly.weekday, from_day, until_day)[:at_most]
    known = set(db.session.scalars(select(Session.day).where(Session.cohort_id == cohort.id)))
    sessions = [
        Session(
            cohort_id=cohort.id,
            starts_at=moment_on(day, weekly.starts_at, cohort.zone),
            day=day,
            minutes=weekly.minutes,
            state=SessionState.PLANNED,
        )
        for day in days
        if day not in known
    ]
    db.session.add_all(sessions)
    db.session.flush()
    return sessions


def plan_session(
    cohort: Cohort, *, day: date, starts_at: time, minutes: int = 60, topic: str = ""
) -> Session:
    """Plan one session on a day at a wall time of the cohort's zone.

    :raises SessionThere: when the group meets at that time already.
    """
    moment = moment_on(day, starts_at, cohort.zone)
    taken = select(Session.id).where(Session.cohort_id == cohort.id, Session.starts_at == moment)
    if db.session.scalar(taken) is not None:
        raise SessionThere(reason=Reason("session_there"))
    session = Session(
        cohort_id=cohort.id,
        starts_at=moment,
        day=day,
        minutes=minutes,
        topic=topic,
        state=SessionState.PLANNED,
    )
    db.session.add(session)
    db.session.flush()
    return session


def assignment_objections(person: Person, cohort: Cohort, *, on: date) -> tuple[Reason, ...]:
    """List what speaks against this adult with this cohort: checks, and vetoes of plug-ins."""
    reasons: list[Reason] = []
    if kind_of(cohort.course.programme.kind).is_for_children:
        reasons += clearance(person.id, on=on).objections
    for answer in hooks().assignment_blockers(person=person, cohort=cohort):
        reasons += answer
    return tuple(reasons)


def assign(
    person: Person,
    cohort: Cohort,
    *,
    role: AssignmentRole,
    since: date,
    assigned_by_id: int | None = None,
    on: date | None = None,
) -> Assignment:
    """Put an adult with a cohort from a day; the same tie in force is kept.

    :param on: today, where it matters: who was cleared on an earlier first day only is refused.
    :raises NotCleared: when a check is missing or run out, or a plug-in objects.
    """
    objections = assignment_objections(person, cohort, on=max(since, on or since))
    if not objections and on is not None and since < on:
        objections = assignment_objections(person, cohort, on=since)
    if objections:
        raise NotCleared(objections)
    found = db.session.scalar(
        select(Assignment).where(
            Assignment.person_id == person.id,
            Assignment.cohort_id == cohort.id,
            or_(Assignment.until.is_(None), Assignment.until >= max(since, on or since)),
        )
    )
    if found is not None:
        return found
    ended = db.session.scalar(
        select(Assignment).where(
            Assignment.person_id == person.id,
            Assignment.cohort_id == cohort.id,
            Assignment.since == since,
        )
    )
    if ended is not None:
        # It ended and holds again from the same day on: that end is taken back.
        ended.until, ended.role = None, role
        db.session.flush()
        return ended
    assignment = Assignment(
        person_id=person.id,
        cohort_id=cohort.id,
        role=role,
        since=since,
        assigned_by_id=assigned_by_id,
    )
    db.session.add(assignment)
    db.session.flush()
    return assignment


def end_assignment(assignment: Assignment, *, on: date) -> None:
    """End an assignment with the day before ``on``: the very next request is refused.

    One that had not begun before that day goes altogether; it would hold until its evening else.
    """
    if assignment.since >= on:
        db.session.delete(assignment)
    else:
        assignment.until = on - timedelta(days=1)
    db.session.flush()


def _where_it_went(session: Session) -> Session:
    """Follow a moved session to the one that stands in its place."""
    while session.moved_to_id is not None:
        session = db.session.get_one(Session, session.moved_to_id)
    return session


@dataclass(frozen=True)
class Told:
    """Who changes the timetable and when; without ``at`` it is noted afterwards and told nobody."""

    by_id: int | None = None
    at: datetime | None = None


UNTOLD = Told()


def cancel_session(session: Session, *, reason: NotHeldReason, told: Told = UNTOLD) -> None:
    """Cancel a planned session; it lowers nobody's share. Cancelling twice tells nobody again.

    :raises AlreadyHeld: when it was held.
    """
    session = _where_it_went(session)
    if session.state in HELD:
        raise AlreadyHeld(reason=Reason("already_held"))
    was_planned = session.state is SessionState.PLANNED
    session.state = SessionState.CANCELLED
    session.not_held_reason = reason
    db.session.flush()
    if was_planned:
        _tell(session, Change.CANCELLED, told)


def restore_session(session: Session, *, told: Told = UNTOLD) -> None:
    """Take back a cancellation."""
    if session.state is SessionState.CANCELLED:
        session.state, session.not_held_reason = SessionState.PLANNED, None
        db.session.flush()
        _tell(session, Change.RESTORED, told)


def _tell(session: Session, what: Change, told: Told) -> None:
    change = SessionChange(what, by_id=told.by_id, at=told.at)
    hooks().session_changed(session=session, change=change)


def move_session(
    session: Session,
    *,
    reason: NotHeldReason,
    day: date,
    starts_at: time,
    told: Told = UNTOLD,
) -> Session:
    """Move a planned session to another day: the old row stays and names the new one.

    What was moved before is moved on, so that two who move it at once leave one session.

    :raises AlreadyHeld: when it was held.
    """
    session = _where_it_went(session)
    if session.state in HELD:
        raise AlreadyHeld(reason=Reason("already_held"))
    new = plan_session(
        session.cohort, day=day, starts_at=starts_at, minutes=session.minutes, topic=session.topic
    )
    session.state, session.not_held_reason = SessionState.MOVED, reason
    session.moved_to_id = new.id
    db.session.flush()
    _tell(session, Change.MOVED, told)
    return new


def hold_session(session: Session) -> None:
    """Make a session held: called at its first mark or head-count."""
    if session.state is not SessionState.BROKEN_OFF:
        session.state, session.not_held_reason = SessionState.HELD, None


def ages_on(programme_id: int, day: date) -> tuple[int, int] | None:
    """Answer the ages a programme is for on a day, both included, or nothing where it has no limits."""
    found = db.session.execute(
        select(AgeRule.from_age, AgeRule.to_age)
        .where(
            AgeRule.programme_id == programme_id,
            AgeRule.since <= day,
            or_(AgeRule.until.is_(None), AgeRule.until >= day),
        )
        .order_by(AgeRule.since.desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else None


def running_modules(on: date) -> list[tuple[int, str, str, date, int]]:
    """List the modules that run on a day or begin within a month: id, programme, name, end, groups."""
    rows = db.session.execute(
        select(Module.id, Programme.name, Module.name, Module.ends_on, func.count(Cohort.id))
        .join(Programme, Programme.id == Module.programme_id)
        .outerjoin(Cohort, Cohort.module_id == Module.id)
        .where(Module.ends_on >= on, Module.starts_on <= on + timedelta(days=31))
        .group_by(Module.id, Programme.name)
        .order_by(Programme.name, Module.starts_on)
    )
    return [
        (number, programme, name, ends, groups) for number, programme, name, ends, groups in rows
    ]


def first_session_day(cohort_id: int) -> date | None:
    """Answer the day of a cohort's first session: the day on which ages are checked."""
    return db.session.scalar(
        select(func.min(Session.day)).where(
            Session.cohort_id == cohort_id, Session.state != SessionState.CANCELLED
        )
    )
