"""Marks that come from a table which somebody kept elsewhere, and taking them back.

They go the way of every mark: the same checks, the same history with who and when, «з таблиці»
before the reason. No letter about an absence leaves for them: it is long over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.attendance.records import By, write_heads
from lms.attendance.register import Found, roster
from lms.attendance.rules import MARKS, Heads, Mark, Mode, Status, SubmittedMark
from lms.attendance.services import Entry, RegisterRefused, SubmittedHeads, save_register
from lms.contracts import Reason
from lms.courses.models import Session, SessionState
from lms.db import db

SHEET, SHEET_UNDONE = "table.", "table_undone."
LONGEST = 180


@dataclass(frozen=True)
class FromSheet:
    """What a table says of one session: a status by person, and how many came without a name."""

    statuses: Mapping[int, Status] = field(default_factory=dict)
    heads: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Lines:
    """The numbers of the lines of history that were written."""

    marks: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()


def record_sheet(
    found: Found, sheet: FromSheet, *, by_id: int | None, now: datetime, lock_days: int
) -> Lines:
    """Record what a table says of a session; answer which lines of history that made.

    :param found: the session as read by ``find_register(…, is_writing=True)``.
    :raises RegisterRefused: too early, not held, somebody who is not on the register, a name where
        none may stand, or locked and without a reason.
    """
    if found.is_sensitive and sheet.statuses:
        raise RegisterRefused(reason=Reason("register_nameless"))
    if found.standing(now=now, lock_days=lock_days).is_locked and not sheet.reason:
        raise RegisterRefused(reason=Reason("reason_needed"))
    stored = {row.person_id: row.stored for row in roster(found)}
    if not set(sheet.statuses) <= set(stored):
        raise RegisterRefused(reason=Reason("register_stranger"))
    marks = []
    for person_id, status in sorted(sheet.statuses.items()):
        there = stored[person_id]
        mark = MARKS[status, there.mark.mode if there else found.mode]
        seen, version = (there.mark, there.version) if there else (None, 0)
        marks.append(SubmittedMark(person_id, mark, seen, version))
    entry = Entry(
        marks=tuple(marks),
        heads=_heads(found, sheet.heads),
        reason=SHEET + sheet.reason[:LONGEST],
    )
    before = _newest(found.session.id)
    save_register(found, entry, by_id=by_id, now=now, lock_days=lock_days)
    _tell_nobody(found.session.id, now)
    return _written_since(found.session.id, before)


def _heads(found: Found, count: int | None) -> SubmittedHeads | None:
    if count is None:
        return None
    heads = Heads(online=count) if found.mode is Mode.ONLINE else Heads(in_person=count)
    return SubmittedHeads(heads, found.heads, found.heads_version)


def _tell_nobody(session_id: int, now: datetime) -> None:
    db.session.execute(
        update(Register)
        .where(Register.session_id == session_id, Register.told_at.is_(None))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )


def _newest(session_id: int) -> tuple[int, int]:
    found = [
        db.session.scalar(select(func.max(model.id)).where(model.session_id == session_id)) or 0
        for model in (MarkChange, HeadCountChange)
    ]
    return found[0], found[1]


def _written_since(session_id: int, before: tuple[int, int]) -> Lines:
    found: list[tuple[int, ...]] = []
    models: tuple[Any, ...] = (MarkChange, HeadCountChange)
    for model, last in zip(models, before, strict=True):
        query = select(model.id).where(model.session_id == session_id, model.id > last)
        found.append(tuple(db.session.scalars(query.order_by(model.id))))
    return Lines(found[0], found[1])


def take_back(
    found: Found, lines: Lines, *, by_id: int | None, now: datetime, lock_days: int
) -> tuple[int, int]:
    """Put a register back as it was before a table, wherever nobody touched it since.

    :returns: how many marks and counts were put back, and how many stay since somebody changed them.
    """
    session_id, reason = found.session.id, SHEET_UNDONE
    stored = {row.person_id: row.stored for row in roster(found)}
    newest = dict(
        db.session.execute(
            select(MarkChange.person_id, func.max(MarkChange.id))
            .where(MarkChange.session_id == session_id)
            .group_by(MarkChange.person_id)
        ).all()
    )
    marks: list[SubmittedMark] = []
    for change in _changes(lines.marks):
        there = stored.get(change.person_id)
        if there is None or newest.get(change.person_id) != change.id:
            continue
        was = Mark(change.was_status, change.was_mode) if change.was_status else None  # type: ignore[arg-type]
        marks.append(SubmittedMark(change.person_id, was, there.mark, there.version))
    if marks:
        entry = Entry(marks=tuple(marks), reason=reason)
        save_register(found, entry, by_id=by_id, now=now, lock_days=lock_days)
    counted = sum(_heads_back(found, number, By(by_id, now, reason)) for number in lines.heads)
    db.session.flush()
    done = len(marks) + counted
    return done, len(lines.marks) + len(lines.heads) - done


def _changes(numbers: Iterable[int]) -> list[MarkChange]:
    query = select(MarkChange).where(MarkChange.id.in_(list(numbers))).order_by(MarkChange.id)
    return list(db.session.scalars(query))


def _heads_back(found: Found, number: int, by: By) -> bool:
    session_id = found.session.id
    if _newest(session_id)[1] != number or found.heads is None:
        return False
    change = db.session.get_one(HeadCountChange, number)
    was = None
    if change.was_in_person is not None:
        was = Heads(change.was_in_person, change.was_online or 0, change.was_first_time or 0)
    write_heads(found, was or Heads(), found.heads_version + 1, by)
    if was is None:
        db.session.execute(
            delete(HeadCount)
            .where(HeadCount.session_id == session_id)
            .execution_options(synchronize_session=False)
        )
    return True


def is_blank(session_id: int) -> bool:
    """Tell whether neither a mark nor a head-count stands in a register."""
    models: tuple[Any, ...] = (AttendanceRecord, HeadCount)
    return not any(
        db.session.scalar(select(model.session_id).where(model.session_id == session_id).limit(1))
        for model in models
    )


def reopen(session: Session) -> bool:
    """Make a session planned again that nobody finished and in which nothing stands any more."""
    register = db.session.get(Register, session.id, populate_existing=True)
    if not is_blank(session.id) or (register is not None and register.finished_by_id is not None):
        return False
    if register is not None:
        register.finished_at = register.locked_at = None
    if session.state is SessionState.HELD:
        session.state = SessionState.PLANNED
    db.session.flush()
    return True
