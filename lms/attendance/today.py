"""Today's sessions, the next one, and registers that wait: what a mentor's home page asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from lms.attendance.models import Register
from lms.attendance.rules import Sitting, nearest
from lms.courses.models import NOT_HELD, Cohort, NotHeldReason, Session, SessionState
from lms.db import db
from lms.enrolment.models import Enrolment

LINK_AHEAD = timedelta(hours=24)
# A session that began a moment before midnight is today's, not one whose register was forgotten.
OVERNIGHT = timedelta(hours=3)
MOST_WAITING = 50


@dataclass(frozen=True)
class SessionLine:
    """A session as a line of a list."""

    session_id: int
    cohort_id: int
    cohort_name: str
    zone: str
    starts_at: datetime
    minutes: int
    day: date
    state: SessionState
    not_held_reason: NotHeldReason | None
    link: str
    topic: str
    finished_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """The moment at which it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_finished(self) -> bool:
        """Tell whether everything was entered, by somebody's word or by the clock."""
        return self.finished_at is not None

    def shown_link(self, now: datetime) -> str:
        """Answer the room's link from 24 hours before the session to its end, else nothing."""
        is_near = self.starts_at - LINK_AHEAD <= now <= self.ends_at
        return self.link if is_near else ""


@dataclass(frozen=True)
class Day:
    """What the home page of a mentor shows."""

    current: SessionLine | None
    others: tuple[SessionLine, ...]
    following: SessionLine | None
    waiting: tuple[SessionLine, ...]


def open_day(cohort_ids: Iterable[int] | None, *, now: datetime, on: date) -> Day:
    """Gather the day of somebody who leads these groups (``None``: of the whole library).

    :param on: today on the wall of the library; each group's own wall decides for its sessions.
    """
    scope = _scope(cohort_ids)
    near = and_(Session.day >= on - timedelta(days=1), Session.day <= on + timedelta(days=1))
    lines = _lines(scope, or_(near, _waits(now, on)))
    today = [line for line in lines if line.day == _wall_day(now, line.zone)]
    sittings = [
        Sitting(line.session_id, line.starts_at, line.ends_at)
        for line in today
        if line.state not in NOT_HELD
    ]
    chosen = nearest(sittings, now=now)
    current = next(
        (line for line in today if chosen and line.session_id == chosen.session_id), None
    )
    following = _lines(
        scope,
        and_(Session.state == SessionState.PLANNED, Session.starts_at > now, Session.day > on),
        at_most=1,
    )
    shown = {line.session_id for line in today}
    waiting = [
        line
        for line in lines
        if line.session_id not in shown
        and line.state is SessionState.PLANNED
        and line.day < on
        and line.starts_at <= now - OVERNIGHT
    ]
    return Day(
        current=current,
        others=tuple(line for line in today if line is not current),
        following=following[0] if following else None,
        waiting=tuple(waiting[-MOST_WAITING:]),
    )


def count_waiting(*, now: datetime, on: date) -> int:
    """Count the registers of past sessions in which nothing was entered."""
    return db.session.scalar(select(func.count(Session.id)).where(_waits(now, on))) or 0


def _waits(now: datetime, on: date) -> ColumnElement[bool]:
    return and_(
        Session.state == SessionState.PLANNED,
        Session.day < on,
        Session.starts_at <= now - OVERNIGHT,
    )


def _scope(cohort_ids: Iterable[int] | None) -> ColumnElement[bool]:
    return true() if cohort_ids is None else Session.cohort_id.in_(list(cohort_ids))


def _wall_day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _lines(
    scope: ColumnElement[bool], chosen: ColumnElement[bool], *, at_most: int | None = None
) -> list[SessionLine]:
    rows = db.session.execute(
        select(
            Session.id,
            Session.cohort_id,
            Cohort.name,
            Cohort.zone,
            Session.starts_at,
            Session.minutes,
            Session.day,
            Session.state,
            Session.not_held_reason,
            Cohort.link,
            Session.topic,
            Register.finished_at,
        )
        .join(Cohort, Cohort.id == Session.cohort_id)
        .outerjoin(Register, Register.session_id == Session.id)
        .where(scope, chosen)
        .order_by(Session.starts_at, Session.id)
        .limit(at_most)
    )
    lines: list[list[Any]] = [list(row) for row in rows]
    return [SessionLine(*line) for line in lines]


def sessions_of(cohort_id: int) -> list[SessionLine]:
    """List the sessions of a group in their order."""
    return _lines(Session.cohort_id == cohort_id, true())


def next_session_id(enrolment: Enrolment, *, now: datetime) -> int | None:
    """Find the session that comes next for somebody in a group."""
    return db.session.scalar(
        select(Session.id)
        .where(
            Session.cohort_id == enrolment.cohort_id,
            Session.state == SessionState.PLANNED,
            Session.starts_at > now,
            Session.day >= enrolment.since,
            true() if enrolment.until is None else Session.day <= enrolment.until,
        )
        .order_by(Session.starts_at)
        .limit(1)
    )
