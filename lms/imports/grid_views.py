"""A group's journal: bring it, decide, look at the table, confirm, take back."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.attendance.sentences import STATUS_LABELS
from lms.clock import now
from lms.contracts import LMSError, Reason, RoleName
from lms.courses.models import Cohort
from lms.db import db
from lms.i18n import say
from lms.imports import drawer
from lms.imports.grid import MOST_DAYS, MOST_PEOPLE, find_grid
from lms.imports.grid_days import Span
from lms.imports.grid_forms import differing, typed_decisions
from lms.imports.grid_jobs import PARTS, ask_to_try, ask_to_write, clerk_now, decided
from lms.imports.grid_sentences import CELL_LABELS, DAY_LABELS, SIGN_LABELS
from lms.imports.grid_services import remember_signs, signs_mark, undo_grid
from lms.imports.models import Import, ImportState
from lms.imports.reading import read_sheet
from lms.imports.sentences import STATE_LABELS
from lms.imports.services import add_import
from lms.jobs import wake

bp = Blueprint("grids", __name__, cli_group=None)

# Whatever a refusal that was kept as its code may name.
LIMITS: dict[str, Any] = {"most": 20, "days": MOST_DAYS, "people": MOST_PEOPLE}
RUNNING = {ImportState.TRYING, ImportState.IMPORTING}
MOST_ROWS_SHOWN, MOST_COLUMNS_SHOWN, MOST_DIFFERENCES = 150, 60, 100


@bp.route("/cohorts/<int:cohort_id>/table", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def bring(cohort_id: int) -> ResponseReturnValue:
    """Take the journal of a group, keep it in the drawer, and look it through."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    if request.method == "GET":
        return _bring_page(cohort)
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _bring_page(cohort, _("Choose a file first.")), 422
    try:
        sheet = read_sheet(content)
        find_grid(sheet, Span(cohort.module.starts_on, cohort.module.ends_on))
    except LMSError as refusal:
        return _bring_page(cohort, _say(refusal)), 422
    by_id = current_user.person_id
    made = add_import(
        drawer.put_in(content),
        sheet.form,
        signs_mark(cohort.id),
        by_id=by_id,
        now=now(),
        grid_of=cohort.id,
    )
    return _try_again(made)


def _bring_page(cohort: Cohort, notice: str = "") -> str:
    return render_template("imports/grid_bring.html", cohort=cohort, notice=notice)


def _say(refusal: LMSError) -> str:
    return say(refusal.reason) if refusal.reason else str(refusal)


def _try_again(made: Import) -> ResponseReturnValue:
    ask_to_try(made, by_id=current_user.person_id, now=now())
    import_id = made.id
    db.session.commit()
    wake()
    return redirect(url_for("grids.one", import_id=import_id), code=303)


@bp.get("/imports/tables/<int:import_id>")
@access.roles(RoleName.COORDINATOR)
def one(import_id: int) -> ResponseReturnValue:
    """Show where a journal stands: how far it is, what it would do, or what it did."""
    return _page(_grid(import_id))


def _page(made: Import, notice: str = "") -> str:
    if made.state in RUNNING:
        done, total = drawer.noted(made.token, drawer.PROGRESS) or [0, 0]
        return render_template("imports/progress.html", made=made, done=done, total=total)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    if made.state is ImportState.READY and account:
        return _account_page(made, account, notice)
    return render_template(
        "imports/grid_result.html",
        made=made,
        notice=notice,
        failure=say(Reason(made.refusal, LIMITS)) if made.refusal else "",
        states=STATE_LABELS,
    )


def _account_page(made: Import, account: dict[str, Any], notice: str) -> str:
    columns = [one for one in account["columns"] if one["state"] != "empty"]
    rows = account["rows"]
    keys = list(differing(account))
    return render_template(
        "imports/grid_account.html",
        made=made,
        account=account,
        notice=notice,
        columns=columns[:MOST_COLUMNS_SHOWN],
        rows=rows[:MOST_ROWS_SHOWN],
        is_cut=len(columns) > MOST_COLUMNS_SHOWN or len(rows) > MOST_ROWS_SHOWN,
        counted={one["column"]: one for one in account["heads"] if one["named"] is None},
        compared=[one for one in account["heads"] if one["named"] is not None],
        names=dict(account["members"]),
        open_rows=[row for row in rows if row["status"] == "decide"],
        open_days=[one for one in columns if one["state"] == "decide"],
        left_days=[one for one in columns if one["state"] == "left"],
        differences=_differences(account, keys[:MOST_DIFFERENCES]),
        differing=len(keys),
        decided_any=any(decided(made.token)[part] for part in PARTS),
        labels=STATUS_LABELS,
        signs=SIGN_LABELS,
        states=CELL_LABELS,
        day_labels=DAY_LABELS,
        say=lambda code: say(Reason(code)),
        day=date.fromisoformat,
    )


