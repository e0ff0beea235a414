"""Verbs of the register: save marks and head-counts, finish; each leaves what was before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.attendance.announcing import announced_for
from lms.attendance.models import AttendanceRecord
from lms.attendance.records import By, write_heads, write_marks, write_registers
from lms.attendance.register import Found, RosterRow, roster
from lms.attendance.rules import (
    Conflict,
    Heads,
    Mark,
    Plan,
    Status,
    SubmittedMark,
    assess_heads,
    fill_blanks,
    plan_save,
)
from lms.contracts import LMSError, Reason
from lms.courses.models import HELD, NOT_HELD, SessionState
from lms.courses.services import hold_session
from lms.db import db


class RegisterRefused(LMSError):
    """Nothing can be entered here now: too early, not held, no reason given."""

    code = "register_refused"


class BadHeads(LMSError):
    """A head-count that cannot be."""

    code = "bad_heads"


@dataclass(frozen=True)
class SubmittedHeads:
    """A head-count as typed, with the version that its form was opened with."""

    heads: Heads
    seen: Heads | None = None
    seen_version: int = 0


@dataclass(frozen=True)
class Entry:
    """What somebody sends about a session: marks, a head-count, and what to do beside.

    :param fills_blanks: «Everybody is present»: every blank becomes present, or excused where
        the family said beforehand that nobody comes.
    :param finishes: «Done»; whoever was announced not to come and is still blank becomes excused.
    :param reason: why a locked register is changed.
    """

    marks: tuple[SubmittedMark, ...] = ()
    heads: SubmittedHeads | None = None
    fills_blanks: bool = False
    finishes: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Saved:
    """What became of an entry. ``marks`` are those that stand now, with their versions."""

    version: int
    changed: int = 0
    conflicts: tuple[Conflict, ...] = ()
    heads_conflict: Heads | None = None
    left_out: int = 0
    is_finished: bool = False
    marks: Mapping[int, tuple[Mark, int]] = field(default_factory=dict)


def save_register(
    found: Found, entry: Entry, *, by_id: int | None, now: datetime, lock_days: int
) -> Saved:
    """Record what was entered about a session: one bulk write of marks and one of history.

    Marks that clash with somebody else's are left as they stand and answered as conflicts; the
    others are recorded all the same. The first mark or head-count makes the session held.

    :param found: the session as read by ``find_register(…, is_writing=True)``.
    :raises RegisterRefused: too early, for a session not held, or locked and without a reason.
    :raises BadHeads: for a head-count that cannot be.
    """
    refuse_entry(found, now=now)
    rows = roster(found)
    plan, left_out = _plan_marks(found, entry, rows, by_id)
    heads, heads_conflict = _plan_heads(found, entry.heads)
    standing = found.standing(now=now, lock_days=lock_days)
    is_changed = bool(plan.writes) or heads is not None
    if is_changed and standing.is_locked and not entry.reason:
        raise RegisterRefused(reason=Reason("reason_needed"))
    finishes = entry.finishes and not standing.is_finished
    is_stamped = standing.is_finished and found.finished_at is None
    version = found.version + (1 if is_changed or finishes else 0)
    if plan.writes:
        write_marks(found, plan.writes, version, By(by_id, now, entry.reason))
    if heads is not None:
        write_heads(found, heads, version, By(by_id, now, entry.reason))
    if is_changed or finishes or is_stamped:
        _hold(found, _count_marks(rows, plan), found.heads if heads is None else heads, finishes)
        stamps: dict[str, Any] = {"version": version}
        if finishes:
            stamps |= {"finished_at": now, "finished_by_id": by_id}
        elif is_stamped:
            stamps |= {"finished_at": standing.finished_at}
        write_registers([{"session_id": found.session.id, **stamps}])
    db.session.flush()
    return Saved(
        version=version,
        changed=len(plan.writes) + (heads is not None),
        conflicts=plan.conflicts,
        heads_conflict=heads_conflict,
        left_out=left_out,
        is_finished=finishes or standing.is_finished,
        marks=_marks_after(rows, plan, version),
    )


def refuse_entry(found: Found, *, now: datetime) -> None:
    """Refuse an entry that no register takes.

    :raises RegisterRefused: before the day of the session, and for one that was not held.
    """
    session = found.session
    if session.state in NOT_HELD:
        raise RegisterRefused(reason=Reason("session_not_held"))
    if now.astimezone(ZoneInfo(found.zone)).date() < session.day:
        raise RegisterRefused(reason=Reason("register_too_early", {"on": session.day}))


def count_heads(
    found: Found, heads: Heads, *, by_id: int | None, now: datetime, lock_days: int
) -> Saved:
    """Record how many were there, whatever was counted before.

    :raises RegisterRefused: too early, for a session not held, or locked.
    :raises BadHeads: when more are there for the first time than are there.
    """
    submitted = SubmittedHeads(heads, found.heads, found.heads_version)
    return save_register(found, Entry(heads=submitted), by_id=by_id, now=now, lock_days=lock_days)


def finish(found: Found, *, by_id: int | None, now: datetime, lock_days: int) -> Saved:
    """Finish a register by «Done»; doing it twice changes nothing.

    :raises RegisterRefused: too early, or for a session not held.
    """
    return save_register(found, Entry(finishes=True), by_id=by_id, now=now, lock_days=lock_days)


def _plan_marks(
    found: Found, entry: Entry, rows: list[RosterRow], by_id: int | None
) -> tuple[Plan, int]:
    listed = {row.person_id: None for row in rows}
    known = [mark for mark in entry.marks if mark.person_id in listed]
    submitted: Iterable[SubmittedMark] = known
    if entry.fills_blanks or entry.finishes:
        announced = {
            person_id: Mark(Status.EXCUSED, found.mode)
            for person_id in announced_for(found.session.id)
            if person_id in listed and not found.is_sensitive
        }
        blanks: Iterable[int] = listed if entry.fills_blanks else announced
        present = Mark(Status.PRESENT, found.mode)
        submitted = fill_blanks(blanks, known, present, announced=announced)
    stored = {row.person_id: row.stored for row in rows if row.stored}
    touched = sum(1 for mark in entry.marks if mark.mark != mark.seen)
    left_out = touched - sum(1 for mark in known if mark.mark != mark.seen)
    return plan_save(stored, submitted, by_id=by_id), left_out


def _plan_heads(
    found: Found, submitted: SubmittedHeads | None
) -> tuple[Heads | None, Heads | None]:
    """Answer what to write, and what somebody else counted meanwhile."""
    if submitted is None or submitted.heads in (submitted.seen, found.heads):
        return None, None
    verdict = assess_heads(submitted.heads)
    if not verdict.is_allowed:
        raise BadHeads(reason=verdict.objections[0])
    if submitted.seen_version != found.heads_version:
        return None, found.heads
    return submitted.heads, None


def _count_marks(rows: Iterable[RosterRow], plan: Plan) -> int:
    marked = {row.person_id for row in rows if row.stored}
    for write in plan.writes:
        if write.mark is None:
            marked.discard(write.person_id)
        else:
            marked.add(write.person_id)
    return len(marked)


def _hold(found: Found, marked: int, heads: Heads | None, finishes: bool) -> None:  # noqa: FBT001
    session = found.session
    if marked or heads is not None or finishes:
        if session.state not in HELD:
            hold_session(session)
    elif session.state is SessionState.HELD and found.finished_at is None:
        # The one mark that made it held was a slip and was taken back.
        session.state = SessionState.PLANNED


def _marks_after(
    rows: Iterable[RosterRow], plan: Plan, version: int
) -> dict[int, tuple[Mark, int]]:
    marks = {row.person_id: (row.stored.mark, row.stored.version) for row in rows if row.stored}
    for write in plan.writes:
        if write.mark is None:
            marks.pop(write.person_id, None)
        else:
            marks[write.person_id] = (write.mark, version)
    return marks


def marks_of(session_id: int) -> dict[int, Mark]:
    """Read the marks of one session by person: for those who count or compare."""
    rows = db.session.execute(
        select(AttendanceRecord.person_id, AttendanceRecord.status, AttendanceRecord.mode).where(
            AttendanceRecord.session_id == session_id
        )
    )
    return {person_id: Mark(status, mode) for person_id, status, mode in rows}
