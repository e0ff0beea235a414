"""The engine, the declarative base, how it names things, and how SQLite is asked to keep its word."""

import sqlite3
import threading
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Enum, MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    """The base of every model; constraints have predictable names so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC on every database.

    :raises ValueError: if a naive datetime is bound; a moment without a zone is no moment.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values and store UTC (SQLite keeps no zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC value."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(kind: type[StrEnum]) -> Enum:
    """Make a column type of an enumeration's words; text on every database, checked when bound."""
    return Enum(
        kind, native_enum=False, length=25, values_callable=lambda words: [str(w) for w in words]
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

# Acknowledged means on disk: WAL with NORMAL lost every acknowledged mark in a simulated power
# cut, FULL lost none. secure_delete overwrites what was erased.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "secure_delete=ON",
    "cache_size=-16000",
    "mmap_size=134217728",
)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would open transactions on its own and only at the first write: too late.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


WRITE_SECONDS = 30


class _Writers:
    """The writers of this process, let in one after the other.

    SQLite has no queue: who waits asks again ten times a second, and whoever comes in between is
    let in first. Of two hundred forms at once some waited so for half a minute and were lost. This
    is courtesy only: what keeps writers apart is ``BEGIN IMMEDIATE``.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()

    def begin(self, connection: Any) -> None:
        """Open a transaction, a writing one when it is this writer's turn."""
        # A deferred BEGIN that turns into a write fails at once when another writer was quicker;
        # a request that may write therefore takes its place in the queue from the start.
        if not connection.get_execution_options().get("write"):
            connection.exec_driver_sql("BEGIN")
            return
        if self.turn.acquire(timeout=WRITE_SECONDS):
            connection.info["has_turn"] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self.end(connection)
            raise

    def end(self, connection: Any) -> None:
        """Let the next writer in."""
        if connection.info.pop("has_turn", False):
            self.turn.release()


def init_db(app: Flask) -> None:
    """Bind the engine of this application and prepare each connection of SQLite."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite:///") and url != "sqlite:///:memory:":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Names are for this account only; the journals beside the file take its rights.
        path.touch(mode=0o600)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def prepare_engine(engine: Engine) -> None:
    """Attach what SQLite needs to an engine; PostgreSQL needs nothing."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        writers = _Writers()
        event.listen(engine, "begin", writers.begin)
        event.listen(engine, "commit", writers.end)
        event.listen(engine, "rollback", writers.end)


def begin_write() -> None:
    """Open the transaction of this unit of work as a writing one (``BEGIN IMMEDIATE`` on SQLite).

    What was only read before is given up, since it may be old by the time of the lock.

    :raises RuntimeError: when something was changed already in a transaction that cannot wait.
    """
    session = db.session()
    if session.in_transaction():
        if session.connection().get_execution_options().get("write"):
            return
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("begin_write comes before the first change")
        session.rollback()
    session.connection(execution_options={"write": True})


def is_postgresql() -> bool:
    """Tell whether several machines may be writing, so that rows must be locked by name."""
    return db.engine.dialect.name == "postgresql"


def overwrite_freed() -> bool:
    """Leave no byte of what was erased in the file and the journal of SQLite; after the commit.

    ``secure_delete`` overwrites what is freed here; what another tool freed before it was on (a
    restore, a shell) is not reached by it, so the file is written anew. Answers whether all of it
    was done: somebody may be writing just now, or still need the journal to read.
    PostgreSQL reuses what its own VACUUM frees; nothing is done there.
    """
    if is_postgresql():
        return True
    db.session.remove()
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        # A page must not wait long for this: the chores try again.
        cursor.execute("PRAGMA busy_timeout=1000")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("VACUUM")
        busy, _pages, _written = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    else:
        return not busy
    finally:
        # The next user of this connection gets one that was prepared as all others.
        connection.invalidate()
