"""Looking a journal through, and writing it, as long work with progress."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from lms.clock import now as clock_now
from lms.clock import today
from lms.contracts import JobKind, LMSError
from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.imports import drawer
from lms.imports.grid_account import account_of
from lms.imports.grid_plan import Decisions, GridPlan
from lms.imports.grid_services import Clerk, try_grid, write_grid
from lms.imports.jobs import fail, finished
from lms.imports.models import Import, ImportState
from lms.imports.reading import read_sheet
from lms.imports.services import ImportRefused
from lms.jobs import Job, enqueue

TRY, DO = "imports_grid_try", "imports_grid_do"
PARTS = ("signs", "names", "days", "marks")


def clerk_now(by_id: int | None) -> Clerk:
    """Say who writes at this moment."""
    return Clerk(clock_now(), today(), int(current_app.config["LMS_REGISTER_LOCK_DAYS"]), by_id)


def decided(token: str) -> dict[str, Any]:
    """Read the decisions that lie beside a journal."""
    kept = drawer.noted(token, drawer.ANSWERS) or {}
    return {**{part: kept.get(part) or {} for part in PARTS}, "reason": kept.get("reason") or ""}


def ask_to_try(made: Import, *, by_id: int | None, now: datetime) -> Job:
    """Record the work of looking a journal through."""
    return _ask(made, TRY, ImportState.TRYING, by_id, now)


def ask_to_write(made: Import, *, by_id: int | None, now: datetime) -> Job:
    """Record the work of writing a journal as a whole."""
    return _ask(made, DO, ImportState.IMPORTING, by_id, now)


def _ask(made: Import, kind: str, state: ImportState, by_id: int | None, now: datetime) -> Job:
    made.state = state
    drawer.note(made.token, drawer.PROGRESS, [0, 0])
    args = {"import_id": made.id, "by_id": by_id}
    return enqueue(kind, items=[made.token], args=args, asked_by_id=by_id, now=now)


def _planned(made: Import, token: str, clerk: Clerk) -> tuple[Cohort, GridPlan]:
    cohort = db.session.get(Cohort, made.cohort_id) if made.cohort_id else None
    if cohort is None:
        raise ImportRefused("grid_no_group")
    sheet = read_sheet(drawer.take_out(token))
    return cohort, try_grid(sheet, cohort, Decisions(**decided(token)), clerk)


def try_sheet(args: Mapping[str, Any], token: str) -> None:
    """Look one journal through and lay its account beside it."""
    made = db.session.get_one(Import, int(args["import_id"]))
    if made.state is not ImportState.TRYING:
        return
    try:
        _cohort, plan = _planned(made, token, clerk_now(args["by_id"]))
    except LMSError as refusal:
        fail(args, refusal)
        return
    drawer.note(token, drawer.ACCOUNT, account_of(plan))
    counts = plan.counts
    db.session.rollback()
    begin_write()
    db.session.execute(
        update(Import)
        .where(Import.id == int(args["import_id"]), Import.state == ImportState.TRYING)
        .values(state=ImportState.READY, counts=counts)
    )


def write_sheet(args: Mapping[str, Any], token: str) -> None:
    """Write one journal: all of it in one transaction, or nothing."""
    db.session.rollback()
    begin_write()
    held = db.session.scalar(
        select(Import)
        .where(Import.id == int(args["import_id"]))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None or held.state is not ImportState.IMPORTING:
        return
    clerk = clerk_now(args["by_id"])
    try:
        cohort, plan = _planned(held, token, clerk)
        write_grid(
            held,
            cohort,
            plan,
            clerk,
            told=lambda done, total: drawer.note(token, drawer.PROGRESS, [done, total]),
        )
    except LMSError as refusal:
        fail(args, refusal)


JOBS = [
    JobKind(key=TRY, label=_l("Looking a journal through"), run_item=try_sheet, finished=finished),
    JobKind(key=DO, label=_l("Importing a journal"), run_item=write_sheet, finished=finished),
]
