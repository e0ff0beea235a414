"""Importing a sheet: bring it, look at its columns, decide, confirm, take back."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.models import Module
from lms.db import db
from lms.i18n import say, say_day_short
from lms.imports import drawer
from lms.imports.account import unpack
from lms.imports.columns import Layout, Meaning, recognise
from lms.imports.forms import typed_answers, typed_meanings, typed_numbers, without_contacts
from lms.imports.jobs import ask_to_import, ask_to_try
from lms.imports.limits import MOST_ROWS
from lms.imports.models import Import, ImportState
from lms.imports.planning import Status
from lms.imports.reading import read_sheet
from lms.imports.registry import cohorts_of, modules_for, suggest
from lms.imports.sentences import MEANING_LABELS, STATE_LABELS, STATUS_LABELS, STATUS_TONES
from lms.imports.services import add_import, headings_mark, remember, remembered
from lms.imports.undoing import undo
from lms.jobs import wake
from lms.people.names import fold

bp = Blueprint("imports", __name__, cli_group=None)


@bp.app_template_filter("day_in_figures")
def day_in_figures(iso: str) -> str:
    """Say a day of the account in the figures of the reader's language; a blank stays blank."""
    return say_day_short(date.fromisoformat(iso)) if iso else ""


ON_A_PAGE = 50
RUNNING = {ImportState.TRYING, ImportState.IMPORTING}
# What is looked at first: what needs somebody, then what would change.
ORDER = [Status.DECIDE, Status.CHANGED, Status.NEW, Status.REFUSED, Status.KNOWN]


@bp.get("/imports")
@access.roles(RoleName.COORDINATOR)
def listing() -> ResponseReturnValue:
    """List what was imported, and take a new sheet."""
    return _listing()


def _listing(notice: str = "") -> str:
    made = db.session.scalars(
        select(Import).options(joinedload(Import.made_by)).order_by(Import.id.desc()).limit(50)
    ).all()
    return render_template(
        "imports/listing.html", imports=made, notice=notice, labels=STATE_LABELS, most=MOST_ROWS
    )


