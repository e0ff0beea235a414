"""The trial of erasure on the whole demonstration year: bytes left behind, figures changed."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from lms.clock import now
from lms.contracts import RoleName
from lms.db import Base, begin_write, db, is_postgresql
from lms.demonstration.cli import prepare
from lms.people.erasing import erase
from lms.people.models import Person, Role
from lms.people.traces import wipe
from lms.reports.output import as_json
from lms.reports.services import draw_up
from tools.trials import Counts, Ground, opened

YEARS = (2022, 2023)


def try_erasing(ground: Ground, *, seed: int, people: int) -> Counts:
    """Erase many people of the year: no byte of a name or an address may be left (threat 17)."""
    year = Ground(ground.database, {**ground.settings, "LMS_DEMONSTRATION": True})
    with opened(year) as app:
        prepare()
        before = [as_json(draw_up(number)) for number in YEARS]
        chosen = _choose(random.Random(seed), people)
        wanted = {form for person in chosen for form in _forms(person)}
        ids = [person.id for person in chosen]
        db.session.rollback()
        folder = Path(app.config["LMS_DATA"])
        known = _count(folder, wanted)
        started = time.monotonic()
        for person_id in ids:
            begin_write()
            erase(db.session.get_one(Person, person_id), now=now())
            db.session.commit()
        seconds = time.monotonic() - started
        in_gaps = _count_in_gaps(folder, wanted)
        is_wiped = wipe(now=now())
        after = [as_json(draw_up(number)) for number in YEARS]
        db.session.rollback()
        left = _count(folder, wanted)
    return {
        "trial": "erasing",
        "seed": seed,
        "database": ground.database,
        "people": len(ids),
        "seconds_each": round(seconds / max(1, len(ids)), 4),
        "found_before": known,
        "found_before_rewriting": in_gaps,
        "lost": int(not is_wiped),
        "left": left,
        "figures_changed": int(before != after),
    }


def _choose(chance: random.Random, number: int) -> list[Person]:
    """Choose people without a namesake, so that what is found is theirs; staff stays."""
    staff = select(Role.person_id).where(Role.name.in_([RoleName.COORDINATOR, RoleName.DIRECTOR]))
    everybody = db.session.scalars(select(Person).order_by(Person.id)).all()
    namesakes = Counter(person.folded for person in everybody)
    runs_it = set(db.session.scalars(staff))
    free = [
        person
        for person in everybody
        if namesakes[person.folded] == 1 and person.patronymic and person.id not in runs_it
    ]
    return chance.sample(free, min(number, len(free)))


def _forms(person: Person) -> set[str]:
    """Give the ways in which a row, a paper or a list holds somebody."""
    parts = (person.family_name, person.given_name, person.patronymic)
    forms = {" ".join(parts), "".join(parts), person.sort_key, person.folded, person.email}
    return {form for form in forms if len(form) > 10}


def _count(folder: Path, wanted: set[str]) -> int:
    """Count the forms that stand in the files of the folder, or in the tables."""
    if is_postgresql():
        held = "\n".join(_cells())
        db.session.rollback()
        return sum(form in held for form in wanted)
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return sum(
        any(spelt in content for content in contents for spelt in _spelt(form)) for form in wanted
    )


def _spelt(form: str) -> tuple[bytes, bytes]:
    return form.encode(), form.encode("ascii", "backslashreplace")


def _cells() -> list[str]:
    rows: list[Any] = []
    for table in Base.metadata.sorted_tables:
        rows += db.session.execute(select(table)).all()
    return ["".join(str(cell) for cell in row) for row in rows]


def _count_in_gaps(folder: Path, wanted: set[str]) -> int:
    """Count what ``secure_delete`` and a checkpoint alone leave in the file."""
    if is_postgresql():
        return 0
    db.session.rollback()
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.rollback()
    return _count(folder, wanted)