def _differences(account: dict[str, Any], keys: list[str]) -> list[dict[str, Any]]:
    """Say of each difference whose it is, and what stands on either side."""
    rows = {str(row["row"]): row for row in account["rows"]}
    days = {one["number"]: one["day"] for one in account["columns"]}
    heads = {one["column"]: one for one in account["heads"]}
    found = []
    for key in keys:
        where, _dot, number = key.partition(".")
        if where == "h":
            count = heads[int(number)]
            who, mine, theirs = _("Head-count"), count["count"], count["standing"]
        else:
            cell = rows[where]["cells"][number]
            who = rows[where]["name"]
            mine, theirs = STATUS_LABELS[cell["status"]], STATUS_LABELS[cell["standing"]]
        day = date.fromisoformat(days[int(number)])
        found.append({"key": key, "who": who, "day": day, "mine": mine, "theirs": theirs})
    return found


@bp.post("/imports/tables/<int:import_id>/answers")
@access.roles(RoleName.COORDINATOR)
def answer(import_id: int) -> ResponseReturnValue:
    """Take decisions, and look the journal through again with them; or forget them all."""
    made = _grid(import_id)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    if made.state is not ImportState.READY or not account:
        return _page(made, _("Wait until the table is looked through.")), 422
    if "forget" in request.form:
        drawer.note(made.token, drawer.ANSWERS, {})
        return _try_again(made)
    typed = typed_decisions(request.form, account)
    if not typed:
        return _page(made, _("Nothing was decided yet: choose an answer.")), 422
    kept = decided(made.token)
    for part in PARTS:
        kept[part] = {**kept[part], **typed.get(part, {})}
    kept["reason"] = typed.get("reason", kept["reason"])
    drawer.note(made.token, drawer.ANSWERS, kept)
    if made.cohort_id:
        remember_signs(made.cohort_id, typed.get("signs", {}), now=now())
    return _try_again(made)


@bp.post("/imports/tables/<int:import_id>/confirm")
@access.roles(RoleName.COORDINATOR)
def confirm(import_id: int) -> ResponseReturnValue:
    """Write what was looked through: all of it, or nothing."""
    made = _grid(import_id)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    if made.state is not ImportState.READY or not account:
        return _page(made, _("Wait until the table is looked through.")), 422
    if not account["counts"]["marks"] and not account["counts"]["heads"]:
        return _page(made, _("There is nothing to write: no mark is new.")), 422
    if account["needs_reason"]:
        return _page(made, say(Reason("grid_reason_needed"))), 422
    ask_to_write(made, by_id=current_user.person_id, now=now())
    db.session.commit()
    wake()
    return redirect(url_for("grids.one", import_id=import_id), code=303)


@bp.post("/imports/tables/<int:import_id>/undo")
@access.roles(RoleName.COORDINATOR)
def take_back(import_id: int) -> ResponseReturnValue:
    """Take a whole journal back."""
    made = _grid(import_id)
    try:
        counts = undo_grid(made, clerk_now(current_user.person_id))
    except LMSError as refusal:
        db.session.rollback()
        return _page(_grid(import_id), _say(refusal)), 422
    db.session.commit()
    text = ngettext(
        "Taken back: %(num)d mark or head-count.",
        "Taken back: %(num)d marks and head-counts.",
        counts["removed"],
    )
    if counts["kept"]:
        stays = ngettext(
            "%(num)d stays, since somebody changed it later.",
            "%(num)d stay, since somebody changed them later.",
            counts["kept"],
        )
        text = f"{text} {stays}"
    flash(text, "success")
    return redirect(url_for("grids.one", import_id=import_id), code=303)


def _grid(import_id: int) -> Import:
    made = db.session.get(Import, import_id)
    if made is None or not made.is_grid:
        abort(404)
    return made