@bp.post("/imports")
@access.roles(RoleName.COORDINATOR)
def bring() -> ResponseReturnValue:
    """Take a sheet, keep it in the drawer, and show how its columns are understood."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _listing(_("Choose a file first.")), 422
    try:
        sheet = read_sheet(content)
        layout = recognise(sheet)
    except LMSError as refusal:
        return _listing(_say(refusal)), 422
    token = drawer.put_in(content)
    by_id = current_user.person_id
    made = add_import(token, sheet.form, headings_mark(layout), by_id=by_id, now=now())
    db.session.commit()
    return redirect(url_for("imports.columns", import_id=made.id), code=303)


def _say(refusal: LMSError) -> str:
    return say(refusal.reason) if refusal.reason else str(refusal)


@bp.route("/imports/<int:import_id>/columns", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def columns(import_id: int) -> ResponseReturnValue:
    """Show what each column is taken for, and let it be said otherwise."""
    made = _import(import_id)
    if made.state not in {ImportState.READ, ImportState.READY}:
        return redirect(url_for("imports.one", import_id=made.id), code=303)
    try:
        sheet = read_sheet(drawer.take_out(made.token))
    except LMSError as refusal:
        return _listing(_say(refusal)), 422
    known = made.choices.get("meanings") or remembered(made.headings)
    layout = recognise(sheet, known)
    if request.method == "GET":
        return _columns_page(made, layout, is_remembered=bool(known))
    module_id = _typed_module()
    said = typed_meanings(request.form, [column.heading for column in layout.columns])
    if not {"person_name", "family_name", "given_name"} & set(said.values()):
        notice = _("Say in which column the names of the children stand.")
        shown = recognise(sheet, said)
        return _columns_page(made, shown, notice=notice, is_remembered=True), 422
    made.choices = {**made.choices, "meanings": said, "module_id": module_id}
    remember(made.headings, said, now=now())
    _try_again(made)
    return redirect(url_for("imports.one", import_id=import_id), code=303)


def _typed_module() -> int | None:
    typed = request.form.get("module", "")
    known = {key for key, _programme, _name in modules_for(today())}
    return int(typed) if typed.isdecimal() and len(typed) < 10 and int(typed) in known else None


def _columns_page(
    made: Import, layout: Layout, *, notice: str = "", is_remembered: bool = False
) -> str:
    samples = {
        column.place: [
            row.cells[column.place].strip()[:60]
            for row in layout.rows[:40]
            if column.place < len(row.cells) and row.cells[column.place].strip()
        ][:3]
        for column in layout.columns
    }
    return render_template(
        "imports/columns.html",
        made=made,
        layout=layout,
        samples=samples,
        meanings=MEANING_LABELS,
        modules=modules_for(today()),
        notice=notice,
        is_remembered=is_remembered,
        has_consent=layout.place(Meaning.CONSENT) is not None,
    )


def _try_again(made: Import) -> None:
    ask_to_try(made, by_id=current_user.person_id, now=now())
    db.session.commit()
    wake()


@bp.get("/imports/<int:import_id>")
@access.roles(RoleName.COORDINATOR)
def one(import_id: int) -> ResponseReturnValue:
    """Show where an import stands: how far it is, what it would do, or what it did."""
    made = _import(import_id, of_grids=True)
    if made.is_grid:
        return redirect(url_for("grids.one", import_id=made.id), code=303)
    return _page(made)


def _page(made: Import, notice: str = "") -> str:
    if made.state in RUNNING:
        done, total = drawer.noted(made.token, drawer.PROGRESS) or [0, 0]
        return render_template("imports/progress.html", made=made, done=done, total=total)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    if made.state is ImportState.READY and account:
        return _account_page(made, account, notice)
    if made.state is ImportState.READ:
        notice = notice or _("Look at the columns first.")
    can_restore = drawer.noted(made.token, drawer.BEFORE) is not None
    failure = say(unpack({"code": made.refusal, "values": {"most": "20"}})) if made.refusal else ""
    return render_template(
        "imports/result.html",
        made=made,
        notice=notice,
        failure=failure,
        can_restore=can_restore,
        labels=STATUS_LABELS,
        states=STATE_LABELS,
    )


def _account_page(made: Import, account: dict[str, Any], notice: str) -> str:
    counts = account["counts"]
    shown = request.args.get("status", "")
    statuses = [status for status in ORDER if counts[status]]
    if shown not in statuses:
        shown = str(statuses[0]) if statuses else ""
    rows = [row for row in account["rows"] if row["status"] == shown]
    page = min(
        max(request.args.get("page", 1, type=int) or 1, 1), max(1, -(-len(rows) // ON_A_PAGE))
    )
    part = rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    lacking = [row for row in account["rows"] if row["lacks_consent"]]
    module_id = made.choices.get("module_id")
    module = db.session.get(Module, module_id) if module_id else None
    cohorts = cohorts_of(module_id) if module_id else []
    chosen = made.choices.get("directions") or {}
    return render_template(
        "imports/account.html",
        made=made,
        account=account,
        rows=part,
        shown=shown,
        statuses=statuses,
        page_number=page,
        pages=-(-len(rows) // ON_A_PAGE),
        labels=STATUS_LABELS,
        tones=STATUS_TONES,
        say=lambda packed: say(unpack(packed)),
        names_by_ref=_refs(part),
        changed=[row for row in account["rows"] if row["status"] == Status.CHANGED],
        lacking=lacking,
        contacts=sorted({row["email"] or row["phone"] for row in lacking} - {""}),
        open_contacts=any(
            question["field"] in {"phone", "email"}
            for row in account["rows"]
            for question in row["questions"]
        ),
        module=module,
        cohorts=cohorts,
        directions=[
            (direction, fold(direction), chosen.get(fold(direction)))
            for direction in account["directions"]
        ],
        suggested=suggest(account["directions"], cohorts),
        notice=notice,
    )


def _refs(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Say whom each possible answer «the same child» means, without a query for each."""
    refs = {
        option
        for row in rows
        for question in row["questions"]
        if question["field"] == "same"
        for option in question["options"]
    }
    return {
        ref: _("the child of row %(row)s", row=ref.split("-")[1])
        for ref in refs
        if ref.startswith("row-")
    }


@bp.get("/imports/<int:import_id>/progress")
@access.roles(RoleName.COORDINATOR)
def progress(import_id: int) -> ResponseReturnValue:
    """Tell a script how far an import is."""
    made = _import(import_id, of_grids=True)
    done, total = drawer.noted(made.token, drawer.PROGRESS) or [0, 0]
    state = "running" if made.state in RUNNING else "finished"
    return {"done": done, "total": total, "state": state, "text": ""}


