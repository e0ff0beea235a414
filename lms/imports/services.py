"""Verbs of importing: understand a sheet, try it, import it as a whole, remember its form."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lms.contracts import LMSError, Reason
from lms.db import db
from lms.imports.cleaning import Answers, Entry, clean_row, frame_of
from lms.imports.columns import Layout, recognise
from lms.imports.models import Import, ImportMapping, ImportState
from lms.imports.planning import Planned, Registry, Target, count, plan
from lms.imports.reading import Sheet
from lms.imports.writing import Done, Hand, Terms

Told = Callable[[int, int], None]


class ImportRefused(LMSError):
    """An import can't be done or taken back now."""

    code = "import_refused"

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(reason=Reason(code, values))


@dataclass(frozen=True)
class Dry:
    """What a dry run tells of a sheet: its columns and each of its rows."""

    layout: Layout
    rows: list[Planned]

    @property
    def counts(self) -> dict[str, int]:
        """Count the rows of each status."""
        return count(self.rows)

    @property
    def directions(self) -> list[str]:
        """List the directions that the rows name, as they were first written."""
        found: dict[str, str] = {}
        for one in self.rows:
            for direction in one.entry.directions:
                found.setdefault(direction.casefold(), direction)
        return sorted(found.values(), key=str.casefold)


def understand(
    sheet: Sheet,
    *,
    meanings: Mapping[str, str | None] | None,
    answers: Mapping[str, Answers],
    key: bytes,
    on: date,
    told: Told = lambda _done, _total: None,
) -> tuple[Layout, list[Entry]]:
    """Clean every row of a sheet; pure but slow, so no lock is held meanwhile."""
    layout = recognise(sheet, meanings)
    frame = frame_of(layout, on=on, key=key)
    entries: list[Entry] = []
    for done, row in enumerate(layout.rows, start=1):
        entries.append(clean_row(row, frame, answers.get(str(row.number))))
        if done % 100 == 0:
            told(done, len(layout.rows))
    return layout, entries


def account_for(layout: Layout, entries: list[Entry], registry: Registry, target: Target) -> Dry:
    """Tell of every row what importing it would change."""
    return Dry(layout, plan(entries, registry, target))


def headings_mark(layout: Layout) -> str:
    """Make the mark by which the same form is known the next time."""
    headings = "\n".join(column.heading for column in layout.columns)
    return hashlib.sha256(headings.encode()).hexdigest()


def remembered(mark: str) -> dict[str, str | None] | None:
    """Find how the columns of a form were read the last time."""
    return db.session.scalar(select(ImportMapping.meanings).where(ImportMapping.headings == mark))


def remember(mark: str, meanings: Mapping[str, str | None], *, now: datetime) -> None:
    """Remember for the next time what a coordinator said of the columns of a form."""
    found = db.session.scalar(select(ImportMapping).where(ImportMapping.headings == mark))
    if found is None:
        db.session.add(ImportMapping(headings=mark, meanings=dict(meanings), used_at=now))
    else:
        found.meanings, found.used_at = dict(meanings), now
    db.session.flush()


def add_import(
    token: str,
    form: str,
    mark: str,
    *,
    by_id: int | None,
    now: datetime,
    grid_of: int | None = None,
) -> Import:
    """Record that a sheet was brought; nothing that stands in it.

    :param grid_of: the group whose journal it is; none for a sheet of applications.
    """
    made = Import(
        token=token,
        form=form,
        headings=mark,
        choices={},
        counts={},
        made_by_id=by_id,
        made_at=now,
        is_grid=grid_of is not None,
        cohort_id=grid_of,
    )
    db.session.add(made)
    db.session.flush()
    return made


def import_rows(made: Import, account: Dry, terms: Terms) -> Done:
    """Write an account into the database: all of it in the caller's transaction, or nothing.

    :param terms: ``changed_rows`` are the rows whose changes are taken over, ``None`` for all.
    :raises ImportRefused: when it was imported, undone or dropped meanwhile.
    """
    if made.state in {ImportState.DONE, ImportState.UNDONE, ImportState.DROPPED}:
        raise ImportRefused("import_is_over")
    done = Hand(made, terms).write(account.rows)
    made.state, made.imported_at = ImportState.DONE, terms.now
    made.counts = {
        **account.counts,
        "people": done.people,
        "applications": done.applications,
        "changes": done.changed,
    }
    db.session.flush()
    return done
