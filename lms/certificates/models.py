"""Certificates and credentials: immutable snapshots, numbers never reused, documents made once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from lms.completion.models import Completion
from lms.courses.models import Module
from lms.db import Base, UtcDateTime
from lms.people.models import PERSONAL, Person


class NumberSeries(Base):
    """The last serial given in a module; its row is locked by whoever takes the next one."""

    __tablename__ = "number_series"

    module_id: Mapped[int] = mapped_column(
        ForeignKey("module.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    last_serial: Mapped[int] = mapped_column(default=0)


class Certificate(Base):
    """What was issued, to whom, on what grounds; ``snapshot`` is all that the document prints.

    ``grounds`` names what it was issued for («completion:17», «mentor:5:2»): with the award and the
    revision it is unique, so that issuing twice, in parallel or after a crash makes no second one.
    ``completion_id`` keeps a completion from being taken back once something was issued for it.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("award", "grounds", "revision"),
        UniqueConstraint("module_id", "serial", "revision"),
        UniqueConstraint("number", "revision"),
        CheckConstraint("serial >= 1 AND revision >= 1", name="numbers"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason = '')", name="revoked"),
        Index("ix_certificate_issued_on", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(21), unique=True)
    award: Mapped[str] = mapped_column(String(60))
    grounds: Mapped[str] = mapped_column(String(100))
    revision: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="RESTRICT"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(
        ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )
    completion_id: Mapped[int | None] = mapped_column(
        ForeignKey("completion.id", ondelete="RESTRICT"), index=True
    )
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(30))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    is_minor: Mapped[bool]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_reason: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    module: Mapped[Module] = relationship()
    completion: Mapped[Completion | None] = relationship()


class CertificateFile(Base):
    """The document of a certificate in a language: made once, kept with its hash, never again."""

    __tablename__ = "certificate_file"
    __table_args__ = (UniqueConstraint("certificate_id", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id", ondelete="RESTRICT"))
    locale: Mapped[str] = mapped_column(String(2))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
