"""Programme, course, module, club, place, cohort, session, assignment: the library's teaching."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.db import Base, UtcDateTime, one_of
from lms.people.models import Person


class Place(Base):
    """Where a session is held; its town is not public."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    town: Mapped[str] = mapped_column(String(100), default="")
    is_online: Mapped[bool] = mapped_column(default=False)


class Club(Base):
    """A node of the network of clubs, with a place."""

    __tablename__ = "club"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))

    place: Mapped[Place | None] = relationship()


class Programme(Base):
    """What one enrols on. ``kind`` names the plug-in that knows how it is taken part in.

    ``settings`` are the kind's own, a validated frozen dataclass kept as JSON.
    """

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    accepts_at_once: Mapped[bool] = mapped_column(default=True)
    archived_on: Mapped[date | None]


class AgeRule(Base):
    """The ages a programme is for, from a day to a day; both limits are included."""

    __tablename__ = "age_rule"
    __table_args__ = (
        CheckConstraint("from_age >= 0 AND to_age >= from_age", name="ages"),
        UniqueConstraint("programme_id", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    from_age: Mapped[int]
    to_age: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]


class Course(Base):
    """What is taught: direction and level, with the academic hours that a certificate states."""

    __tablename__ = "course"
    __table_args__ = (CheckConstraint("hours >= 0", name="hours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="RESTRICT"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    direction: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[str] = mapped_column(String(60), default="")
    hours: Mapped[int] = mapped_column(default=0)
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)

    programme: Mapped[Programme] = relationship()


class Module(Base):
    """A dated run of a programme: «навчальний модуль», a semester, a complex of trainings.

    ``number`` runs among all modules of the library in a year; it stands in certificate numbers.
    """

    __tablename__ = "module"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="RESTRICT"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int]
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    enrolment_opens_on: Mapped[date | None]
    enrolment_closes_on: Mapped[date | None]

    programme: Mapped[Programme] = relationship()


class Cohort(Base):
    """People who take a course in a module together; ``zone`` is its wall clock.

    ``continues_id`` is the group of an earlier module that goes on in this one.
    """

    __tablename__ = "cohort"
    __table_args__ = (CheckConstraint("capacity >= 1", name="capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="RESTRICT"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="RESTRICT"), index=True)
    club_id: Mapped[int | None] = mapped_column(
        ForeignKey("club.id", ondelete="SET NULL"), index=True
    )
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(500), default="")
    is_hybrid: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(60), default="Europe/Kyiv")
    capacity: Mapped[int]
    continues_id: Mapped[int | None] = mapped_column(
        ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )

    module: Mapped[Module] = relationship()
    course: Mapped[Course] = relationship()
    club: Mapped[Club | None] = relationship()
    place: Mapped[Place | None] = relationship()

    @property
    def is_online(self) -> bool:
        """Tell whether people meet at a link and not at a place."""
        return self.place is None or self.place.is_online


class WeeklyPattern(Base):
    """When a cohort meets: a weekday (0 is Monday) and a wall time, from a day to a day."""

    __tablename__ = "weekly_pattern"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    starts_at: Mapped[time]
    minutes: Mapped[int] = mapped_column(default=60)
    from_day: Mapped[date]
    until_day: Mapped[date]


class SessionState(StrEnum):
    """Where a session stands. Broken off counts as held from half its time or by the leader's word."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    MOVED = "moved"
    BROKEN_OFF = "broken_off"


HELD = frozenset({SessionState.HELD, SessionState.BROKEN_OFF})
NOT_HELD = frozenset({SessionState.CANCELLED, SessionState.MOVED})


class NotHeldReason(StrEnum):
    """Why a session was not held; none of them lowers anybody's share."""

    AIR_RAID = "air_raid"
    SHELLING = "shelling"
    NO_POWER = "no_power"
    NO_CONNECTION = "no_connection"
    NO_SHELTER = "no_shelter"
    EVACUATION = "evacuation"
    LEADER_UNABLE = "leader_unable"
    OTHER = "other"


class Session(Base):
    """One dated meeting of a cohort. ``day`` is the date on the wall of the cohort's zone."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("cohort_id", "starts_at"),
        CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes"),
        CheckConstraint(
            "(state IN ('cancelled', 'moved')) = (not_held_reason IS NOT NULL)", name="not_held"
        ),
        Index("ix_session_cohort_id_day", "cohort_id", "day"),
        Index("ix_session_day_state", "day", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date]
    minutes: Mapped[int] = mapped_column(default=60)
    topic: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[SessionState] = mapped_column(one_of(SessionState), default=SessionState.PLANNED)
    not_held_reason: Mapped[NotHeldReason | None] = mapped_column(one_of(NotHeldReason))
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))

    cohort: Mapped[Cohort] = relationship()


class AssignmentRole(StrEnum):
    """As what an adult is with a cohort."""

    MENTOR = "mentor"
    LEADER = "leader"
    HELPER = "helper"


class Assignment(Base):
    """Adult and cohort, from a day to a day; made only through the service that asks for clearance."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("person_id", "cohort_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"), index=True)
    role: Mapped[AssignmentRole] = mapped_column(one_of(AssignmentRole))
    since: Mapped[date]
    until: Mapped[date | None]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    cohort: Mapped[Cohort] = relationship()
