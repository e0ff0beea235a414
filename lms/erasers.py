"""Which tables hold personal data, and how each is erased: one registry, checked at the start."""

from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Any

from sqlalchemy import Table, delete, inspect, select, update

from lms.contracts import Eraser, Erasing, LMSError, Reason
from lms.db import Base, db
from lms.plugins import GROUP, Suite, suite

VERSIONS = "alembic_version"


class NoEraser(LMSError):
    """A table holds personal data that nobody could erase."""

    code = "no_eraser"


class TablesAsleep(LMSError):
    """The database has tables of a module that is switched off, so they cannot be erased."""

    code = "tables_asleep"


def personal_columns() -> dict[str, list[str]]:
    """List the columns declared personal, by table."""
    found = {
        table.name: [column.name for column in table.columns if column.info.get("personal")]
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def refuse_unerasable(suite: Suite) -> None:
    """Stop the start when personal data could not be erased (threats 17 and 23).

    :raises NoEraser: naming the table and the column without an eraser, or an eraser that speaks
        of a table or a column that is not there.
    """
    asleep = _tables_of(suite.off)
    for table, columns in personal_columns().items():
        ours = [eraser for eraser in suite.erasers if eraser.table == table]
        for column in columns:
            is_covered = any(eraser.covers(column) for eraser in ours)
            if not is_covered and table not in asleep:
                raise NoEraser(
                    f"table {table}: the column {column} is personal and no eraser covers it; "
                    "give one by the hook register_erasers"
                )
    for eraser in suite.erasers:
        _refuse_misspelt(eraser)


def _refuse_misspelt(eraser: Eraser) -> None:
    tables = Base.metadata.tables
    table = tables.get(eraser.table)
    named = {*eraser.clear} | ({eraser.owner} if eraser.clear or eraser.is_deleted else set())
    unknown = {eraser.table} if table is None else named - set(table.columns.keys())
    if eraser.through and "person_id" not in getattr(tables.get(eraser.through), "c", ()):
        unknown = {eraser.through}
    if unknown:
        raise NoEraser(f"an eraser of {eraser.table} names what is not there: {sorted(unknown)}")


def _tables_of(off: Iterable[str]) -> set[str]:
    """Name the tables whose module is switched off here, though this process knows its models."""
    packages = tuple(
        point.module.rpartition(".")[0] + "."
        for point in entry_points(group=GROUP)
        if point.name in off
    )
    if not packages:
        return set()
    return {
        str(mapper.local_table.description)
        for mapper in Base.registry.mappers
        if f"{mapper.class_.__module__}.".startswith(packages)
    }


def refuse_asleep() -> None:
    """Refuse to erase anybody while the database has tables that no eraser here knows.

    :raises TablesAsleep: naming them.
    """
    there = set(inspect(db.session.connection()).get_table_names()) - {VERSIONS}
    asleep = (there - set(Base.metadata.tables)) | (there & _tables_of(suite().off))
    if asleep:
        raise TablesAsleep(reason=Reason("tables_asleep", {"tables": ", ".join(sorted(asleep))}))


def run_erasers(erasing: Erasing) -> None:
    """Erase a person in every table, those that point to others first."""
    by_table: dict[str, list[Eraser]] = {}
    for eraser in suite().erasers:
        by_table.setdefault(eraser.table, []).append(eraser)
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name in by_table]
    for table in tables:
        for eraser in by_table[table.name]:
            if eraser.run is not None:
                eraser.run(erasing)
    for table in tables:
        for eraser in by_table[table.name]:
            _apply(table, eraser, erasing.person_id)


def _apply(table: Table, eraser: Eraser, person_id: int) -> None:
    if eraser.is_deleted:
        mine = _rows_of(table, eraser, person_id)
        db.session.execute(delete(table).where(mine))
    elif eraser.clear:
        mine = _rows_of(table, eraser, person_id)
        db.session.execute(update(table).where(mine).values(dict(eraser.clear)))


def _rows_of(table: Table, eraser: Eraser, person_id: int) -> Any:
    if not eraser.through:
        return table.c[eraser.owner] == person_id
    owners = Base.metadata.tables[eraser.through]
    return table.c[eraser.owner].in_(select(owners.c.id).where(owners.c.person_id == person_id))
