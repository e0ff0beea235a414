"""Consultations without people: topic, minutes, format, place, and whether it was a first visit."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Place
from lms.db import Base, UtcDateTime, one_of


class Visitor(StrEnum):
    """The answer to «Ви вже зверталися до нас цього року?»."""

    FIRST_TIME = "first_time"
    RETURNING = "returning"
    NOT_ASKED = "not_asked"


class Format(StrEnum):
    """How the help was given."""

    IN_PERSON = "in_person"
    ONLINE = "online"


class ConsultationTopic(Base):
    """What people ask about; a list of the library's own, retired rather than deleted."""

    __tablename__ = "consultation_topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    retired_on: Mapped[date | None]


consultation_topics = Table(
    "consultation_topics",
    Base.metadata,
    Column("consultation_id", ForeignKey("consultation.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("consultation_topic.id", ondelete="RESTRICT"), primary_key=True),
)


class Consultation(Base):
    """One act of help. There is no person in this row and no free text, on purpose."""

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes"),
        Index("ix_consultation_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    day: Mapped[date]
    minutes: Mapped[int]
    format: Mapped[Format] = mapped_column(one_of(Format))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    visitor: Mapped[Visitor] = mapped_column(one_of(Visitor))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    topics: Mapped[list[ConsultationTopic]] = relationship(secondary=consultation_topics)
    place: Mapped[Place | None] = relationship()
