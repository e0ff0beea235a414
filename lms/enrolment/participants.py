"""Who is in a group, and what becomes of a place: leaving, moving, pausing, coming back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Module
from lms.db import db
from lms.enrolment.decision_forms import MoveForm, PauseForm
from lms.enrolment.decisions import waive_age
from lms.enrolment.forms import EndForm
from lms.enrolment.handing import hand_on
from lms.enrolment.models import Enrolment
from lms.enrolment.moving import (
    Actor,
    come_back,
    move,
    pause,
    recent_moves,
    return_to,
    undo_move,
)
from lms.enrolment.queue import overrides_in, participants
from lms.enrolment.seats import leave, reopen, seats_of
from lms.enrolment.sentences import say_refusal
from lms.enrolment.views import bp

COORDINATOR = access.roles(RoleName.COORDINATOR)


@bp.get("/cohorts/<int:cohort_id>/participants")
@COORDINATOR
def cohort_participants(cohort_id: int) -> ResponseReturnValue:
    """List who is in a group, and who was."""
    return _participants(_cohort(cohort_id))


def _participants(
    cohort: Cohort, opened: tuple[str, int, Any] | None = None, notice: str = ""
) -> str:
    rows = participants(cohort.id)
    on = today()
    current = [row for row in rows if row.until is None or row.until >= on]
    ids = {row.person_id for row in current}
    kind = kind_of(cohort.course.programme.kind)
    forms = _forms([row.id for row in current], _groups_beside(cohort), on)
    if opened is not None:
        forms[opened[0]][opened[1]] = opened[2]
    return render_template(
        "enrolment/participants.html",
        cohort=cohort,
        current=current,
        forms_of=forms,
        notice=notice,
        earlier=[row for row in rows if row not in current and row.person_id not in ids],
        before={row.person_id: row for row in rows if row.until is not None and row.until < on},
        moved=recent_moves(cohort.id, now=now()),
        overrides=overrides_in(cohort),
        seats=seats_of([cohort.id], on=on)[cohort.id],
        is_for_children=kind.is_for_children,
        is_over=cohort.module.ends_on < on,
        has_groups_beside=bool(_groups_beside(cohort)),
        on=on,
        opened=(opened[0], opened[1]) if opened else ("", 0),
    )


def _forms(
    enrolment_ids: list[int], groups: list[tuple[int, str]], on: date
) -> dict[str, dict[int, Any]]:
    found: dict[str, dict[int, Any]] = {"end": {}, "move": {}, "pause": {}}
    for number in enrolment_ids:
        prefix = f"e{number}-"
        found["end"][number] = EndForm(formdata=None, prefix=prefix, last_day=on)
        moving = MoveForm(formdata=None, prefix=f"m{number}-", day=on)
        moving.to.choices = groups
        found["move"][number] = moving
        found["pause"][number] = PauseForm(formdata=None, prefix=f"p{number}-", first_day=on)
    return found


def _groups_beside(cohort: Cohort) -> list[tuple[int, str]]:
    """List the groups of the same programme to which somebody can move, with their free places."""
    rows = db.session.execute(
        select(Cohort.id, Cohort.name, Course.name)
        .join(Course, Course.id == Cohort.course_id)
        .join(Module, Module.id == Cohort.module_id)
        .where(
            Course.programme_id == cohort.course.programme_id,
            Cohort.id != cohort.id,
            Module.ends_on >= today(),
        )
        .order_by(Course.name, Cohort.name, Cohort.id)
    ).all()
    seats = seats_of([row[0] for row in rows], on=today()) if rows else {}
    return [
        (
            number,
            f"{name} · "
            + _(
                "%(taken)d of %(capacity)d places taken",
                taken=seats[number].taken + seats[number].held,
                capacity=seats[number].capacity,
            ),
        )
        for number, name, _course in rows
    ]


@bp.post("/enrolments/<int:enrolment_id>/end")
@COORDINATOR
def end_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """End a place with a last day; what was attended stays."""
    enrolment = _enrolment(enrolment_id)
    form = EndForm(prefix=f"e{enrolment_id}-", since=enrolment.since)
    if not form.validate():
        return _participants(enrolment.cohort, ("end", enrolment_id, form)), 422
    leave(enrolment, last_day=form.last_day.data, now=now(), by_id=current_user.person_id)
    words = _("Noted. The marks stay; you can take this back in the list below.")
    return _done(enrolment.cohort_id, words)


@bp.post("/enrolments/<int:enrolment_id>/restore")
@COORDINATOR
def restore_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Take back the end of a place."""
    enrolment = _enrolment(enrolment_id)
    return _act(enrolment, lambda: reopen(enrolment, on=today()), _("The place is kept again."))


