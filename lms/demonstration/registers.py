"""Many registers at once, with the rows that ``attendance.services`` would save one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.attendance.rules import Heads, Mark, assess_heads, lock_moment
from lms.contracts import Reason
from lms.courses.models import Session, SessionState
from lms.db import db
from lms.demonstration.year import PlanMismatch

Row = dict[str, Any]


@dataclass(frozen=True)
class Save:
    """One press of a button on a register: marks that are new or changed, or a head-count."""

    by_id: int
    at: datetime
    marks: Mapping[int, Mark] = field(default_factory=dict)
    heads: Heads | None = None
    finishes: bool = False


@dataclass(frozen=True)
class Sheet:
    """A session's register with its saves, in order; the last day of the lock is counted on."""

    session: Session
    saves: tuple[Save, ...]


@dataclass
class _Rows:
    """What is going to be inserted, table by table."""

    records: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)
    head_changes: list[Row] = field(default_factory=list)
    registers: list[Row] = field(default_factory=list)


def save_all(sheets: Sequence[Sheet], *, lock_days: int) -> None:
    """Record many registers of past sessions, finished by «Done» and locked by the clock.

    The same rows as ``save_register`` save by save and ``lock_due`` afterwards would leave (a
    test compares them); only registers that nobody has opened yet may be given.

    :raises PlanMismatch: for a head-count that cannot be.
    """
    rows = _Rows()
    for sheet in sheets:
        _read(sheet, rows, lock_days=lock_days)
    connection = db.session.connection()
    for model, new in (
        (AttendanceRecord, rows.records),
        (MarkChange, rows.changes),
        (HeadCount, rows.heads),
        (HeadCountChange, rows.head_changes),
        (Register, rows.registers),
    ):
        if new:
            connection.execute(insert(model.__table__), new)  # type: ignore[arg-type]
    held = [{"id": sheet.session.id, "state": SessionState.HELD} for sheet in sheets]
    if held:
        db.session.execute(update(Session), held)
    db.session.expire_all()


def _read(sheet: Sheet, rows: _Rows, *, lock_days: int) -> None:
    session_id = sheet.session.id
    records: dict[int, Row] = {}
    heads: Row | None = None
    register: Row = {
        "session_id": session_id,
        "version": 0,
        "finished_at": None,
        "finished_by_id": None,
        "locked_at": None,
    }
    for save in sheet.saves:
        register["version"] += 1
        for person_id, mark in save.marks.items():
            was = records.get(person_id)
            rows.changes.append(_change(session_id, person_id, mark, was, save))
            records[person_id] = _record(session_id, person_id, mark, register["version"], save)
        if save.heads is not None:
            rows.head_changes.append(_head_change(session_id, save.heads, heads, save))
            heads = _head(session_id, save.heads, register["version"], save)
        if save.finishes:
            register |= {
                "finished_at": save.at,
                "finished_by_id": save.by_id,
                "locked_at": lock_moment(save.at, lock_days),
            }
    rows.records += records.values()
    if heads is not None:
        rows.heads.append(heads)
    rows.registers.append(register)


def _record(session_id: int, person_id: int, mark: Mark, version: int, save: Save) -> Row:
    return {
        "session_id": session_id,
        "person_id": person_id,
        "status": mark.status,
        "mode": mark.mode,
        "version": version,
        "marked_by_id": save.by_id,
        "marked_at": save.at,
    }


def _change(session_id: int, person_id: int, mark: Mark, was: Row | None, save: Save) -> Row:
    return {
        "session_id": session_id,
        "person_id": person_id,
        "was_status": was and was["status"],
        "was_mode": was and was["mode"],
        "status": mark.status,
        "mode": mark.mode,
        "changed_by_id": save.by_id,
        "changed_at": save.at,
        "reason": "",
    }


def _head(session_id: int, heads: Heads, version: int, save: Save) -> Row:
    verdict = assess_heads(heads)
    if not verdict.is_allowed:
        raise PlanMismatch(reason=Reason(verdict.objections[0].code))
    return {
        "session_id": session_id,
        "in_person": heads.in_person,
        "online": heads.online,
        "first_time": heads.first_time,
        "version": version,
        "counted_by_id": save.by_id,
        "counted_at": save.at,
    }


def _head_change(session_id: int, heads: Heads, was: Row | None, save: Save) -> Row:
    return {
        "session_id": session_id,
        "was_in_person": was and was["in_person"],
        "was_online": was and was["online"],
        "was_first_time": was and was["first_time"],
        "in_person": heads.in_person,
        "online": heads.online,
        "first_time": heads.first_time,
        "changed_by_id": save.by_id,
        "changed_at": save.at,
        "reason": "",
    }
