"""«Today» and the register: one screen, saved at each tap, finished by «Done» or by the clock."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms import access
from lms.attendance.access import TEACHING, led_cohort_ids, may_register
from lms.attendance.forms import (
    CountForm,
    NotHeldForm,
    ReadMarks,
    RegisterForm,
    read_heads,
    read_marks,
    write_seen,
    write_seen_heads,
)
from lms.attendance.history import head_changes, mark_changes
from lms.attendance.merging import MERGED
from lms.attendance.register import Found, find_register
from lms.attendance.screen import (
    Clash,
    Screen,
    ScreenRow,
    make_clashes,
    make_screen,
    say_heads,
    say_mark,
)
from lms.attendance.services import Entry, RegisterRefused, Saved, save_register
from lms.attendance.today import open_day
from lms.clock import now, today
from lms.contracts import Reason, RoleName
from lms.courses.models import NotHeldReason
from lms.courses.sentences import NOT_HELD_LABELS, STATE_LABELS
from lms.courses.services import AlreadyHeld, Told, cancel_session, restore_session
from lms.db import db
from lms.i18n import say
from lms.jobs import wake

bp = Blueprint("attendance", __name__, cli_group="registers")
MAY_MARK = (*TEACHING, RoleName.COORDINATOR)


@bp.get("/today")
@access.roles(*TEACHING)
def today_page() -> ResponseReturnValue:
    """Open on the register of the session that is now; below it the next, and those that wait."""
    return _today_page(None, None)


@bp.get("/registers")
@access.roles(RoleName.COORDINATOR)
def waiting() -> ResponseReturnValue:
    """Show the coordinator today's registers and those in which nothing was entered."""
    day = open_day(None, now=now(), on=today())
    return render_template("attendance/waiting.html", day=day, states=STATE_LABELS)


@bp.get("/registers/<int:session_id>")
@access.roles(*MAY_MARK)
def register(session_id: int) -> ResponseReturnValue:
    """Open the register of one session."""
    found = _find(session_id)
    return _register_page(_screen(found), _form(found, formdata=None))


@bp.post("/registers/<int:session_id>")
@access.roles(*MAY_MARK)
def save(session_id: int) -> ResponseReturnValue:
    """Save what was entered: from a script with an answer in JSON, from a form with a page."""
    found = _find(session_id, is_writing=True)
    form, read = _form(found), read_marks(request.form, found)
    is_valid = form.validate()
    # A tap tells of one mark; a count that is still being typed must not hold it up.
    if read.errors or not (is_valid or _is_scripted()):
        return _refuse(found, form, read)
    entry = Entry(
        marks=read.marks,
        heads=read_heads(form, found, request.form.get("seen-heads", "")) if is_valid else None,
        fills_blanks="all_present" in request.form and not found.is_sensitive,
        finishes="finish" in request.form,
        reason=form.reason.data or "",
    )
    if found.is_sensitive:
        # Nobody's name stands on this page: what comes as a mark comes from elsewhere.
        entry = replace(entry, marks=())
    try:
        saved = save_register(
            found, entry, by_id=current_user.person_id, now=now(), lock_days=_lock_days()
        )
    except RegisterRefused as refused:
        db.session.rollback()
        form.reason.errors = [say(refused.reason)] if refused.reason else []
        return _refuse(_find(session_id), form, read)
    db.session.commit()
    if _is_scripted():
        return _answer(found, saved, read)
    if saved.conflicts or saved.heads_conflict:
        return _show_conflicts(_find(session_id), saved, form), 409
    _tell(saved)
    return redirect(_back(session_id), code=303)


@bp.get("/registers/<int:session_id>/history")
@access.roles(*MAY_MARK)
def history(session_id: int) -> ResponseReturnValue:
    """Show who changed which mark, when, and what it was before."""
    found = _find(session_id)
    return render_template(
        "attendance/history.html",
        found=found,
        say_mark=say_mark,
        say_heads=say_heads,
        changes=[] if found.is_sensitive else mark_changes(session_id),
        counts=head_changes(session_id),
        merged=MERGED,
    )


@bp.route("/registers/<int:session_id>/not-held", methods=["GET", "POST"])
@access.roles(*MAY_MARK)
def not_held(session_id: int) -> ResponseReturnValue:
    """Say that a session was not held, and why; it lowers nobody's share."""
    found = _find(session_id, is_writing=request.method == "POST")
    form = NotHeldForm()
    if request.method == "GET":
        return render_template("attendance/not_held.html", found=found, form=form)
    if not form.validate():
        return render_template("attendance/not_held.html", found=found, form=form), 422
    try:
        cancel_session(found.session, reason=NotHeldReason(form.reason.data), told=_told())
    except AlreadyHeld as held:
        db.session.rollback()
        form.reason.errors = [say(held.reason or Reason("already_held"))]
        return render_template("attendance/not_held.html", found=_find(session_id), form=form), 422
    db.session.commit()
    wake()
    flash(_("Noted: this session was not held. It lowers nobody’s share."), "success")
    return redirect(_back(session_id), code=303)


@bp.post("/registers/<int:session_id>/restore")
@access.roles(*MAY_MARK)
def restore(session_id: int) -> ResponseReturnValue:
    """Take back that a session was not held."""
    found = _find(session_id, is_writing=True)
    restore_session(found.session, told=_told())
    db.session.commit()
    wake()
    flash(_("Taken back: the session stands in the timetable again."), "success")
    return redirect(_back(session_id), code=303)


def _told() -> Told:
    return Told(by_id=current_user.person_id, at=now())


