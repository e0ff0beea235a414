"""Rows that go from one record to another, each change written down so that it can be undone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Index, Table, UniqueConstraint, and_, func, select

from lms.db import Base, UtcDateTime, db

Row = Mapping[str, Any]
Step = dict[str, Any]


class CannotUndo(Exception):
    """A row is no longer what the merge left behind."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


@dataclass
class Moving:
    """One merge under way: the two records, who does it when, what was agreed, and its steps."""

    kept_id: int
    gone_id: int
    by_id: int
    now: datetime
    on: date
    agreed: frozenset[str] = frozenset()
    steps: list[Step] = field(default_factory=list)

    def rows(self, column: str, person_id: int | None = None) -> list[Row]:
        """Read the rows that name the record that goes, or another person, in a column."""
        table, name = _column(column)
        whom = self.gone_id if person_id is None else person_id
        found = db.session.execute(
            select(table).where(table.c[name] == whom).order_by(*table.primary_key.columns)
        )
        return [dict(row) for row in found.mappings()]

    def set(self, table_name: str, row: Row, **values: Any) -> None:
        """Change a row, and write down what stood there."""
        table = Base.metadata.tables[table_name]
        changed = {key: value for key, value in values.items() if row[key] != value}
        if not changed:
            return
        key = _key(table, row)
        db.session.execute(table.update().where(_is(table, key)).values(**changed))
        was = {name: _packed(row[name]) for name in changed}
        step = {"do": "set", "table": table_name, "key": key, "was": was}
        self.steps.append({**step, "is": {name: _packed(one) for name, one in changed.items()}})

    def drop(self, table_name: str, row: Row) -> None:
        """Take a row away, and write down all of it."""
        table = Base.metadata.tables[table_name]
        db.session.execute(table.delete().where(_is(table, _key(table, row))))
        packed = {name: _packed(value) for name, value in row.items()}
        self.steps.append({"do": "drop", "table": table_name, "row": packed})

    def add(self, table_name: str, **values: Any) -> None:
        """Put a row that tells of the merge."""
        table = Base.metadata.tables[table_name]
        made = db.session.execute(table.insert().values(**values).returning(*table.primary_key))
        key = {name: _packed(one) for name, one in made.mappings().one().items()}
        self.steps.append({"do": "add", "table": table_name, "key": key})

    def end(self, column: str) -> None:
        """Take away what let somebody in; an undone merge does not bring it back."""
        table, name = _column(column)
        db.session.execute(table.delete().where(table.c[name] == self.gone_id))

    def follow(self, column: str) -> None:
        """Let the rows follow; one that would hurt a uniqueness gives way to the kept one."""
        table, name = _column(column)
        unique = _uniques(table, name)
        rows = self.rows(column)
        if not unique and len(table.primary_key) == 1:
            self._follow_all(table, name, rows)
            return
        for row in rows:
            twin = self._twin(table, name, row, unique, self.kept_id)
            if twin is None:
                self.set(table.name, row, **{name: self.kept_id})
            else:
                self.absorb(table.name, row, into=twin)

    def _follow_all(self, table: Table, name: str, rows: Sequence[Row]) -> None:
        (key,) = table.primary_key.columns
        ids = [row[key.name] for row in rows]
        if not ids:
            return
        db.session.execute(table.update().where(key.in_(ids)).values({name: self.kept_id}))
        step = {"do": "follow", "table": table.name, "column": name, "ids": ids}
        self.steps.append({**step, "was": self.gone_id, "is": self.kept_id})

    def absorb(self, table_name: str, row: Row, *, into: Row) -> None:
        """Let another row take the place of one: what points to it follows, then it goes."""
        table = Base.metadata.tables[table_name]
        for child, name in pointing_to(table_name):
            unique = _uniques(child, name)
            for one in self._children(child, name, row["id"]):
                twin = self._twin(child, name, one, unique, into["id"])
                if twin is None:
                    self.set(child.name, one, **{name: into["id"]})
                else:
                    self.absorb(child.name, one, into=twin)
        self.drop(table.name, row)

    def forsake(self, table_name: str, row: Row) -> None:
        """Take a row away, and with it what hangs on it alone."""
        for child, name in pointing_to(table_name):
            for one in self._children(child, name, row["id"]):
                if child.c[name].nullable:
                    self.set(child.name, one, **{name: None})
                else:
                    self.forsake(child.name, one)
        self.drop(table_name, row)

    def wipe(self, table_name: str, row_id: int) -> None:
        """Take away whatever hangs on a row for good: an undone merge does not bring it back."""
        for table, name in pointing_to(table_name):
            db.session.execute(table.delete().where(table.c[name] == row_id))

    def can_absorb(self, table_name: str, row: Row, *, into: Row) -> bool:
        """Tell whether nothing that points to a row would be lost when another takes its place."""
        for child, name in pointing_to(table_name):
            unique = _uniques(child, name)
            for one in self._children(child, name, row["id"]) if unique else ():
                if self._twin(child, name, one, unique, into["id"]) is not None:
                    return False
        return True

    def _children(self, table: Table, name: str, row_id: Any) -> list[Row]:
        found = db.session.execute(select(table).where(table.c[name] == row_id))
        return [dict(row) for row in found.mappings()]

    def _twin(
        self, table: Table, name: str, row: Row, unique: Sequence[frozenset[str]], target: Any
    ) -> Row | None:
        """Find the row that stands in the way of one that would name ``target``."""
        mine = _key(table, row)
        for columns in unique:
            values = {**row, name: target}
            if any(values[one] is None for one in columns):
                continue
            same = and_(*(table.c[one] == values[one] for one in columns))
            found = db.session.execute(select(table).where(same)).mappings().first()
            if found is not None and _key(table, dict(found)) != mine:
                return dict(found)
        return None


