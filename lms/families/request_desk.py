"""The coordinator's desk of requests about data: accept, erase, answer; and erasing on a call."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import func, select

from lms import access
from lms.clock import now, today
from lms.contracts import Card, LMSError, MenuItem, RoleName
from lms.db import db
from lms.enrolment.sentences import say_refusal
from lms.families.known import gather_known
from lms.families.known_forms import AnswerForm
from lms.families.models import DataRequest, RequestKind, RequestState
from lms.families.requests import (
    UNDO,
    accept_correction,
    answer_request,
    carry_out_erasure,
    identity_of,
    people_of,
    undo_request,
)
from lms.families.sentences import COLUMN_LABELS, KIND_LABELS, REQUEST_LABELS
from lms.people.erasing import erase, left_alone
from lms.people.models import Guardianship, Person
from lms.people.traces import wipe

bp = Blueprint("requests", __name__, url_prefix="/requests")


@bp.get("/")
@access.roles(RoleName.COORDINATOR)
def listed() -> ResponseReturnValue:
    """List the requests that wait, the oldest first, and what was decided within a day."""
    waiting = db.session.scalars(
        select(DataRequest)
        .where(DataRequest.state == RequestState.WAITING)
        .order_by(DataRequest.asked_at, DataRequest.id)
    ).all()
    decided = db.session.scalars(
        select(DataRequest)
        .where(
            DataRequest.state.in_([RequestState.DONE, RequestState.ANSWERED]),
            DataRequest.decided_at > now() - UNDO,
        )
        .order_by(DataRequest.decided_at.desc())
    ).all()
    return render_template(
        "families/requests.html",
        waiting=[
            (one, identity_of(one.person), people_of(one, on=today()), _others(one))
            for one in waiting
        ],
        decided=decided,
        kinds=KIND_LABELS,
        labels=REQUEST_LABELS,
        columns=COLUMN_LABELS,
    )


def _others(asked: DataRequest) -> int:
    """Count the guardians in force who did not ask."""
    return (
        db.session.scalar(
            select(func.count(Guardianship.guardian_id.distinct())).where(
                Guardianship.child_id == asked.person_id,
                Guardianship.guardian_id != asked.asked_by_id,
                Guardianship.until.is_(None) | (Guardianship.until >= today()),
            )
        )
        or 0
    )


@bp.post("/<int:request_id>/accept")
@access.roles(RoleName.COORDINATOR)
def accept(request_id: int) -> ResponseReturnValue:
    """Correct what a family asked for."""
    asked = _find(request_id, RequestKind.CORRECTION)
    try:
        accept_correction(asked, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        return _refused(refusal)
    db.session.commit()
    flash(
        _("Corrected. Certificates issued before keep the name they were issued with."), "success"
    )
    return redirect(url_for("requests.listed"), code=303)


@bp.post("/<int:request_id>/erase")
@access.roles(RoleName.COORDINATOR)
def carry_out(request_id: int) -> ResponseReturnValue:
    """Erase whom a family asked to be erased."""
    asked = _find(request_id, RequestKind.ERASURE)
    try:
        number = carry_out_erasure(asked, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        return _refused(refusal)
    db.session.commit()
    wipe(now=now())
    _say_erased(number)
    return redirect(url_for("requests.listed"), code=303)


def _say_erased(number: int) -> None:
    flash(
        ngettext(
            "The data of %(num)d person was erased. The figures of the year stay as they were.",
            "The data of %(num)d people was erased. The figures of the year stay as they were.",
            number,
        ),
        "success",
    )


@bp.route("/<int:request_id>/answer", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def answer(request_id: int) -> ResponseReturnValue:
    """Say to the family why a request is not done."""
    asked = db.session.get(DataRequest, request_id)
    if asked is None:
        abort(404)
    form = AnswerForm()
    if request.method == "GET":
        return render_template("families/answer.html", form=form, asked=asked, kinds=KIND_LABELS)
    if not form.validate():
        page = render_template("families/answer.html", form=form, asked=asked, kinds=KIND_LABELS)
        return page, 422
    try:
        answer_request(asked, form.words.data, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        return _refused(refusal)
    db.session.commit()
    flash(_("Answered. The family reads it on its page."), "success")
    return redirect(url_for("requests.listed"), code=303)


@bp.post("/<int:request_id>/undo")
@access.roles(RoleName.COORDINATOR)
def undo(request_id: int) -> ResponseReturnValue:
    """Let a decided request wait again; what was corrected stands as before."""
    asked = db.session.get(DataRequest, request_id)
    if asked is None:
        abort(404)
    try:
        undo_request(asked, now=now())
    except LMSError as refusal:
        return _refused(refusal)
    db.session.commit()
    flash(_("Taken back: the request waits again."), "success")
    return redirect(url_for("requests.listed"), code=303)


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def person(person_id: int) -> ResponseReturnValue:
    """Show what is known about somebody who asked by phone or letter, and erase it."""
    found = db.session.get(Person, person_id)
    if found is None or found.erased_at is not None:
        abort(404)
    alone = left_alone(found.id, on=today())
    if request.method == "GET":
        parts = gather_known(found)
        return render_template("families/person.html", person=found, parts=parts, alone=alone)
    goes_too = alone if request.form.get("with_guardians") == "1" else []
    try:
        for one in (found, *goes_too):
            erase(one, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        db.session.rollback()
        flash(say_refusal(refusal), "error")
        return redirect(url_for("requests.person", person_id=person_id), code=303)
    db.session.commit()
    wipe(now=now())
    _say_erased(1 + len(goes_too))
    return redirect(url_for("persons.listed"), code=303)


def _find(request_id: int, kind: RequestKind) -> DataRequest:
    asked = db.session.get(DataRequest, request_id)
    if asked is None or asked.kind is not kind:
        abort(404)
    return asked


def _refused(refusal: LMSError) -> ResponseReturnValue:
    db.session.rollback()
    flash(say_refusal(refusal), "error")
    return redirect(url_for("requests.listed"), code=303)


def _count() -> int:
    waiting = select(func.count()).where(DataRequest.state == RequestState.WAITING)
    return db.session.scalar(waiting) or 0


def menu(principal: object) -> list[MenuItem]:
    """Lead the coordinator to the requests while there are any."""
    if getattr(principal, "roles", frozenset()) & {RoleName.COORDINATOR} and _count():
        return [MenuItem(_l("Requests about data"), "requests.listed", weight=62)]
    return []


def cards(principal: object) -> list[Card]:
    """Tell the coordinator how many families ask for a correction or an erasure."""
    if not getattr(principal, "roles", frozenset()) & {RoleName.COORDINATOR}:
        return []
    number = _count()
    if not number:
        return []
    text = ngettext(
        "A family asks for a correction or an erasure of its data.",
        "Families ask for a correction or an erasure of their data.",
        number,
    )
    return [
        Card(
            title=_("Requests about data"),
            figure=str(number),
            text=text,
            endpoint="requests.listed",
            tone="warn",
            weight=25,
        )
    ]
