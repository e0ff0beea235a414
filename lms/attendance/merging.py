"""Marks of two records that become one: the stronger stays, the other stands in the history."""

from flask_babel import ngettext
from sqlalchemy import update

from lms.attendance.models import AttendanceRecord, Register
from lms.attendance.rules import Status
from lms.contracts import Merger
from lms.db import db
from lms.people.moving import Moving, Row

# Whoever marked a presence saw somebody; an absence may be that nobody knew whom to look for.
STRONGER = (Status.PRESENT, Status.LATE, Status.MADE_UP, Status.EXCUSED, Status.ABSENT)
MERGED = "merged"


def _marks(moving: Moving) -> None:
    mine = {
        row["session_id"]: row for row in moving.rows("attendance_record.person_id", moving.kept_id)
    }
    theirs = moving.rows("attendance_record.person_id")
    for row in theirs:
        own = mine.get(row["session_id"])
        if own is None:
            moving.set("attendance_record", row, person_id=moving.kept_id)
        else:
            _stronger_stays(moving, own, row)
    _age_registers({row["session_id"] for row in theirs})


def _stronger_stays(moving: Moving, own: Row, row: Row) -> None:
    stays, yields = sorted((own, row), key=lambda one: STRONGER.index(one["status"]))
    moving.drop(AttendanceRecord.__tablename__, yields)
    moving.set(AttendanceRecord.__tablename__, stays, person_id=moving.kept_id)
    moving.add(
        "mark_change",
        session_id=stays["session_id"],
        person_id=moving.kept_id,
        was_status=yields["status"],
        was_mode=yields["mode"],
        status=stays["status"],
        mode=stays["mode"],
        changed_by_id=moving.by_id,
        changed_at=moving.now,
        reason=MERGED,
    )


def _age_registers(session_ids: set[int]) -> None:
    """Let a register that stands open on a phone notice that its rows changed."""
    db.session.execute(
        update(Register)
        .where(Register.session_id.in_(session_ids))
        .values(version=Register.version + 1)
        .execution_options(synchronize_session=False)
    )


MERGERS = [
    Merger(
        "attendance_record.person_id",
        say=lambda n: ngettext("%(num)d mark", "%(num)d marks", n),
        move=_marks,
        is_seen=True,
        weight=55,
    ),
    Merger(
        "mark_change.person_id",
        say=lambda n: ngettext(
            "%(num)d line of the history of marks", "%(num)d lines of the history of marks", n
        ),
        weight=56,
    ),
    Merger("family_word.person_id", weight=57),
]
