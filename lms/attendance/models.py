"""The register of a session: marks as current rows plus an append-only history, and head-counts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.attendance.rules import Mode, Status
from lms.db import Base, UtcDateTime, one_of
from lms.people.models import PERSONAL

__all__ = [
    "AttendanceRecord",
    "HeadCount",
    "HeadCountChange",
    "MarkChange",
    "Mode",
    "Register",
    "Status",
]


class Register(Base):
    """The state of one session's register. ``version`` grows with every change of it."""

    __tablename__ = "register"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttendanceRecord(Base):
    """One person at one session: at most one row, whoever marks."""

    __tablename__ = "attendance_record"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        Index("ix_attendance_record_person_id_status", "person_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    status: Mapped[Status] = mapped_column(one_of(Status))
    mode: Mapped[Mode] = mapped_column(one_of(Mode))
    version: Mapped[int] = mapped_column(default=1)
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MarkChange(Base):
    """One change of a mark, never altered: who, when, what it was before, and why if locked."""

    __tablename__ = "mark_change"
    __table_args__ = (Index("ix_mark_change_session_id_person_id", "session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    was_status: Mapped[Status | None] = mapped_column(one_of(Status))
    was_mode: Mapped[Mode | None] = mapped_column(one_of(Mode))
    status: Mapped[Status | None] = mapped_column(one_of(Status))
    mode: Mapped[Mode | None] = mapped_column(one_of(Mode))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)


class HeadCount(Base):
    """How many were there without a name, and of them for the first time this year."""

    __tablename__ = "head_count"
    __table_args__ = (
        CheckConstraint("in_person >= 0 AND online >= 0 AND first_time >= 0", name="not_negative"),
        CheckConstraint("first_time <= in_person + online", name="first_time"),
    )

    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    in_person: Mapped[int] = mapped_column(default=0)
    online: Mapped[int] = mapped_column(default=0)
    first_time: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    counted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeadCountChange(Base):
    """One change of a head-count, never altered."""

    __tablename__ = "head_count_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="RESTRICT"), index=True
    )
    was_in_person: Mapped[int | None]
    was_online: Mapped[int | None]
    was_first_time: Mapped[int | None]
    in_person: Mapped[int]
    online: Mapped[int]
    first_time: Mapped[int]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")
