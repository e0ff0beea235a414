"""Moving a group of today by whole days, with everything that is dated by its sessions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.completion.models import Project
from lms.courses.models import Assignment, Cohort, Session, WeeklyPattern
from lms.courses.timetable import moment_on
from lms.db import db
from lms.enrolment.models import Application, Enrolment
from lms.people.models import Consent

MODULE_DATES = ("starts_on", "ends_on", "enrolment_opens_on", "enrolment_closes_on")


def sessions_of(cohort: Cohort) -> list[Session]:
    """List the sessions of a group in order."""
    return list(
        db.session.scalars(
            select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        )
    )


def move(cohort: Cohort, *, days: int, not_before: datetime) -> None:
    """Move a group and its module by whole days; wall times stay, also across a change of clocks.

    :param not_before: consents given earlier belong to another year and stay as they are.
    """
    if not days:
        return
    delta = timedelta(days=days)
    zone = ZoneInfo(cohort.zone)
    # Two sessions of a group cannot share a moment, so the foremost goes first.
    for session in sorted(sessions_of(cohort), key=_moment, reverse=days > 0):
        wall = session.starts_at.astimezone(zone).time()
        session.day += delta
        session.starts_at = moment_on(session.day, wall, cohort.zone)
        db.session.flush()
    for name in MODULE_DATES:
        _add(cohort.module, name, delta)
    for pattern in _all(WeeklyPattern, WeeklyPattern.cohort_id == cohort.id):
        pattern.weekday = (pattern.weekday + days) % 7
    for model, names, condition in _dated(cohort, not_before):
        for row in _all(model, condition):
            for name in names:
                _add(row, name, delta)
    db.session.flush()


def _dated(
    cohort: Cohort, not_before: datetime
) -> Iterator[tuple[Any, tuple[str, ...], ColumnElement[bool]]]:
    """Give what hangs on a group: model, names of its dates, and which rows."""
    sessions = select(Session.id).where(Session.cohort_id == cohort.id)
    enrolments = select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)
    people = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id)
    yield WeeklyPattern, ("from_day", "until_day"), WeeklyPattern.cohort_id == cohort.id
    yield Assignment, ("since", "until"), Assignment.cohort_id == cohort.id
    yield Enrolment, ("since", "until", "enrolled_at"), Enrolment.cohort_id == cohort.id
    yield Application, ("sent_at", "decided_at"), Application.cohort_id == cohort.id
    yield Project, ("shown_on",), Project.enrolment_id.in_(enrolments)
    yield Register, ("finished_at", "locked_at"), Register.session_id.in_(sessions)
    yield AttendanceRecord, ("marked_at",), AttendanceRecord.session_id.in_(sessions)
    yield MarkChange, ("changed_at",), MarkChange.session_id.in_(sessions)
    yield HeadCount, ("counted_at",), HeadCount.session_id.in_(sessions)
    yield HeadCountChange, ("changed_at",), HeadCountChange.session_id.in_(sessions)
    is_of_today = (Consent.given_at >= not_before) & Consent.person_id.in_(people)
    yield Consent, ("expires_on",), is_of_today


def _all(model: Any, condition: ColumnElement[bool]) -> list[Any]:
    return list(db.session.scalars(select(model).where(condition)))


def _add(row: Any, name: str, delta: timedelta) -> None:
    value = getattr(row, name)
    if value is not None:
        setattr(row, name, value + delta)


def _moment(session: Session) -> datetime:
    return session.starts_at.astimezone(UTC)
