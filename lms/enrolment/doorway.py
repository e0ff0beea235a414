"""The pages of a training's door: opening it, the wall with its word, and entering by a phone."""

import re
from uuid import uuid4

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, Panel, Reason, RoleName
from lms.courses.access import may_lead
from lms.courses.models import Cohort, Session
from lms.db import db
from lms.enrolment import letters
from lms.enrolment.applying import AGE_REASONS
from lms.enrolment.doors import (
    ALPHABET,
    CODE_LENGTH,
    MOST_WRONG,
    Guest,
    WrongWord,
    close_door,
    enter,
    entered_by,
    extend_door,
    may_have_door,
    needs_birth_date,
    open_door,
    open_door_of,
    sessions_of_day,
)
from lms.enrolment.forms import DoorForm
from lms.enrolment.models import Door
from lms.enrolment.refusals import NotFitting
from lms.enrolment.sentences import say_refusal
from lms.enrolment.services import Who, receipt_of
from lms.enrolment.views import bp, qr_picture
from lms.i18n import say
from lms.jobs import wake
from lms.people.models import Person
from lms.people.services import NewPerson

LEADERS = access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


@bp.get("/cohorts/<int:cohort_id>/door")
@LEADERS
def cohort_door(cohort_id: int) -> ResponseReturnValue:
    """Offer to open the door of today's session."""
    return _offer_page(_cohort(cohort_id))


def _offer_page(cohort: Cohort, notice: str = "") -> str:
    sessions = sessions_of_day(cohort, now=now())
    return render_template(
        "enrolment/door_offer.html",
        cohort=cohort,
        sessions=sessions,
        doors={one.id: open_door_of(one.id, now=now()) for one in sessions},
        notice=notice,
    )


