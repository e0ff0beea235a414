"""The coordinator's desk: applications that wait, and who is in a group."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import Card, LMSError, MenuItem, Panel, RoleName
from lms.courses.kind import kind_of
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.decisions import accept, refuse, undo_decision
from lms.enrolment.forms import EndForm, RefuseForm
from lms.enrolment.letters import tell_decided, tell_undone
from lms.enrolment.models import Application, Enrolment
from lms.enrolment.queue import (
    count_waiting,
    participants,
    recent_decisions,
    waiting_applications,
)
from lms.enrolment.rules import Refusal
from lms.enrolment.seats import leave, reopen, seats_of
from lms.enrolment.sentences import REFUSAL_LABELS, STATE_LABELS, say_refusal
from lms.enrolment.views import bp, library_zone
from lms.jobs import wake


@bp.get("/applications")
@access.roles(RoleName.COORDINATOR)
def applications() -> ResponseReturnValue:
    """List what waits, the oldest first, and what was decided within a day."""
    return _desk()


def _desk(refused: tuple[int, RefuseForm] | None = None, notice: str = "") -> str:
    waiting = waiting_applications()
    seats = seats_of({one.cohort_id for one in waiting}, on=today()) if waiting else {}
    forms = {one.id: RefuseForm(formdata=None, prefix=f"a{one.id}-") for one in waiting}
    if refused is not None:
        forms[refused[0]] = refused[1]
    return render_template(
        "enrolment/applications.html",
        waiting=waiting,
        seats=seats,
        refusing=forms,
        notice=notice,
        decided=recent_decisions(now=now()),
        refusals={str(key): label for key, label in REFUSAL_LABELS.items()},
        labels=STATE_LABELS,
        opened=refused[0] if refused else None,
    )


@bp.post("/applications/<int:application_id>/accept")
@access.roles(RoleName.COORDINATOR)
def accept_application(application_id: int) -> ResponseReturnValue:
    """Give a waiting application its place."""
    application = _application(application_id)
    try:
        accept(application, by_id=current_user.person_id, now=now(), on=today())
    except LMSError as refusal:
        return _refused(refusal)
    tell_decided([application], zone=library_zone(), now=now(), on=today())
    db.session.commit()
    flash(_("Accepted. The family sees it on its page."), "success")
    return redirect(url_for("enrolment.applications"), code=303)


@bp.post("/applications/<int:application_id>/refuse")
@access.roles(RoleName.COORDINATOR)
def refuse_application(application_id: int) -> ResponseReturnValue:
    """Refuse a waiting application with a reason that the family reads."""
    application = _application(application_id)
    form = RefuseForm(prefix=f"a{application_id}-")
    if not form.validate():
        return _desk((application_id, form)), 422
    try:
        refuse(application, why=Refusal(form.why.data), by_id=current_user.person_id, now=now())
    except LMSError as refusal:
        return _refused(refusal)
    tell_decided([application], zone=library_zone(), now=now(), on=today())
    db.session.commit()
    flash(_("Refused. The family sees the reason on its page."), "success")
    return redirect(url_for("enrolment.applications"), code=303)


@bp.post("/applications/<int:application_id>/undo")
@access.roles(RoleName.COORDINATOR)
def undo_application(application_id: int) -> ResponseReturnValue:
    """Let an application wait again."""
    application = _application(application_id)
    try:
        undone = undo_decision(application, now=now(), on=today())
    except LMSError as refusal:
        return _refused(refusal)
    tell_undone(undone, now=now())
    db.session.commit()
    wake()
    flash(_("Taken back. The application waits again."), "success")
    return redirect(url_for("enrolment.applications"), code=303)


def _refused(refusal: LMSError) -> ResponseReturnValue:
    db.session.rollback()
    return _desk(notice=say_refusal(refusal)), 422


def _application(application_id: int) -> Application:
    application = db.session.get(Application, application_id)
    if application is None:
        abort(404)
    return application


@bp.get("/cohorts/<int:cohort_id>/participants")
@access.roles(RoleName.COORDINATOR)
def cohort_participants(cohort_id: int) -> ResponseReturnValue:
    """List who is in a group, and who was."""
    return _participants(_cohort(cohort_id))


def _participants(
    cohort: Cohort, refused: tuple[int, EndForm] | None = None, notice: str = ""
) -> str:
    rows = participants(cohort.id)
    on = today()
    current = [row for row in rows if row.until is None or row.until >= on]
    forms = {row.id: EndForm(formdata=None, prefix=f"e{row.id}-", last_day=on) for row in current}
    if refused is not None:
        forms[refused[0]] = refused[1]
    kind = kind_of(cohort.course.programme.kind)
    return render_template(
        "enrolment/participants.html",
        cohort=cohort,
        current=current,
        ends=forms,
        notice=notice,
        earlier=[row for row in rows if row not in current],
        seats=seats_of([cohort.id], on=on)[cohort.id],
        is_for_children=kind.is_for_children,
        is_over=cohort.module.ends_on < on,
        opened=refused[0] if refused else None,
    )


@bp.post("/enrolments/<int:enrolment_id>/end")
@access.roles(RoleName.COORDINATOR)
def end_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """End a place with a last day; what was attended stays."""
    enrolment = _enrolment(enrolment_id)
    form = EndForm(prefix=f"e{enrolment_id}-", since=enrolment.since)
    if not form.validate():
        return _participants(enrolment.cohort, (enrolment_id, form)), 422
    leave(enrolment, last_day=form.last_day.data)
    db.session.commit()
    flash(_("Noted. The marks stay; you can take this back in the list below."), "success")
    return _back(enrolment)


@bp.post("/enrolments/<int:enrolment_id>/restore")
@access.roles(RoleName.COORDINATOR)
def restore_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Take back the end of a place."""
    enrolment = _enrolment(enrolment_id)
    cohort = enrolment.cohort
    try:
        reopen(enrolment, on=today())
    except LMSError as refusal:
        db.session.rollback()
        return _participants(cohort, notice=say_refusal(refusal)), 422
    db.session.commit()
    flash(_("The place is kept again."), "success")
    return _back(enrolment)