@bp.post("/imports/<int:import_id>/answers")
@access.roles(RoleName.COORDINATOR)
def answer(import_id: int) -> ResponseReturnValue:
    """Take decisions about rows, and look the sheet through again with them."""
    made = _import(import_id)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    if made.state is not ImportState.READY or not account:
        return _page(made, _("Wait until the rows are looked through.")), 422
    rows = {row["row"]: row for row in account["rows"]}
    typed = typed_answers(request.form, rows)
    if "without_contacts" in request.form:
        typed = without_contacts(account["rows"])
    if not typed:
        return _page(made, _("Nothing was decided yet: choose an answer, or leave a row out.")), 422
    answers = drawer.noted(made.token, drawer.ANSWERS) or {}
    for row, said in typed.items():
        answers[row] = {**answers.get(row, {}), **said}
    drawer.note(made.token, drawer.ANSWERS, answers)
    _try_again(made)
    return redirect(url_for("imports.one", import_id=import_id), code=303)


@bp.post("/imports/<int:import_id>/directions")
@access.roles(RoleName.COORDINATOR)
def directions(import_id: int) -> ResponseReturnValue:
    """Take which groups the directions of the sheet mean; zero is «no group»."""
    made = _import(import_id)
    account = drawer.noted(made.token, drawer.ACCOUNT)
    module_id = made.choices.get("module_id")
    if made.state is not ImportState.READY or not account or not module_id:
        return _page(made, _("Wait until the rows are looked through.")), 422
    known = {cohort.id for cohort in cohorts_of(module_id)}
    chosen: dict[str, list[int]] = dict(made.choices.get("directions") or {})
    for place, direction in enumerate(account["directions"]):
        typed = typed_numbers(request.form.getlist(f"direction-{place}"))
        if typed:
            chosen[fold(direction)] = [number for number in typed if number in known]
    made.choices = {**made.choices, "directions": chosen}
    _try_again(made)
    return redirect(url_for("imports.one", import_id=import_id), code=303)


@bp.post("/imports/<int:import_id>/confirm")
@access.roles(RoleName.COORDINATOR)
def confirm(import_id: int) -> ResponseReturnValue:
    """Import what was looked through: all of it, or nothing."""
    made = _import(import_id)
    if made.state is not ImportState.READY:
        return _page(made, _("Wait until the rows are looked through.")), 422
    changed = typed_numbers(request.form.getlist("changed"))
    if not made.counts.get("new") and not changed:
        return _page(made, _("There is nothing to import: no row is new.")), 422
    ask_to_import(made, changed, by_id=current_user.person_id, now=now())
    db.session.commit()
    wake()
    return redirect(url_for("imports.one", import_id=import_id), code=303)


@bp.post("/imports/<int:import_id>/undo")
@access.roles(RoleName.COORDINATOR)
def take_back(import_id: int) -> ResponseReturnValue:
    """Take a whole import back."""
    made = _import(import_id)
    token = made.token
    try:
        removed = undo(made, before=drawer.noted(token, drawer.BEFORE) or [], now=now())
    except LMSError as refusal:
        db.session.rollback()
        return _page(_import(import_id), _say(refusal)), 422
    db.session.commit()
    drawer.empty(token)
    people = removed["person"]
    flash(
        ngettext(
            "Taken back: %(num)d person of this import was removed.",
            "Taken back: %(num)d people of this import were removed.",
            people,
        ),
        "success",
    )
    return redirect(url_for("imports.one", import_id=import_id), code=303)


@bp.post("/imports/<int:import_id>/drop")
@access.roles(RoleName.COORDINATOR)
def drop(import_id: int) -> ResponseReturnValue:
    """Give an import up and remove the sheet at once."""
    made = _import(import_id, of_grids=True)
    if made.state in {ImportState.DONE, ImportState.UNDONE, ImportState.IMPORTING}:
        if made.is_grid:
            return redirect(url_for("grids.one", import_id=made.id), code=303)
        return _page(made, _("This import is finished already.")), 422
    made.state = ImportState.DROPPED
    token = made.token
    db.session.commit()
    drawer.empty(token)
    flash(_("Given up. The sheet was removed from the server."), "success")
    return redirect(url_for("imports.listing"), code=303)


def _import(import_id: int, *, of_grids: bool = False) -> Import:
    made = db.session.get(Import, import_id)
    if made is None or (made.is_grid and not of_grids):
        abort(404)
    return made
