"""«Write to the group’s parents»: text, preview with the number of adults, sending, taking back."""

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import Panel, RoleName
from lms.courses.access import may_lead
from lms.courses.kind import kind_of
from lms.courses.models import Cohort
from lms.db import db
from lms.families.group_letter_forms import GroupLetterForm
from lms.families.group_letters import (
    batch_of,
    last_batches,
    readers_of,
    take_back_from_group,
    text_of,
    write_to_group,
)
from lms.i18n import current_code, say, say_moment
from lms.letters.rendering import render
from lms.letters.rules import pack
from lms.letters.sentences import STATE_LABELS
from lms.limits import TooMany

bp = Blueprint("group_letters", __name__)
WRITING = access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)


def _cohort_or_404(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or not _may_write(current_user, cohort.id):
        abort(404)
    return cohort


def _may_write(person: object, cohort_id: int) -> bool:
    roles: frozenset[RoleName] = getattr(person, "roles", frozenset())
    if RoleName.COORDINATOR in roles:
        return True
    is_leading = bool(roles & {RoleName.MENTOR, RoleName.LEADER})
    person_id = getattr(person, "person_id", 0)
    return is_leading and may_lead(person_id, cohort_id, on=today())


@bp.route("/cohorts/<int:cohort_id>/write", methods=["GET", "POST"])
@WRITING
def write(cohort_id: int) -> ResponseReturnValue:
    """Take the text, show exactly what leaves and to how many, and send it."""
    cohort = _cohort_or_404(cohort_id)
    if request.method == "GET":
        return _page(cohort, GroupLetterForm(formdata=None, key=str(uuid4())))
    form = GroupLetterForm()
    if not form.validate():
        return _page(cohort, form), 422
    if "send" not in request.form:
        return _page(cohort, form, is_preview="change" not in request.form)
    key = form.key.data
    try:
        number = write_to_group(
            cohort,
            form.words.data,
            key=key,
            writer_id=current_user.person_id,
            now=now(),
            on=today(),
        )
    except TooMany as refusal:
        db.session.rollback()
        form.words.errors = [say(refusal.reason)] if refusal.reason else []
        return _page(_cohort_or_404(cohort_id), form), 422
    db.session.commit()
    if not number and batch_of(cohort.id, key) is None:
        form.words.errors = [_("Nobody of this group can get a letter: tell them in another way.")]
        return _page(cohort, form, is_preview=True), 422
    return redirect(url_for("group_letters.sent", cohort_id=cohort.id, key=key), code=303)


def _page(cohort: Cohort, form: GroupLetterForm, *, is_preview: bool = False) -> str:
    locale = current_code()
    words = form.words.data or ""
    return render_template(
        "families/group_letter.html",
        cohort=cohort,
        form=form,
        readers=readers_of(cohort, on=today()),
        is_preview=is_preview,
        preview=render(text_of(words).subject, pack(text_of(words).parts), locale=locale)
        if is_preview
        else None,
        is_for_children=kind_of(cohort.course.programme.kind).is_for_children,
        earlier=last_batches(cohort.id),
    )


@bp.get("/cohorts/<int:cohort_id>/write/<key>")
@WRITING
def sent(cohort_id: int, key: str) -> ResponseReturnValue:
    """Show what became of a writing: what waits, what left, and the text for messengers."""
    cohort = _cohort_or_404(cohort_id)
    batch = batch_of(cohort.id, _key_or_404(key))
    if batch is None:
        abort(404)
    return render_template(
        "families/group_letter_sent.html",
        cohort=cohort,
        key=key,
        batch=batch,
        readers=readers_of(cohort, on=today()),
        state_labels=STATE_LABELS,
    )


@bp.post("/cohorts/<int:cohort_id>/write/<key>/take-back")
@WRITING
def undo(cohort_id: int, key: str) -> ResponseReturnValue:
    """Take back the letters that have not left yet."""
    cohort = _cohort_or_404(cohort_id)
    gone, left = take_back_from_group(cohort.id, _key_or_404(key), now=now())
    db.session.commit()
    if gone and not left:
        flash(_("Taken back: nobody got the letter."), "success")
    elif gone:
        flash(
            ngettext(
                "Taken back; %(num)d letter had left already.",
                "Taken back; %(num)d letters had left already.",
                left,
            ),
            "info",
        )
    else:
        flash(_("It was too late: all letters have left."), "info")
    return redirect(url_for("group_letters.sent", cohort_id=cohort.id, key=key), code=303)


def _key_or_404(key: str) -> str:
    try:
        is_key = str(UUID(key)) == key
    except ValueError:
        is_key = False
    if not is_key:
        abort(404)
    return key


def panel(cohort: Cohort, person: object) -> list[Panel]:
    """Give the page of a group the way to write to its adults."""
    if not _may_write(person, cohort.id):
        return []
    is_for_children = kind_of(cohort.course.programme.kind).is_for_children
    title = _("Write to the group’s parents") if is_for_children else _("Write to the group")
    links = [(_("Write"), url_for("group_letters.write", cohort_id=cohort.id))]
    links += [
        (
            _("Letter of %(when)s", when=say_moment(written_at, cohort.zone)),
            url_for("group_letters.sent", cohort_id=cohort.id, key=key),
        )
        for key, written_at in last_batches(cohort.id, at_most=1)
    ]
    lines = (
        _("One text for all adults of the group, by mail; the same to copy into a messenger."),
    )
    return [Panel(title, lines=lines, links=tuple(links), weight=25)]
