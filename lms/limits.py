"""How often something may be tried: counted in the database, so that all processes agree."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, delete, or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from lms.contracts import LMSError, Reason
from lms.db import Base, UtcDateTime, db, is_postgresql

KEPT = timedelta(days=2)


class TooMany(LMSError):
    """Something was tried too often; trying again later is fine."""

    code = "too_many"


class TryCount(Base):
    """How often a hashed key was used in a window of time; holds no address or name."""

    __tablename__ = "try_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(Integer, primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def take(scope: str, subject: str, *, limit: int, seconds: int, now: datetime) -> None:
    """Count one more try of a subject within its window.

    :raises TooMany: when the limit is passed; the count itself is kept by the caller's commit.
    """
    key = hashlib.sha256(f"{scope}|{subject}".encode()).hexdigest()
    window = int(now.timestamp()) // seconds
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    counted = (
        insert(TryCount)
        .values(key=key, window=window, tries=1, last_at=now)
        .on_conflict_do_update(
            index_elements=["key", "window"], set_={"tries": TryCount.tries + 1, "last_at": now}
        )
        .returning(TryCount.tries)
    )
    tries = db.session.execute(counted).scalar_one()
    if tries == 1:
        db.session.execute(delete(TryCount).where(TryCount.key == key, TryCount.window < window))
    if tries > limit:
        minutes = max(1, ((window + 1) * seconds - int(now.timestamp()) + 59) // 60)
        raise TooMany(reason=Reason("too_many", {"minutes": minutes}))


def forget_tries(*, now: datetime) -> None:
    """Erase counts whose window was over long ago."""
    is_old = or_(TryCount.last_at.is_(None), TryCount.last_at < now - KEPT)
    db.session.execute(delete(TryCount).where(is_old).execution_options(synchronize_session=False))
