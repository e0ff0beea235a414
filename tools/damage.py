"""A trial of importing: a thousand broken copies of the samples, each imported wholly or not at all."""

import random
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select

from lms.contracts import LMSError
from lms.db import begin_write, db
from lms.imports.models import ImportRow
from lms.imports.planning import Status, Target
from lms.imports.reading import read_sheet
from lms.imports.registry import load_registry, mark_key
from lms.imports.services import account_for, add_import, headings_mark, import_rows, understand
from lms.imports.writing import Terms
from lms.people.models import Consent, Guardianship, Person
from tests.sheets import AUTUMN, SPRING, damage
from tools.trials import Counts, Ground, opened

ON, AT = date(2022, 9, 20), datetime(2022, 9, 20, 9, 0, tzinfo=UTC)


def try_damaged(
    ground: Ground, *, seed: int, count: int, samples: Iterable[Path] = (AUTUMN, SPRING)
) -> Counts:
    """Import broken copies one after the other into one database (threat 10, done-when 3)."""
    chance = random.Random(seed)
    whole = [path.read_bytes() for path in samples]
    faults = half = refused = imported = 0
    with opened(ground):
        for number in range(count):
            before = _sizes()
            try:
                expected = _import(damage(whole[number % len(whole)], chance))
            except LMSError:
                db.session.rollback()
                refused += 1
                half += _sizes() != before
            except Exception:  # noqa: BLE001 - any fault at all is what is looked for
                db.session.rollback()
                faults += 1
            else:
                imported += 1
                half += _sizes()[0] - before[0] != expected
    return {
        "trial": "damaged",
        "seed": seed,
        "database": ground.database,
        "files": count,
        "imported": imported,
        "refused": refused,
        "faults": faults,
        "half": half,
        "wrong": faults + half,
    }


def _sizes() -> tuple[int, ...]:
    found = tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Person, Guardianship, Consent, ImportRow)
    )
    db.session.rollback()
    return found


def _import(content: bytes) -> int:
    """Import a sheet as the command does; answer how many people it must have brought."""
    layout, entries = understand(
        read_sheet(content), meanings=None, answers={}, key=mark_key(), on=ON
    )
    begin_write()
    dry = account_for(layout, entries, load_registry(on=ON), Target())
    made = add_import(secrets.token_urlsafe(32), "csv", headings_mark(layout), by_id=None, now=AT)
    import_rows(made, dry, Terms(AT, ON, "Europe/Kyiv"))
    db.session.commit()
    children = guardians = 0
    for row in dry.rows:
        if row.status is not Status.NEW:
            continue
        children += row.refs.count("")
        is_of_age = any(note.code == "import_of_age" for note in row.entry.notes)
        guardians += row.entry.guardian is not None and not is_of_age and not row.guardian_ref
    return children + guardians
