"""A letter is a row first: written in the transaction of what it tells, sent afterwards, once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.db import Base, UtcDateTime, one_of
from lms.people.models import PERSONAL, Person


class LetterState(StrEnum):
    """Where a letter stands. ``UNSURE`` left the program, but nobody knows whether it arrived.

    ``HELD_BACK`` was written, but its reader may no longer be written to; ``TAKEN_BACK`` was
    undone before it left; ``QUARANTINED`` is over a limit and waits for the coordinator's word.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"
    HELD_BACK = "held_back"
    TAKEN_BACK = "taken_back"
    QUARANTINED = "quarantined"


class Letter(Base):
    """One letter to one adult. ``key`` is what makes it the same letter: it is written once.

    ``batch`` ties the letters that somebody wrote to a whole group in one go. ``parts`` are the
    paragraphs and links; a link that signs in gets its token when the letter is sent, so that no
    token is stored.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_state_written_at", "state", "written_at"),
        Index("ix_letter_batch", "batch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    batch: Mapped[str] = mapped_column(String(36), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    locale: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, info=PERSONAL)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[LetterState] = mapped_column(one_of(LetterState), default=LetterState.WAITING)
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(60), default="")

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class Declined(Base):
    """Somebody asked for no more letters of a kind; taking that back deletes the row."""

    __tablename__ = "letter_declined"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
