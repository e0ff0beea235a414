"""What a family asks of its own data: that it be corrected, or erased."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.db import Base, UtcDateTime, one_of
from lms.people.models import PERSONAL, Person


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
