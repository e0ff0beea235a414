"""Journals as mentors keep them, for the tests of importing."""

from datetime import UTC, date, datetime

from lms.courses.models import Cohort
from lms.db import db
from lms.imports.grid_plan import Decisions, GridPlan
from lms.imports.grid_services import Clerk, signs_mark, try_grid, write_grid
from lms.imports.models import Import
from lms.imports.reading import read_sheet
from lms.imports.services import add_import

AT = datetime(2022, 12, 21, 9, 0, tzinfo=UTC)
TODAY = date(2022, 12, 21)
CLERK = Clerk(AT, TODAY, 365)
LOCKING = Clerk(AT, TODAY, 3)


def journal(*rows: str, headings: str = "№;ПІБ;05.09;12.09;19.09") -> bytes:
    """Make the bytes of a journal."""
    return "\n".join([headings, *rows]).encode()


def tried(
    content: bytes, cohort: Cohort, decisions: Decisions | None = None, clerk: Clerk = CLERK
) -> GridPlan:
    """Try a journal of a group."""
    return try_grid(read_sheet(content), cohort, decisions or Decisions(), clerk)


def written(
    content: bytes, cohort: Cohort, decisions: Decisions | None = None, clerk: Clerk = CLERK
) -> tuple[Import, GridPlan]:
    """Try a journal and write it."""
    plan = tried(content, cohort, decisions, clerk)
    token = f"{db.session.query(Import).count():043d}"
    made = add_import(
        token, "csv", signs_mark(cohort.id), by_id=None, now=clerk.now, grid_of=cohort.id
    )
    write_grid(made, cohort, plan, clerk)
    return made, plan