def _back(enrolment: Enrolment) -> ResponseReturnValue:
    return redirect(
        url_for("enrolment.cohort_participants", cohort_id=enrolment.cohort_id), code=303
    )


def _enrolment(enrolment_id: int) -> Enrolment:
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None:
        abort(404)
    return enrolment


def _cohort(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    return cohort


def menu(principal: object) -> list[MenuItem]:
    """Give everybody the catalogue, and the coordinator what waits."""
    roles: frozenset[RoleName] = getattr(principal, "roles", frozenset())
    items = [
        (RoleName.COORDINATOR, MenuItem(_l("Applications"), "enrolment.applications", weight=15)),
    ]
    mine = [item for role, item in items if role in roles]
    return [*mine, MenuItem(_l("Enrol"), "enrolment.catalogue", weight=18)]


def cards(principal: object) -> list[Card]:
    """Tell the coordinator how many applications wait."""
    if RoleName.COORDINATOR not in getattr(principal, "roles", frozenset()):
        return []
    number = count_waiting()
    text = _("The oldest stand first.") if number else _("Nothing waits. New ones appear here.")
    return [
        Card(
            title=_("Applications waiting"),
            text=text,
            figure=str(number),
            endpoint="enrolment.applications",
            tone="warn" if number else "quiet",
            weight=10,
        )
    ]


def panel(cohort: Cohort, principal: object) -> list[Panel]:
    """Tell on a group's page how many places are taken, and lead the coordinator to the names."""
    if RoleName.COORDINATOR not in getattr(principal, "roles", frozenset()):
        return []
    seats = seats_of([cohort.id], on=today())[cohort.id]
    lines = [
        _("%(taken)d of %(capacity)d places taken", taken=seats.taken, capacity=seats.capacity)
    ]
    if seats.waiting:
        lines.append(_("Waiting: %(number)d", number=seats.waiting))
    links = [(_("Participants"), url_for("enrolment.cohort_participants", cohort_id=cohort.id))]
    return [Panel(_("Participants"), lines=tuple(lines), links=tuple(links), weight=10)]
