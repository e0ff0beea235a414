"""«What is known about us»: the page, its copies, and asking for a correction or an erasure."""

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.db import db
from lms.enrolment.access import find_child, may_consent_for
from lms.enrolment.sentences import say_refusal
from lms.families.known import as_values, gather_known
from lms.families.known_forms import CorrectionForm, ErasureForm
from lms.families.models import DataRequest
from lms.families.requests import (
    Identity,
    ask_correction,
    ask_erasure,
    requests_about,
    withdraw_request,
)
from lms.families.sentences import COLUMN_LABELS, KIND_LABELS, REQUEST_LABELS
from lms.people.erasing import left_alone
from lms.people.models import ContactRule, Person
from lms.people.services import children_of, sees_place_of
from lms.plugins import hooks
from lms.ui import library_name

bp = Blueprint("known", __name__)


@bp.get("/known")
@bp.get("/family/<int:child_id>/known")
@access.signed_in
def page(child_id: int | None = None) -> ResponseReturnValue:
    """Show everything that is known about me, or about my child."""
    person = _whose(child_id)
    return render_template(
        "families/known.html",
        **_shown(person),
        parts=gather_known(person),
        requests=requests_about(person.id, now=now()),
        labels=REQUEST_LABELS,
        kinds=KIND_LABELS,
        columns=COLUMN_LABELS,
        has_pdf=_can_print(),
    )


def _can_print() -> bool:
    return bool(hooks().print_document.get_hookimpls())


def _shown(person: Person) -> dict[str, Any]:
    is_child = person.id != current_user.person_id
    return {
        "person": person,
        "is_child": is_child,
        "values": {"child_id": person.id} if is_child else {},
        "home": _home(is_child=is_child),
        "is_quiet": current_user.contact_rule is not ContactRule.USUAL,
    }


def _home(*, is_child: bool) -> tuple[str, str] | None:
    if is_child:
        return _("My children"), url_for("families.family")
    if current_user.has(RoleName.LEARNER):
        return _("My learning"), url_for("families.learning")
    if current_user.has(RoleName.GUARDIAN):
        return _("My children"), url_for("families.family")
    return None


@bp.get("/known/data.json")
@bp.get("/family/<int:child_id>/known/data.json")
@access.signed_in
def as_json(child_id: int | None = None) -> ResponseReturnValue:
    """Give the same as a file that programs read."""
    values = as_values(gather_known(_whose(child_id)), made_at=now(), library=str(library_name()))
    content = json.dumps(values, ensure_ascii=False, indent=2)
    return _file(content.encode(), "application/json", "data.json")


@bp.get("/known/data.pdf")
@bp.get("/family/<int:child_id>/known/data.pdf")
@access.signed_in
def as_pdf(child_id: int | None = None) -> ResponseReturnValue:
    """Give the same as a document to print."""
    html = render_template(
        "families/documents/known.html", parts=gather_known(_whose(child_id)), made_on=today()
    )
    content = hooks().print_document(html=html)
    if content is None:
        abort(404)
    return _file(content, "application/pdf", "data.pdf")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.route("/known/correct", methods=["GET", "POST"])
@bp.route("/family/<int:child_id>/known/correct", methods=["GET", "POST"])
@access.signed_in
def correct(child_id: int | None = None) -> ResponseReturnValue:
    """Ask that name or birth date be corrected; the coordinator looks at it first."""
    person = _whose(child_id)
    form = CorrectionForm(obj=person)
    if request.method == "GET":
        return _correcting(form, person)
    if not form.validate():
        return _correcting(form, person), 422
    wanted = Identity(
        form.family_name.data,
        form.given_name.data,
        form.patronymic.data or "",
        form.birth_date.data,
    )
    try:
        ask_correction(person, wanted, asked_by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        form.form_errors.append(say_refusal(refusal))
        return _correcting(form, person), 422
    db.session.commit()
    flash(_("Thank you. The coordinator looks at it and corrects what is wrong."), "success")
    return redirect(url_for("known.page", child_id=child_id), code=303)


def _correcting(form: CorrectionForm, person: Person) -> str:
    return render_template("families/correct.html", form=form, **_shown(person))


@bp.route("/known/erase", methods=["GET", "POST"])
@bp.route("/family/<int:child_id>/known/erase", methods=["GET", "POST"])
@access.signed_in
def erase(child_id: int | None = None) -> ResponseReturnValue:
    """Ask that everything be erased: first what goes, what stays, and how many people."""
    person = _whose(child_id)
    form = ErasureForm()
    is_alone = person.id != current_user.person_id and current_user.person_id in {
        one.id for one in left_alone(person.id, on=today())
    }
    if not is_alone:
        del form.with_guardian
    if request.method == "GET":
        return _erasing(form, person)
    if not form.validate():
        return _erasing(form, person), 422
    try:
        ask_erasure(
            person,
            asked_by_id=current_user.person_id,
            with_guardian=is_alone and bool(form.with_guardian.data),
            now=now(),
        )
    except LMSError as refusal:
        form.form_errors.append(say_refusal(refusal))
        return _erasing(form, person), 422
    db.session.commit()
    flash(
        _("The coordinator erases the data soon. Until then you can take it back below."), "success"
    )
    return redirect(url_for("known.page", child_id=child_id), code=303)


def _erasing(form: ErasureForm, person: Person) -> str:
    has_children = person.id == current_user.person_id and bool(children_of(person.id, on=today()))
    return render_template(
        "families/erase.html", form=form, has_children=has_children, **_shown(person)
    )


@bp.post("/known/requests/<int:request_id>/withdraw")
@access.signed_in
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take back what I asked for, until it is carried out."""
    found = db.session.get(DataRequest, request_id)
    if found is None or found.asked_by_id != current_user.person_id:
        abort(404)
    child_id = found.person_id if found.person_id != current_user.person_id else None
    _whose(child_id)
    try:
        withdraw_request(found, now=now())
    except LMSError as refusal:
        db.session.rollback()
        flash(say_refusal(refusal), "error")
    else:
        db.session.commit()
        flash(_("Taken back. Nothing was changed."), "success")
    return redirect(url_for("known.page", child_id=child_id), code=303)


def _whose(child_id: int | None) -> Person:
    """Find whom the page is about: me, or a child of whom I am a legal guardian today."""
    me = int(current_user.person_id)
    if child_id is None:
        return db.session.get_one(Person, me)
    child = find_child(me, child_id, on=today())
    # Whoever only accompanies a child sees the times of its sessions and nothing more; a second
    # guardian sees neither the place nor the other one, and asks the coordinator instead.
    is_legal = child is not None and may_consent_for(me, child_id, on=today())
    if child is None or not is_legal or not sees_place_of(me, child_id, on=today()):
        abort(404)
    return child
