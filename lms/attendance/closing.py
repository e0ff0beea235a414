"""Registers finish and lock by the clock: a timer writes down what pages know without it."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from lms.attendance.announcing import announced_for
from lms.attendance.models import (
    AttendanceRecord,
    MarkChange,
    Register,
)
from lms.attendance.records import By, write_heads, write_marks, write_registers
from lms.attendance.register import Found, find_register, roster
from lms.attendance.rules import CAME, MARKS, Heads, Mode, Status, Write
from lms.courses.models import HELD, Cohort, Course, Session
from lms.db import db
from lms.enrolment.models import Enrolment


def close_due(*, now: datetime, lock_days: int) -> tuple[int, int]:
    """Finish and lock what is due; answer how many were finished and how many locked."""
    finished = finish_due(now=now, lock_days=lock_days)
    return finished, lock_due(now=now, lock_days=lock_days)


def finish_due(*, now: datetime, lock_days: int) -> int:
    """Finish the registers whose moment has come; answer how many.

    The stamp is the moment of the rule, not of the timer: a machine that was off shifts no date.
    """
    candidates = db.session.scalars(
        select(Session.id)
        .outerjoin(Register, Register.session_id == Session.id)
        .where(
            Session.state.in_(HELD),
            Session.starts_at < now,
            Register.finished_at.is_(None),
        )
        .order_by(Session.starts_at)
    ).all()
    finished = 0
    for session_id in candidates:
        found = find_register(session_id, is_writing=True)
        standing = found.standing(now=now, lock_days=lock_days) if found else None
        if found is None or standing is None or not standing.is_finished:
            continue
        excused = _excuse_announced(found, now=now)
        write_registers(
            [
                {
                    "session_id": session_id,
                    "version": found.version + excused,
                    "finished_at": standing.finished_at,
                }
            ]
        )
        finished += 1
    return finished


def _excuse_announced(found: Found, *, now: datetime) -> bool:
    """Excuse whoever is still blank and was announced not to come; answer whether anybody was."""
    if found.is_sensitive:
        return False
    announced = announced_for(found.session.id)
    mark = MARKS[Status.EXCUSED, found.mode]
    writes = [
        Write(row.person_id, mark, None)
        for row in (roster(found) if announced else ())
        if row.stored is None and row.person_id in announced
    ]
    if writes:
        write_marks(found, writes, found.version + 1, By(None, now, ""))
    return bool(writes)


def lock_due(*, now: datetime, lock_days: int) -> int:
    """Lock the registers finished long enough ago; sensitive ones keep a head-count only."""
    due = db.session.scalars(
        select(Register.session_id)
        .where(
            Register.finished_at <= now - timedelta(days=lock_days),
            Register.locked_at.is_(None),
        )
        .order_by(Register.finished_at, Register.session_id)
    ).all()
    locked = 0
    for session_id in due:
        found = find_register(session_id, is_writing=True)
        # Without its plug-in nobody can tell whether names may stay: it waits, and reads as locked.
        if found is None or not found.is_known:
            continue
        if found.is_sensitive:
            reduce_to_heads(found, now=now)
        db.session.execute(
            update(Register).where(Register.session_id == session_id).values(locked_at=now)
        )
        locked += 1
    return locked


def reduce_to_heads(found: Found, *, now: datetime) -> Heads | None:
    """Turn the marks of a session into a head-count and erase them with their history.

    Who came earlier in the year nobody knows any more when marks are erased, so a person counts
    as there for the first time at the first session of the year that the membership covers.
    """
    session_id = found.session.id
    came = db.session.execute(
        select(AttendanceRecord.person_id, AttendanceRecord.mode).where(
            AttendanceRecord.session_id == session_id, AttendanceRecord.status.in_(CAME)
        )
    ).all()
    heads = found.heads
    if came:
        modes = Counter(mode for _person_id, mode in came)
        before = heads or Heads()
        first = len({person_id for person_id, _mode in came} & _newcomers(found))
        heads = Heads(
            before.in_person + modes[Mode.IN_PERSON],
            before.online + modes[Mode.ONLINE],
            before.first_time + first,
        )
        write_heads(found, heads, found.version, By(None, now, ""))
    for model in (AttendanceRecord, MarkChange):
        db.session.execute(
            delete(model)
            .where(model.session_id == session_id)
            .execution_options(synchronize_session=False)
        )
    return heads


def _newcomers(found: Found) -> set[int]:
    """Answer the members for whom no session was held earlier this year within their membership."""
    session = found.session
    earlier = (
        select(Enrolment.person_id)
        .join(Session, Session.cohort_id == Enrolment.cohort_id)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(
            Course.programme_id == _programme_id(session.cohort_id),
            Session.state.in_(HELD),
            Session.starts_at < session.starts_at,
            Session.day >= date(session.day.year, 1, 1),
            Enrolment.since <= Session.day,
            or_(Enrolment.until.is_(None), Enrolment.until >= Session.day),
        )
    )
    members = select(AttendanceRecord.person_id).where(
        AttendanceRecord.session_id == session.id, AttendanceRecord.person_id.not_in(earlier)
    )
    return set(db.session.scalars(members))


def _programme_id(cohort_id: int) -> Any:
    return (
        select(Course.programme_id)
        .join(Cohort, Cohort.course_id == Course.id)
        .where(Cohort.id == cohort_id)
        .scalar_subquery()
    )
