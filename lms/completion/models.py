"""The final project, and the fact that a programme's rule was met."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.db import Base, UtcDateTime
from lms.enrolment.models import Enrolment
from lms.people.models import PERSONAL


class Project(Base):
    """A learner's final project, shown on a day and confirmed by somebody."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True
    )
    title: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    link: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    shown_on: Mapped[date]
    confirmed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL")
    )


class Completion(Base):
    """The rule was met and the coordinator confirmed it; ``facts`` are what was counted then."""

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="RESTRICT"), unique=True
    )
    completed_on: Mapped[date]
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL")
    )
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    enrolment: Mapped[Enrolment] = relationship()
