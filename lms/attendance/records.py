"""How marks and counts reach the database: one statement for any number of rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.attendance.register import Found
from lms.attendance.rules import Heads, Write
from lms.db import db

Rows = list[dict[str, Any]]
INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class By:
    """Who changes something, when, and why where it was locked."""

    person_id: int | None
    at: datetime
    reason: str

    def columns(self) -> dict[str, Any]:
        """Give the columns of a line of history."""
        return {
            "changed_by_id": self.person_id,
            "changed_at": self.at,
            "reason": self.reason,
        }


def write_marks(found: Found, writes: Iterable[Write], version: int, by: By) -> None:
    """Record marks by one bulk write, cleared ones by one delete, and the history by one more."""
    session_id = found.session.id
    marks = [
        {
            "session_id": session_id,
            "person_id": write.person_id,
            "status": write.mark.status,
            "mode": write.mark.mode,
            "version": version,
            "marked_by_id": by.person_id,
            "marked_at": by.at,
        }
        for write in writes
        if write.mark is not None
    ]
    cleared = [write.person_id for write in writes if write.mark is None]
    if marks:
        _upsert(AttendanceRecord, marks, key=("session_id", "person_id"))
    if cleared:
        db.session.execute(
            delete(AttendanceRecord)
            .where(
                AttendanceRecord.session_id == session_id,
                AttendanceRecord.person_id.in_(cleared),
            )
            .execution_options(synchronize_session=False)
        )
    _insert(
        MarkChange,
        [
            {
                "session_id": session_id,
                "person_id": write.person_id,
                "was_status": write.was and write.was.status,
                "was_mode": write.was and write.was.mode,
                "status": write.mark and write.mark.status,
                "mode": write.mark and write.mark.mode,
                **by.columns(),
            }
            for write in writes
        ],
    )


def write_heads(found: Found, heads: Heads, version: int, by: By) -> None:
    """Record a head-count and what it was before."""
    session_id, was = found.session.id, found.heads
    counted = {
        "in_person": heads.in_person,
        "online": heads.online,
        "first_time": heads.first_time,
    }
    _upsert(
        HeadCount,
        [
            {
                "session_id": session_id,
                **counted,
                "version": version,
                "counted_by_id": by.person_id,
                "counted_at": by.at,
            }
        ],
        key=("session_id",),
    )
    _insert(
        HeadCountChange,
        [
            {
                "session_id": session_id,
                **counted,
                "was_in_person": was and was.in_person,
                "was_online": was and was.online,
                "was_first_time": was and was.first_time,
                **by.columns(),
            }
        ],
    )


def write_registers(rows: list[dict[str, Any]]) -> None:
    """Record versions and stamps of registers; columns not named keep what they hold."""
    _upsert(Register, rows, key=("session_id",))


def _upsert(model: Any, rows: Rows, *, key: tuple[str, ...]) -> None:
    """Insert rows or change those that are there: one statement, whatever their number."""
    _execute(model, rows, key)


def _insert(model: Any, rows: Rows) -> None:
    """Insert rows by one statement, whatever their number."""
    _execute(model, rows, ())


def _execute(model: Any, rows: Rows, key: tuple[str, ...]) -> None:
    """Hand many rows to the driver at once, each value converted once and not once for each row.

    A register of a hundred repeats few values; SQLAlchemy's own executemany converts them all.
    """
    connection = db.session.connection()
    names = tuple(rows[0])
    many = _prepare(model.__table__, names, key, connection.dialect)
    columns = [
        _converted(convert, [row[name] for row in rows])
        for name, convert in zip(names, many.converters, strict=True)
    ]
    if many.order is None:
        sent: Any = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    else:
        place = dict(zip(names, columns, strict=True))
        sent = list(zip(*(place[name] for name in many.order), strict=True))
    connection.exec_driver_sql(many.text, sent)


def _converted(convert: Callable[[Any], Any] | None, values: list[Any]) -> list[Any]:
    if convert is None:
        return values
    known = {value: convert(value) for value in set(values)}
    return [known[value] for value in values]


@dataclass(frozen=True)
class _Many:
    """A statement as the driver takes it: text, converters by column, order of its parameters."""

    text: str
    converters: tuple[Callable[[Any], Any] | None, ...]
    order: tuple[str, ...] | None


@lru_cache(maxsize=64)
def _prepare(table: Table, names: tuple[str, ...], key: tuple[str, ...], dialect: Dialect) -> _Many:
    statement: Any = INSERT[dialect.name](table)
    if key:
        changed = {name: statement.excluded[name] for name in names if name not in key}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    converters = (
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    )
    order = tuple(compiled.positiontup) if compiled.positional else None
    return _Many(str(compiled), tuple(converters), order)
