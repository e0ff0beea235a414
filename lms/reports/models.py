"""Figures that are not counted from rows: entered by hand, with their source."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class EnteredFigure(Base):
    """One figure of one year, typed by somebody, with where it comes from.

    ``is_comparable`` says that it was counted by the same rule as ours; a figure counted by
    another one is shown beside ours, but never set against it in percent.
    """

    __tablename__ = "entered_figure"
    __table_args__ = (
        UniqueConstraint("year", "indicator"),
        CheckConstraint("figure >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(60))
    figure: Mapped[int]
    source: Mapped[str] = mapped_column(String(300))
    is_comparable: Mapped[bool] = mapped_column(default=True, server_default=true())
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
