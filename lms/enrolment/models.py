"""An application is a request for a place; an enrolment is the place, with dates."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Cohort
from lms.db import Base, UtcDateTime, one_of
from lms.people.models import PERSONAL, Person


class ApplicationState(StrEnum):
    """Where an application stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Base):
    """A request for a place in a cohort. ``form_key`` is the family's one submit, sent once.

    ``is_all_or_none`` is the family's wish that either all of one submit get places or nobody.
    ``listed_at`` is set where somebody stands on the waiting list: at once in a programme that
    takes applications by itself, else by the coordinator's word; before that the application
    waits for a decision. ``queued_at`` moves an application behind those sent before that moment.
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
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

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


class Continuation(Base):
    """«Ходимо далі»: a learner of an ended group is asked into the one that continues it, once."""

    __tablename__ = "continuation"
    __table_args__ = (
        UniqueConstraint("person_id", "cohort_id"),
        CheckConstraint("(answered_at IS NULL) = (is_accepted IS NULL)", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    is_accepted: Mapped[bool | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    cohort: Mapped[Cohort] = relationship()


class OfferState(StrEnum):
    """Where an offer of a place stands; only an open one holds the place."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CLOSED = "closed"


class Offer(Base):
    """A place held for an application until ``ends_at``, or until somebody has been phoned.

    ``batch`` ties what a family that wants all or none is offered together: it is answered
    together. ``tries`` counts the calls that nobody took.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("by_phone OR ends_at IS NOT NULL", name="ends"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        Index(
            "uq_offer_open",
            "application_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_offer_state_ends_at", "state", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    batch: Mapped[str] = mapped_column(String(36), index=True)
    state: Mapped[OfferState] = mapped_column(one_of(OfferState), default=OfferState.OPEN)
    by_phone: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    application: Mapped[Application] = relationship()


class Step(StrEnum):
    """What happened to a place or to the wish for one."""

    APPLIED = "applied"
    LISTED = "listed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CLOSED = "closed"
    NOT_REACHED = "not_reached"
    SEATED = "seated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    GIVEN_UP = "given_up"
    MOVED_OUT = "moved_out"
    MOVED_IN = "moved_in"
    PAUSED = "paused"
    CAME_BACK = "came_back"
    UNDONE = "undone"
    AGE_WAIVED = "age_waived"


class ApplicationEvent(Base):
    """One step of somebody towards, in or out of a group, never altered: what, who, when.

    ``other_id`` is the group moved to or from; ``day`` the day from which it holds.
    """

    __tablename__ = "application_event"
    __table_args__ = (Index("ix_application_event_cohort_id_at", "cohort_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id", ondelete="SET NULL"), index=True
    )
    step: Mapped[Step] = mapped_column(one_of(Step))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    day: Mapped[date | None]
    other_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
    other: Mapped[Cohort | None] = relationship(foreign_keys=other_id)


class AgeOverride(Base):
    """The coordinator's word that somebody may join whatever the age rule says, with a reason.

    It holds for every group of the same module, so that a child who moves needs no second one.
    """

    __tablename__ = "age_override"
    __table_args__ = (UniqueConstraint("person_id", "cohort_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(300), info=PERSONAL)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
