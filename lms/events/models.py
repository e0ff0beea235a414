"""Other educational and cultural events, counted by head."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses.models import Place
from lms.db import Base, UtcDateTime, one_of


class EventFormat(StrEnum):
    """How an event is held; a hybrid one is one event."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Event(Base):
    """One event: title, day, place, format, head-count. A cancelled one keeps its row."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("in_person >= 0 AND online >= 0", name="not_negative"),
        CheckConstraint("format <> 'online' OR in_person = 0", name="online_only"),
        CheckConstraint("format <> 'in_person' OR online = 0", name="in_person_only"),
        Index("ix_event_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    day: Mapped[date]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    format: Mapped[EventFormat] = mapped_column(one_of(EventFormat))
    in_person: Mapped[int] = mapped_column(default=0)
    online: Mapped[int] = mapped_column(default=0)
    cancelled_on: Mapped[date | None]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    place: Mapped[Place | None] = relationship()
