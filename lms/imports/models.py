"""An import, the rows it took in, and how the columns of a form were read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

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

    made_by: Mapped[Person | None] = relationship()


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


class ImportMapping(Base):
    """What the columns of a form mean, as a coordinator left them; headings name nobody."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    headings: Mapped[str] = mapped_column(String(64), unique=True)
    meanings: Mapped[dict[str, str | None]] = mapped_column(JSON)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
