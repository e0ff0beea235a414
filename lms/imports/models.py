"""An import, the rows it took in, and how the columns of a form were read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.courses.models import Cohort, SessionState
from lms.db import Base, UtcDateTime, one_of
from lms.imports.planning import Outcome
from lms.people.models import Person


class ImportState(StrEnum):
    """Where an import stands."""

    READ = "read"
    TRYING = "trying"
    READY = "ready"
    IMPORTING = "importing"
    DONE = "done"
    UNDONE = "undone"
    DROPPED = "dropped"
    FAILED = "failed"


class Import(Base):
    """One file that was brought: by whom, when, how it was read, and how many rows became what.

    Neither its name nor anything in it is kept here; ``token`` names the files in the drawer.
    ``is_grid`` tells a group's journal from a sheet of applications; ``cohort_id`` is its group.
    """

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    form: Mapped[str] = mapped_column(String(10))
    state: Mapped[ImportState] = mapped_column(one_of(ImportState), default=ImportState.READ)
    headings: Mapped[str] = mapped_column(String(64))
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(60), default="")
    is_grid: Mapped[bool] = mapped_column(default=False, server_default=false())
    cohort_id: Mapped[int | None] = mapped_column(
        ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )

    made_by: Mapped[Person | None] = relationship()
    cohort: Mapped[Cohort | None] = relationship()


class ImportRow(Base):
    """One row that came: its mark, which only the server's key can make, and what it led to.

    ``made`` are the numbers of the rows it made, by table, for taking the import back.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        Index("ix_import_row_import_id", "import_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    made: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ImportSession(Base):
    """A session whose register a journal wrote in, and how it stood; without a state it was made."""

    __tablename__ = "import_session"
    __table_args__ = (UniqueConstraint("import_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    was_state: Mapped[SessionState | None] = mapped_column(one_of(SessionState))
    was_reason: Mapped[str] = mapped_column(String(20), default="")


class ImportChange(Base):
    """One line of a register's history that a journal wrote: a mark or a head-count."""

    __tablename__ = "import_change"
    __table_args__ = (
        CheckConstraint(
            "(mark_change_id IS NULL) <> (head_count_change_id IS NULL)", name="one_of_two"
        ),
        Index("ix_import_change_import_id", "import_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    mark_change_id: Mapped[int | None] = mapped_column(
        ForeignKey("mark_change.id", ondelete="CASCADE"), index=True
    )
    head_count_change_id: Mapped[int | None] = mapped_column(
        ForeignKey("head_count_change.id", ondelete="CASCADE"), index=True
    )


class ImportMapping(Base):
    """What the columns of a form, or the signs of a group's journal, mean; they name nobody."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    headings: Mapped[str] = mapped_column(String(64), unique=True)
    meanings: Mapped[dict[str, str | None]] = mapped_column(JSON)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
