"""Taking a whole import back: exactly what it made, and only while nobody worked with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select

from lms.db import Base, db
from lms.enrolment.models import Application, ApplicationState
from lms.imports.models import Import, ImportRow, ImportState
from lms.imports.services import ImportRefused
from lms.people.models import Account, Person

# What an import makes, in the order in which it is removed.
MADE = ("application", "consent", "guardianship", "role", "account", "person")
PART = 500


def undo(made: Import, *, before: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Remove what an import made and put contacts back as they were; answer how much of each.

    :param before: the contacts that the import changed, as they were.
    :raises ImportRefused: when somebody of it has a place, a mark, a letter or anything else since.
    """
    if made.state is not ImportState.DONE:
        raise ImportRefused("import_not_done")
    rows = db.session.scalars(select(ImportRow).where(ImportRow.import_id == made.id)).all()
    ids: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for table, numbers in row.made.items():
            ids[table] |= set(numbers)
    touched = _touched(ids)
    if touched:
        raise ImportRefused("import_touched", number=len(touched))
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    removed = {name: _remove(name, ids[name]) for name in MADE}
    for change in before:
        person = db.session.get(Person, int(change["person"]))
        if person is not None and getattr(person, change["field"]) == change["new"]:
            setattr(person, change["field"], change["old"])
    made.state, made.undone_at = ImportState.UNDONE, now
    db.session.flush()
    db.session.expire_all()
    return removed


def _parts(numbers: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(numbers)
    return (ordered[start : start + PART] for start in range(0, len(ordered), PART))


def _remove(name: str, numbers: set[int]) -> int:
    table = Base.metadata.tables[name]
    for part in _parts(numbers):
        db.session.execute(delete(table).where(table.c.id.in_(part)))
    return len(numbers)


def _touched(ids: Mapping[str, set[int]]) -> set[int]:
    """Find the people of an import whom anything points at that the import did not make."""
    people = ids.get("person", set())
    found: set[int] = set()
    for table, column in _pointing_at("person"):
        found |= _strangers(table, column.name, people, ids.get(table.name, set()))
    accounts = ids.get("account", set())
    used: set[int] = set()
    for table, column in _pointing_at("account"):
        used |= _strangers(table, column.name, accounts, set())
    applied = ids.get("application", set())
    for part in _parts(applied):
        decided = select(Application.person_id).where(
            Application.id.in_(part), Application.state != ApplicationState.WAITING
        )
        found |= set(db.session.scalars(decided))
    for part in _parts(used):
        found |= set(db.session.scalars(select(Account.person_id).where(Account.id.in_(part))))
    return found


def _pointing_at(name: str) -> Iterable[tuple[Table, Any]]:
    for table in Base.metadata.sorted_tables:
        if table.name in {"import", "import_row"}:
            continue
        for column in table.columns:
            if any(key.column.table.name == name for key in column.foreign_keys):
                yield table, column


def _strangers(table: Table, column: str, wanted: set[int], own: set[int]) -> set[int]:
    """Find who of some is named in a column by rows other than the import's own."""
    found: set[int] = set()
    key = next(iter(table.primary_key.columns))
    for part in _parts(wanted):
        rows = db.session.execute(select(key, table.c[column]).where(table.c[column].in_(part)))
        found |= {person for number, person in rows if number not in own}
    return found