def undo_steps(steps: Iterable[Step]) -> None:
    """Give every row back what it was, the last change first.

    :raises CannotUndo: when a row was changed or taken away in the meantime.
    """
    for step in reversed(list(steps)):
        table = Base.metadata.tables[step["table"]]
        if step["do"] == "drop":
            row = {name: _unpacked(table.c[name], one) for name, one in step["row"].items()}
            db.session.execute(table.insert().values(**row))
        elif step["do"] == "follow":
            _undo_follow(table, step)
        else:
            _undo_one(table, step)


def _undo_follow(table: Table, step: Step) -> None:
    (key,) = table.primary_key.columns
    column = table.c[step["column"]]
    done = db.session.execute(
        table.update()
        .where(key.in_(step["ids"]), column == step["is"])
        .values({step["column"]: step["was"]})
    )
    if done.rowcount != len(step["ids"]):  # type: ignore[attr-defined]
        raise CannotUndo(table.name)


def _undo_one(table: Table, step: Step) -> None:
    where = _is(table, step["key"])
    if step["do"] == "add":
        db.session.execute(table.delete().where(where))
        return
    stands = {name: table.c[name] for name in step["is"]}
    found = db.session.execute(select(*stands.values()).where(where)).mappings().first()
    if found is None or any(_packed(found[name]) != one for name, one in step["is"].items()):
        raise CannotUndo(table.name)
    was = {name: _unpacked(table.c[name], one) for name, one in step["was"].items()}
    db.session.execute(table.update().where(where).values(**was))


def pointing_to(table_name: str) -> list[tuple[Table, str]]:
    """List by the catalogue every column that is a foreign key to a table's id."""
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if _target(key) == f"{table_name}.id"
    ]


def is_who_did_it(table: Table, name: str) -> bool:
    """Tell a column that only says who did something: it may be empty and makes nothing unique."""
    column = table.c[name]
    says_null = any(key.ondelete == "SET NULL" for key in column.foreign_keys)
    return bool(column.nullable) and says_null and not _uniques(table, name)


def count_rows(column: str, person_id: int) -> int:
    """Count the rows that name somebody in a column."""
    table, name = _column(column)
    query = select(func.count()).select_from(table).where(table.c[name] == person_id)
    return db.session.scalar(query) or 0


def _target(key: ForeignKey) -> str:
    return key.target_fullname


def _column(column: str) -> tuple[Table, str]:
    table, name = column.split(".")
    return Base.metadata.tables[table], name


def _uniques(table: Table, name: str) -> list[frozenset[str]]:
    """List what is unique together with a column; a partial index is taken as if it were whole."""
    found = [
        frozenset(column.name for column in one.columns)
        for one in (*table.constraints, *table.indexes)
        if isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique)
    ]
    key = frozenset(column.name for column in table.primary_key.columns)
    return [columns for columns in (*found, key) if name in columns]


def _key(table: Table, row: Row) -> dict[str, Any]:
    return {column.name: row[column.name] for column in table.primary_key.columns}


def _is(table: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in key.items()))


def _packed(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _unpacked(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