@bp.post("/sessions/<int:session_id>/door")
@LEADERS
def open_session_door(session_id: int) -> ResponseReturnValue:
    """Open the door of a session."""
    session = db.session.get(Session, session_id)
    if session is None:
        abort(404)
    cohort = _cohort(session.cohort_id)
    try:
        door = open_door(session, by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        return _offer_page(cohort, say_refusal(refusal)), 422
    db.session.commit()
    return redirect(url_for("enrolment.door_wall", door_id=door.id), code=303)


@bp.get("/doors/<int:door_id>")
@LEADERS
def door_wall(door_id: int) -> ResponseReturnValue:
    """Show code, address, word and time left, large enough for a wall."""
    door = _door(door_id)
    address = current_app.config["LMS_PUBLIC_URL"] + url_for("enrolment.door", code=door.code)
    return render_template(
        "enrolment/door_wall.html",
        door=door,
        cohort=door.session.cohort,
        is_open=door.closes_at > now(),
        is_guessed=door.wrong_words >= MOST_WRONG,
        entered=entered_by(door),
        address=address.split("://", 1)[1],
        picture=qr_picture(address),
    )


@bp.post("/doors/<int:door_id>/close")
@LEADERS
def close_open_door(door_id: int) -> ResponseReturnValue:
    """Close a door at once."""
    door = _door(door_id)
    close_door(door, now=now())
    db.session.commit()
    flash(_("The door is closed. Nobody enters any more."), "success")
    return redirect(url_for("enrolment.door_wall", door_id=door_id), code=303)


@bp.post("/doors/<int:door_id>/extend")
@LEADERS
def extend_open_door(door_id: int) -> ResponseReturnValue:
    """Keep a door open for longer."""
    door = _door(door_id)
    try:
        extend_door(door, now=now())
    except LMSError as refusal:
        flash(say_refusal(refusal), "error")
    db.session.commit()
    return redirect(url_for("enrolment.door_wall", door_id=door_id), code=303)


def _cohort(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or not may_have_door(cohort) or not _may_open(cohort):
        abort(404)
    return cohort


def _may_open(cohort: Cohort) -> bool:
    if current_user.has(RoleName.COORDINATOR):
        return True
    return may_lead(current_user.person_id, cohort.id, on=today(cohort.zone))


def _door(door_id: int) -> Door:
    door = db.session.get(Door, door_id)
    if door is None:
        abort(404)
    _cohort(door.session.cohort_id)
    return door


@bp.route("/d/<code>", methods=["GET", "POST"])
@access.public
def door(code: str) -> ResponseReturnValue:
    """Let an adult who is in the room enter: the word, the name, done."""
    found = _found(code)
    if found.closes_at <= now():
        return _closed_page(found)
    form = DoorForm(form_key=str(uuid4())) if request.method == "GET" else DoorForm()
    cohort = found.session.cohort
    form.fit(is_known=current_user.is_authenticated, needs_birth_date=needs_birth_date(cohort))
    if request.method == "GET":
        return _door_page(form, found)
    if not form.validate():
        return _door_page(form, found), 422
    return _enter(form, found)


def _enter(form: DoorForm, found: Door) -> ResponseReturnValue:
    guest = Guest(form.word.data, form.form_key.data, _who(form))
    cohort, code = found.session.cohort, found.code
    try:
        person = enter(found, guest, now=now(), on=today(cohort.zone))
    except WrongWord as refusal:
        # The wrong word counts although it was refused.
        db.session.commit()
        form.word.errors = [say_refusal(refusal)]
        return _door_page(form, found), 422
    except NotFitting as refusal:
        db.session.rollback()
        for objection in refusal.objections:
            _say_beside(form, objection.reason)
        return _door_page(form, _found(code)), 422
    except LMSError as refusal:
        db.session.rollback()
        form.form_errors.append(say_refusal(refusal))
        return _door_page(form, _found(code)), 422
    receipt = receipt_of(guest.form_key)
    if receipt is not None and guest.who.person is None and receipt.applicant.id == person.id:
        letters.tell_applied(receipt, zone=cohort.zone, now=now(), on=today(cohort.zone))
    db.session.commit()
    wake()
    return redirect(url_for("enrolment.door_entered", code=code), code=303)


def _say_beside(form: DoorForm, reason: Reason) -> None:
    if reason.code in AGE_REASONS and "birth_date" in form:
        form.birth_date.errors = [*form.birth_date.errors, say(reason)]
    else:
        form.form_errors.append(say(reason))


def _who(form: DoorForm) -> Who:
    if current_user.is_authenticated:
        return Who(person=db.session.get_one(Person, current_user.person_id))
    typed = form.data
    return Who(
        new=NewPerson(
            typed["family_name"],
            typed["given_name"],
            typed["patronymic"] or "",
            birth_date=typed.get("birth_date"),
            email=typed["email"] or "",
            workplace=typed["workplace"] or "",
            position=typed["position"] or "",
        )
    )


def _door_page(form: DoorForm, found: Door) -> str:
    if form.form_key.errors:
        form.form_key.data = str(uuid4())
    cohort = found.session.cohort
    return render_template("enrolment/door.html", form=form, door=found, cohort=cohort)


def _closed_page(found: Door) -> ResponseReturnValue:
    return render_template("enrolment/door_closed.html", cohort=found.session.cohort), 410


@bp.get("/d/<code>/in")
@access.public
def door_entered(code: str) -> ResponseReturnValue:
    """Say to whoever entered that they are in the group, whether now or before."""
    found = _found(code)
    return render_template("enrolment/door_entered.html", cohort=found.session.cohort)


def _found(code: str) -> Door:
    typed = code.lower()
    found = (
        db.session.scalar(select(Door).where(Door.code == typed)) if CODE.fullmatch(typed) else None
    )
    if found is None:
        abort(404)
    return found


def panel(cohort: Cohort, principal: object) -> list[Panel]:
    """Lead from the page of an adults' group to its door on the day of a session."""
    roles: frozenset[RoleName] = getattr(principal, "roles", frozenset())
    is_leading = roles & {RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER}
    if not is_leading or not may_have_door(cohort) or not sessions_of_day(cohort, now=now()):
        return []
    return [
        Panel(
            _("The door of today’s session"),
            lines=(
                _("Whoever is in the room enters the group by a phone, with the word of the day."),
            ),
            links=((_("Open the door"), url_for("enrolment.cohort_door", cohort_id=cohort.id)),),
            weight=12,
        )
    ]
