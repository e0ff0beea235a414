"""Looking a sheet through, and importing it, as long work with progress."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from lms.clock import now as clock_now
from lms.clock import today
from lms.contracts import JobKind, LMSError
from lms.db import begin_write, db
from lms.imports import drawer
from lms.imports.account import for_page
from lms.imports.models import Import, ImportState
from lms.imports.reading import read_sheet
from lms.imports.registry import load_registry, load_target, mark_key
from lms.imports.services import Dry, ImportRefused, account_for, import_rows, understand
from lms.imports.writing import Terms
from lms.jobs import Job, enqueue

TRY, DO = "imports_try", "imports_do"


def ask_to_try(made: Import, *, by_id: int | None, now: datetime) -> Job:
    """Record the work of looking a sheet through."""
    made.state = ImportState.TRYING
    drawer.note(made.token, drawer.PROGRESS, [0, 0])
    return enqueue(TRY, items=[made.token], args={"import_id": made.id}, asked_by_id=by_id, now=now)


def ask_to_import(
    made: Import, changed_rows: list[int], *, by_id: int | None, now: datetime
) -> Job:
    """Record the work of importing a sheet as a whole."""
    made.state = ImportState.IMPORTING
    drawer.note(made.token, drawer.PROGRESS, [0, 0])
    args = {"import_id": made.id, "changed": changed_rows}
    return enqueue(DO, items=[made.token], args=args, asked_by_id=by_id, now=now)


def _dry(made: Import, *, is_writing: bool = False) -> Dry:
    """Look a sheet through; no lock is held while values are cleaned."""
    token, choices = made.token, dict(made.choices)
    db.session.rollback()
    answers = drawer.noted(token, drawer.ANSWERS) or {}
    layout, entries = understand(
        read_sheet(drawer.take_out(token)),
        meanings=choices.get("meanings"),
        answers=answers,
        key=mark_key(),
        on=today(),
        told=lambda done, total: drawer.note(token, drawer.PROGRESS, [done, total]),
    )
    if not entries:
        raise ImportRefused("import_no_rows")
    if is_writing:
        begin_write()
    target = load_target(choices.get("module_id"), choices.get("directions") or {})
    return account_for(layout, entries, load_registry(on=today()), target)


def try_sheet(args: Mapping[str, Any], token: str) -> None:
    """Look one sheet through and lay its account beside it."""
    made = db.session.get_one(Import, int(args["import_id"]))
    if made.state is not ImportState.TRYING:
        return
    try:
        dry = _dry(made)
    except LMSError as refusal:
        fail(args, refusal)
        return
    drawer.note(token, drawer.ACCOUNT, for_page(dry))
    counts = dry.counts
    db.session.rollback()
    begin_write()
    db.session.execute(
        update(Import)
        .where(Import.id == int(args["import_id"]), Import.state == ImportState.TRYING)
        .values(state=ImportState.READY, counts=counts)
    )


def do_import(args: Mapping[str, Any], token: str) -> None:
    """Import one sheet: all of it in one transaction, or nothing."""
    made = db.session.get_one(Import, int(args["import_id"]))
    try:
        dry = _dry(made, is_writing=True)
    except LMSError as refusal:
        fail(args, refusal)
        return
    held = db.session.scalar(
        select(Import)
        .where(Import.id == int(args["import_id"]))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None or held.state is not ImportState.IMPORTING:
        return
    terms = Terms(
        clock_now(),
        today(),
        str(current_app.config["LMS_ZONE"]),
        held.choices.get("module_id"),
        frozenset(int(row) for row in args["changed"]),
    )
    done = import_rows(held, dry, terms)
    drawer.note(token, drawer.BEFORE, done.before)


def fail(args: Mapping[str, Any], refusal: LMSError) -> None:
    """Leave an import failed with its reason, and nothing in the tables."""
    code = refusal.reason.code if refusal.reason else refusal.code
    db.session.rollback()
    begin_write()
    db.session.execute(
        update(Import)
        .where(Import.id == int(args["import_id"]))
        .values(state=ImportState.FAILED, refusal=code)
    )


def finished(args: Mapping[str, Any]) -> None:
    """Remove a sheet that was imported; what was before stays for a day, to take it back.

    Work that broke down with a fault leaves its import failed, and nothing in the tables.
    """
    begin_write()
    made = db.session.get(Import, int(args["import_id"]))
    if made is None:
        db.session.rollback()
        return
    if made.state in {ImportState.TRYING, ImportState.IMPORTING}:
        made.state, made.refusal = ImportState.FAILED, "sheet_damaged"
    is_over = made.state in {ImportState.DONE, ImportState.FAILED}
    token = made.token
    db.session.commit()
    if is_over:
        drawer.empty(token, keep=frozenset({drawer.BEFORE}))


def tidy(*, now: datetime) -> None:
    """Remove what has lain in the drawer for a day, and say so of its import."""
    drawer.empty_old()
    waiting = [ImportState.READ, ImportState.TRYING, ImportState.READY]
    db.session.execute(
        update(Import)
        .where(Import.state.in_(waiting), Import.made_at < now - timedelta(hours=drawer.HOURS))
        .values(state=ImportState.DROPPED)
        .execution_options(synchronize_session=False)
    )


JOBS = [
    JobKind(key=TRY, label=_l("Looking a sheet through"), run_item=try_sheet, finished=finished),
    JobKind(key=DO, label=_l("Importing applications"), run_item=do_import, finished=finished),
]