def _find(session_id: int, *, is_writing: bool = False) -> Found:
    found = find_register(session_id, is_writing=is_writing)
    if found is None or not may_register(current_user, found.session.cohort_id, on=today()):
        abort(404)
    return found


def _lock_days() -> int:
    return int(current_app.config["LMS_REGISTER_LOCK_DAYS"])


def _screen(found: Found) -> Screen:
    return make_screen(found, now=now(), lock_days=_lock_days())


def _form(found: Found, **given: Any) -> CountForm:
    is_count = found.is_sensitive or found.is_drop_in
    form = CountForm(**given) if is_count else RegisterForm(**given)
    if "formdata" in given:
        _show_heads(form, found)
    return form


def _show_heads(form: CountForm, found: Found) -> None:
    heads = found.heads
    if heads is None:
        if not isinstance(form, RegisterForm) and not found.is_hybrid:
            empty = form.in_person if found.is_online else form.online
            empty.data = 0
        return
    form.in_person.data, form.online.data = heads.in_person, heads.online
    form.first_time.data = heads.first_time


def _is_scripted() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _is_from_today() -> bool:
    return request.form.get("back") == "today" and current_user.has(*TEACHING)


def _back(session_id: int) -> str:
    if _is_from_today():
        return url_for("attendance.today_page")
    return url_for("attendance.register", session_id=session_id)


def _page(screen: Screen, form: CountForm) -> str:
    return _today_page(screen, form) if _is_from_today() else _register_page(screen, form)


def _register_page(screen: Screen, form: CountForm) -> str:
    return render_template(
        "attendance/register.html", screen=screen, form=form, reasons=NOT_HELD_LABELS
    )


def _today_page(screen: Screen | None, form: CountForm | None) -> str:
    moment = now()
    day = open_day(led_cohort_ids(current_user.person_id, on=today()), now=moment, on=today())
    if screen is None and day.current is not None:
        found = find_register(day.current.session_id)
        if found is not None:
            screen, form = _screen(found), _form(found, formdata=None)
    return render_template(
        "attendance/today.html",
        day=day,
        screen=screen,
        form=form,
        moment=moment,
        on=today(),
        states=STATE_LABELS,
        reasons=NOT_HELD_LABELS,
    )


def _refuse(found: Found, form: CountForm, read: ReadMarks) -> ResponseReturnValue:
    """Answer 422 with what was typed, and words beside it."""
    if _is_scripted():
        errors = [str(error) for group in form.errors.values() for error in group]
        return jsonify(errors=errors + list(read.errors.values())), 422
    screen = _screen(found)
    rows = _as_typed(screen.rows, request.form)
    return _page(replace(screen, rows=rows, errors=read.errors), form), 422


def _as_typed(rows: Iterable[ScreenRow], sent: MultiDict[str, str]) -> tuple[ScreenRow, ...]:
    """Show each row as it was sent, with what its page was made with: nothing typed is lost."""
    return tuple(
        replace(
            row,
            value=sent.get(f"mark-{row.person_id}", ""),
            seen=sent.get(f"seen-{row.person_id}", row.seen)[:60],
            is_online=f"online-{row.person_id}" in sent,
        )
        for row in rows
    )


def _show_conflicts(found: Found, saved: Saved, form: CountForm) -> str:
    """Show both marks of each clash: the others were saved, and one tap settles each."""
    screen = _screen(found)
    screen = replace(
        screen, clashes=_clashes(found, saved, screen), heads_clash=_heads_clash(saved)
    )
    return _page(screen, form)


def _clashes(found: Found, saved: Saved, screen: Screen) -> tuple[Clash, ...]:
    names = {row.person_id: row.name for row in screen.rows}
    return make_clashes(found, saved.conflicts, names, now=now())


def _answer(found: Found, saved: Saved, read: ReadMarks) -> ResponseReturnValue:
    """Tell the script what stands now where it differs from what the page knew."""
    clashing = {conflict.person_id for conflict in saved.conflicts}
    marks, seen = {}, {}
    for row in read.marks:
        mark, version = saved.marks.get(row.person_id, (None, 0))
        if row.person_id in clashing or (mark == row.seen and version == row.seen_version):
            continue
        seen[f"seen-{row.person_id}"] = write_seen(version, mark)
        if mark != row.mark:
            marks[f"mark-{row.person_id}"] = str(mark.status) if mark else ""
    after = find_register(found.session.id) if saved.changed or clashing else found
    if after is not None:
        seen["seen-heads"] = write_seen_heads(after)
    clashes = _clashes(found, saved, _screen(found)) if clashing else ()
    return jsonify(
        version=saved.version,
        marks=marks,
        seen=seen,
        notice=_heads_clash(saved),
        conflicts=[
            {
                "mark": f"mark-{clash.person_id}",
                "text": clash.text,
                "seen": clash.seen,
                "choices": [
                    {"mark": choice.mark, "words": choice.words} for choice in clash.choices
                ],
            }
            for clash in clashes
        ],
    )


def _heads_clash(saved: Saved) -> str:
    if saved.heads_conflict is None:
        return ""
    return _("Somebody else counted meanwhile: %(count)s.", count=say_heads(saved.heads_conflict))


def _tell(saved: Saved) -> None:
    if saved.left_out:
        flash(
            ngettext(
                "%(num)d mark was not saved: the learner is no longer on this register.",
                "%(num)d marks were not saved: the learners are no longer on this register.",
                saved.left_out,
            ),
            "warning",
        )
    if "finish" in request.form:
        flash(_("Done. Everything is saved."), "success")
    else:
        flash(_("Saved."), "success")
