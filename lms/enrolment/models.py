"""An application is a request for a place; an enrolment is the place, with dates."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Cohort, Session
from lms.db import Base, UtcDateTime, one_of
from lms.people.models import Person


class ApplicationState(StrEnum):
    """Where an application stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Base):
    """A request for a place in a cohort. ``form_key`` is the family's one submit, sent once.

    ``is_all_or_none`` is the family's wish that either all of one submit get places or nobody.
    """

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("form_key", "person_id", "cohort_id"),
        Index("ix_application_cohort_id_state", "cohort_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(String(36), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    applicant_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"))
    state: Mapped[ApplicationState] = mapped_column(
        one_of(ApplicationState), default=ApplicationState.WAITING
    )
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    refusal: Mapped[str] = mapped_column(String(60), default="")
    is_all_or_none: Mapped[bool] = mapped_column(default=False, server_default=false())

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    applicant: Mapped[Person] = relationship(foreign_keys=applicant_id)
    cohort: Mapped[Cohort] = relationship()


class Enrolment(Base):
    """A person's place in a cohort from a day to a day; coming back is a new row."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "cohort_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
        Index(
            "uq_enrolment_current",
            "person_id",
            "cohort_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_enrolment_cohort_id_since", "cohort_id", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"))
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id", ondelete="SET NULL")
    )
    since: Mapped[date]
    until: Mapped[date | None]
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    cohort: Mapped[Cohort] = relationship()


class Door(Base):
    """The open door of a training: for half an hour whoever is in the room enters by a word.

    ``code`` is the short address, ``word`` what stands on the wall; neither opens it afterwards.
    """

    __tablename__ = "door"
    __table_args__ = (CheckConstraint("closes_at > opened_at", name="moments"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(12), unique=True)
    word: Mapped[str] = mapped_column(String(40))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wrong_words: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship()
