"""What an erasure leaves on the disk, and how it goes: files, letters, freed pages, and the ledger.

All of it may be done twice, and whatever did not succeed is taken up again by the clock.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lms import storage
from lms.db import begin_write, db, overwrite_freed
from lms.outbox import remove_letters
from lms.people.erasing import erase
from lms.people.models import Erasure, ErasureGround, Person

LEDGER = "erasures.jsonl"


def wipe(*, now: datetime) -> bool:
    """Remove what erased people left on the disk; call it after the commit, at the edge.

    Answers whether all is gone; what somebody else still holds open goes with the next chores.
    """
    begin_write()
    waiting = _waiting()
    if not waiting:
        db.session.rollback()
        return True
    for entry in waiting:
        for sha256 in entry.files:
            storage.remove(sha256)
        for mark in entry.outbox:
            remove_letters(mark)
        entry.files, entry.outbox = [], []
    _write_down(waiting)
    ids = [entry.id for entry in waiting]
    db.session.commit()
    if not _overwrite():
        return False
    begin_write()
    for entry in db.session.scalars(select(Erasure).where(Erasure.id.in_(ids))):
        entry.wiped_at = now
    db.session.commit()
    return True


def _waiting() -> list[Erasure]:
    return list(
        db.session.scalars(select(Erasure).where(Erasure.wiped_at.is_(None)).order_by(Erasure.id))
    )


def _overwrite() -> bool:
    try:
        return overwrite_freed()
    except OperationalError:
        # Somebody reads or writes just now; the worker tries again within a minute.
        return False


def ledger_path() -> Path:
    """Answer where the ledger's copy lies: beside the database, so that it outlives a restore."""
    return Path(current_app.config["LMS_DATA"]).resolve() / LEDGER


def _write_down(entries: list[Erasure]) -> None:
    known = set(read_ledger())
    lines = [_key(entry.person_id, entry.person_since, entry.ground) for entry in entries]
    new = [line for line in lines if line not in known]
    if not new:
        return
    handle = os.open(ledger_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as file:
        for person_id, since, ground in new:
            row = {"person": person_id, "since": since, "ground": ground}
            file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _key(person_id: int, since: datetime, ground: str) -> tuple[int, str, str]:
    return person_id, since.isoformat(), str(ground)


def read_ledger(path: Path | None = None) -> Iterator[tuple[int, str, str]]:
    """Read the ledger's copy; a line broken off by a crash counts as not written."""
    path = path or ledger_path()
    if not path.is_file():
        return
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            row = json.loads(line)
            yield int(row["person"]), str(row["since"]), str(row["ground"])
        except (ValueError, KeyError, TypeError):
            continue


def replay(*, now: datetime, path: Path | None = None) -> int:
    """Erase again whoever came back with a restored database; answer how many there were.

    Number and moment of the row's making must both agree: a number may have been given anew.
    """
    rows = db.session.execute(select(Erasure.person_id, Erasure.person_since, Erasure.ground))
    entries = {_key(*row) for row in rows} | set(read_ledger(path))
    again = 0
    for person_id, since, ground in sorted(entries):
        person = db.session.get(Person, person_id)
        is_back = person is not None and person.erased_at is None
        if person is not None and is_back and person.created_at.isoformat() == since:
            erase(person, ground=ErasureGround(ground), now=now)
            again += 1
    return again