@bp.post("/enrolments/<int:enrolment_id>/move")
@COORDINATOR
def move_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Move somebody to another group from a day; the family and both mentors are told."""
    enrolment = _enrolment(enrolment_id)
    form = MoveForm(prefix=f"m{enrolment_id}-", since=enrolment.since, today=today())
    form.to.choices = _groups_beside(enrolment.cohort)
    if not form.validate():
        return _participants(enrolment.cohort, ("move", enrolment_id, form)), 422
    old, to = enrolment.cohort_id, db.session.get_one(Cohort, form.to.data)
    actor = _actor()
    try:
        if form.age_reason.data:
            waive_age(
                enrolment.person, to, reason=form.age_reason.data, by_id=actor.by_id, now=actor.now
            )
        move(enrolment, to, actor, day=form.day.data)
    except LMSError as refusal:
        db.session.rollback()
        form.to.errors = [say_refusal(refusal)]
        return _participants(_cohort(old), ("move", enrolment_id, form)), 422
    return _done(old, _("Moved. What was attended stays; the family and the mentors are told."))


@bp.post("/enrolments/<int:enrolment_id>/move-back")
@COORDINATOR
def move_back(enrolment_id: int) -> ResponseReturnValue:
    """Take a move back within a day."""
    enrolment = _enrolment(enrolment_id)
    return _act(enrolment, lambda: undo_move(enrolment, _actor()), _("Taken back."))


@bp.post("/enrolments/<int:enrolment_id>/pause")
@COORDINATOR
def pause_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Keep a place while somebody is away."""
    enrolment = _enrolment(enrolment_id)
    form = PauseForm(prefix=f"p{enrolment_id}-", since=enrolment.since, today=today())
    if not form.validate():
        return _participants(enrolment.cohort, ("pause", enrolment_id, form)), 422
    cohort_id = enrolment.cohort_id
    try:
        pause(enrolment, _actor(), first_day=form.first_day.data, last_day=form.last_day.data)
    except LMSError as refusal:
        db.session.rollback()
        form.first_day.errors = [say_refusal(refusal)]
        return _participants(_cohort(cohort_id), ("pause", enrolment_id, form)), 422
    return _done(cohort_id, _("Paused. The place is kept, and sessions missed lower nothing."))


@bp.post("/enrolments/<int:enrolment_id>/come-back")
@COORDINATOR
def end_pause(enrolment_id: int) -> ResponseReturnValue:
    """End a pause today, or take it back when it has not begun."""
    enrolment = _enrolment(enrolment_id)
    return _act(
        enrolment, lambda: come_back(enrolment, _actor()), _("Back in the group from today.")
    )


@bp.post("/enrolments/<int:enrolment_id>/return")
@COORDINATOR
def return_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Let somebody who left come back from today."""
    enrolment = _enrolment(enrolment_id)
    return _act(
        enrolment, lambda: return_to(enrolment, _actor()), _("Back in the group from today.")
    )


def _act(enrolment: Enrolment, act: Callable[[], object], words: str) -> ResponseReturnValue:
    cohort_id = enrolment.cohort_id
    try:
        act()
    except LMSError as refusal:
        db.session.rollback()
        return _participants(_cohort(cohort_id), notice=say_refusal(refusal)), 422
    return _done(cohort_id, words)


def _done(cohort_id: int, words: str) -> ResponseReturnValue:
    db.session.commit()
    hand_on([cohort_id], now=now())
    flash(words, "success")
    return redirect(url_for("enrolment.cohort_participants", cohort_id=cohort_id), code=303)


def _actor() -> Actor:
    return Actor(current_user.person_id, now(), today())


def _enrolment(enrolment_id: int) -> Enrolment:
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.person.erased_at is not None:
        abort(404)
    return enrolment


def _cohort(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    return cohort
