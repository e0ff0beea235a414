"""Who else is with a child, a child's own pages, papers, and what a family asks of its data."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.db import Base, UtcDateTime, one_of
from lms.enrolment.models import Enrolment
from lms.people.models import PERSONAL, Consent, Guardianship, Person, Relation


class GuardianInvitation(Base):
    """One guardian invites another for a child; the coordinator confirms or refuses.

    Nobody becomes a person before the confirmation: what the invited one wrote stands here, and is
    emptied once it is decided. Only the hash of the link is kept.
    """

    __tablename__ = "guardian_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    relation: Mapped[Relation] = mapped_column(one_of(Relation))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    family_name: Mapped[str] = mapped_column(String(100), default="", info=PERSONAL)
    given_name: Mapped[str] = mapped_column(String(100), default="", info=PERSONAL)
    patronymic: Mapped[str] = mapped_column(String(100), default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    refusal: Mapped[str] = mapped_column(String(40), default="")

    child: Mapped[Person] = relationship(foreign_keys=child_id)
    invited_by: Mapped[Person] = relationship(foreign_keys=invited_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)

    @property
    def who(self) -> str:
        """The name of whoever answered, family name first."""
        if self.answered_by is not None:
            return self.answered_by.full_name
        return " ".join(
            part for part in (self.family_name, self.given_name, self.patronymic) if part
        )


class RemovalRequest(Base):
    """The first guardian asks that another one is removed; the coordinator decides."""

    __tablename__ = "removal_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    guardianship_id: Mapped[int] = mapped_column(
        ForeignKey("guardianship.id", ondelete="CASCADE"), unique=True
    )
    asked_by_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    guardianship: Mapped[Guardianship] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)


class ChildPage(Base):
    """A page without names for one child's place in a group; whoever has the link sees it.

    The token is made of ``nonce`` and the application's key, so that a guardian can see the link
    again and a stolen database shows none.
    """

    __tablename__ = "child_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), index=True
    )
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()


class ConsentScan(Base):
    """The scanned paper of a consent: the file lies in the storage, under its hash."""

    __tablename__ = "consent_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    consent_id: Mapped[int] = mapped_column(
        ForeignKey("consent.id", ondelete="CASCADE"), unique=True
    )
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    consent: Mapped[Consent] = relationship()


class RequestKind(StrEnum):
    """What is asked for."""

    CORRECTION = "correction"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """Where a request stands. ``ANSWERED`` was not done, and the family reads why."""

    WAITING = "waiting"
    DONE = "done"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class DataRequest(Base):
    """A request about the data of one person; at most one of each kind waits.

    ``wanted`` holds the columns to be corrected and what shall stand there, ``was`` what stood
    there before. ``with_guardian`` asks that the guardian who asks be erased too.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_data_request_waiting",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_data_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(one_of(RequestKind))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[RequestState] = mapped_column(one_of(RequestState), default=RequestState.WAITING)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    was: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    with_guardian: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
