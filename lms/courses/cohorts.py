"""The page of a group and what is done there: sessions, adults, and panels of other slices."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import or_, select

from lms import access
from lms.clock import now, today
from lms.contracts import RoleName, weighted
from lms.courses.access import may_lead
from lms.courses.forms import (
    AssignForm,
    CohortForm,
    MoveForm,
    NotHeldForm,
    SingleSessionForm,
    WeeklyForm,
)
from lms.courses.kind import kind_of
from lms.courses.models import (
    Assignment,
    AssignmentRole,
    Club,
    Cohort,
    Course,
    Module,
    NotHeldReason,
    Session,
)
from lms.courses.sentences import ASSIGNMENT_LABELS, NOT_HELD_LABELS, STATE_LABELS
from lms.courses.services import (
    NotCleared,
    SessionThere,
    Told,
    Weekly,
    assign,
    cancel_session,
    end_assignment,
    move_session,
    plan_session,
    plan_weekly,
    restore_session,
)
from lms.courses.views import COORDINATOR, place_choices
from lms.db import db
from lms.i18n import say
from lms.jobs import wake
from lms.people.models import Person, Role
from lms.plugins import hooks

bp = Blueprint("cohorts", __name__)


@bp.get("/cohorts/<int:cohort_id>")
@access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
def one(cohort_id: int) -> ResponseReturnValue:
    """Show a group to the coordinator and to whoever leads it."""
    return _page(_see(cohort_id))


def _see(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        abort(404)
    is_coordinator = current_user.has(RoleName.COORDINATOR)
    if not is_coordinator and not may_lead(current_user.person_id, cohort.id, on=today()):
        abort(404)
    return cohort


def _page(
    cohort: Cohort,
    *,
    weekly: WeeklyForm | None = None,
    single: SingleSessionForm | None = None,
    assigning: AssignForm | None = None,
) -> str:
    sessions = db.session.execute(
        select(
            Session.id,
            Session.starts_at,
            Session.day,
            Session.minutes,
            Session.topic,
            Session.state,
            Session.not_held_reason,
        )
        .where(Session.cohort_id == cohort.id)
        .order_by(Session.starts_at)
    ).all()
    adults = db.session.execute(
        select(Assignment.id, Assignment.role, Assignment.since, Assignment.until, Person)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.cohort_id == cohort.id)
        .order_by(Person.sort_key)
    ).all()
    panels = weighted(hooks().cohort_panels(cohort=cohort, person=current_user))
    return render_template(
        "courses/cohort.html",
        cohort=cohort,
        kind=kind_of(cohort.course.programme.kind),
        sessions=sessions,
        adults=adults,
        panels=panels,
        on=today(),
        weekly=weekly or WeeklyForm(formdata=None, prefix="weekly"),
        single=single or SingleSessionForm(formdata=None, prefix="single"),
        assigning=assigning or _assign_form(formdata=None, since=today()),
        state_labels=STATE_LABELS,
        reason_labels=NOT_HELD_LABELS,
        assignment_labels=ASSIGNMENT_LABELS,
        is_coordinator=current_user.has(RoleName.COORDINATOR),
    )


@bp.route("/modules/<int:module_id>/cohorts/add", methods=["GET", "POST"])
@COORDINATOR
def add(module_id: int) -> ResponseReturnValue:
    """Open a group in a module."""
    module = db.session.get(Module, module_id)
    if module is None:
        abort(404)
    return _edit_page(module, Cohort(module_id=module.id), _cohort_form(module))


@bp.route("/cohorts/<int:cohort_id>/edit", methods=["GET", "POST"])
@COORDINATOR
def edit(cohort_id: int) -> ResponseReturnValue:
    """Correct a group."""
    cohort = _see(cohort_id)
    return _edit_page(cohort.module, cohort, _cohort_form(cohort.module, obj=cohort))


def _cohort_form(module: Module, **known: Any) -> CohortForm:
    form = CohortForm(**known)
    courses = select(Course.id, Course.name).where(Course.programme_id == module.programme_id)
    form.course_id.choices = [(row.id, row.name) for row in db.session.execute(courses)]
    clubs = db.session.execute(select(Club.id, Club.name).order_by(Club.name))
    form.club_id.choices = [(0, "–"), *((row.id, row.name) for row in clubs)]
    form.place_id.choices = place_choices()
    if request.method == "GET":
        form.club_id.data = form.club_id.data or 0
        form.place_id.data = form.place_id.data or 0
    return form


def _edit_page(module: Module, cohort: Cohort, form: CohortForm) -> ResponseReturnValue:
    page = {"form": form, "module": module, "cohort": cohort}
    if request.method == "GET":
        return render_template("courses/cohort_edit.html", **page)
    if not form.validate():
        return render_template("courses/cohort_edit.html", **page), 422
    cohort.name, cohort.course_id = form.name.data, form.course_id.data
    cohort.club_id, cohort.place_id = form.club_id.data or None, form.place_id.data or None
    cohort.is_hybrid, cohort.link = form.is_hybrid.data, form.link.data or ""
    cohort.zone, cohort.capacity = form.zone.data, form.capacity.data
    db.session.add(cohort)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("cohorts.one", cohort_id=cohort.id), code=303)


@bp.post("/cohorts/<int:cohort_id>/weekly")
@COORDINATOR
def weekly(cohort_id: int) -> ResponseReturnValue:
    """Make sessions from a weekly pattern."""
    cohort = _see(cohort_id)
    form = WeeklyForm(prefix="weekly")
    if not form.validate():
        return _page(cohort, weekly=form), 422
    made = plan_weekly(
        cohort,
        Weekly(form.weekday.data, form.starts_at.data, form.minutes.data),
        from_day=form.from_day.data,
        until_day=form.until_day.data,
    )
    db.session.commit()
    flash(_("Sessions planned: %(count)d.", count=len(made)), "success")
    return redirect(url_for("cohorts.one", cohort_id=cohort.id), code=303)


@bp.post("/cohorts/<int:cohort_id>/sessions")
@COORDINATOR
def add_session(cohort_id: int) -> ResponseReturnValue:
    """Plan one session."""
    cohort = _see(cohort_id)
    form = SingleSessionForm(prefix="single")
    if not form.validate():
        return _page(cohort, single=form), 422
    try:
        plan_session(
            cohort,
            day=form.day.data,
            starts_at=form.starts_at.data,
            minutes=form.minutes.data,
            topic=form.topic.data or "",
        )
    except SessionThere as refusal:
        form.starts_at.errors = [say(refusal.reason)] if refusal.reason else []
        return _page(cohort, single=form), 422
    db.session.commit()
    flash(_("The session is planned."), "success")
    return redirect(url_for("cohorts.one", cohort_id=cohort.id), code=303)


def _assign_form(**known: Any) -> AssignForm:
    form = AssignForm(prefix="assign", **known)
    staff = (RoleName.MENTOR, RoleName.LEADER, RoleName.HELPER, RoleName.COORDINATOR)
    rows = db.session.execute(
        select(Person.id, Person.family_name, Person.given_name)
        .where(
            Person.erased_at.is_(None),
            Person.id.in_(
                select(Role.person_id).where(
                    Role.name.in_(staff),
                    Role.since <= today(),
                    or_(Role.until.is_(None), Role.until >= today()),
                )
            ),
        )
        .order_by(Person.sort_key)
    )
    form.person_id.choices = [(row.id, f"{row.family_name} {row.given_name}") for row in rows]
    return form


@bp.post("/cohorts/<int:cohort_id>/adults")
@COORDINATOR
def assign_adult(cohort_id: int) -> ResponseReturnValue:
    """Put an adult with the group; without clearance this is refused, with the checks that lack."""
    cohort = _see(cohort_id)
    form = _assign_form()
    if not form.validate():
        return _page(cohort, assigning=form), 422
    person = db.session.get_one(Person, form.person_id.data)
    try:
        assign(
            person,
            cohort,
            role=AssignmentRole(form.role.data),
            since=form.since.data,
            assigned_by_id=current_user.person_id,
            on=today(),
        )
    except NotCleared as refusal:
        form.person_id.errors = [say(reason) for reason in refusal.reasons]
        return _page(cohort, assigning=form), 422
    db.session.commit()
    flash(_("Assigned."), "success")
    return redirect(url_for("cohorts.one", cohort_id=cohort.id), code=303)


@bp.post("/cohorts/<int:cohort_id>/adults/<int:assignment_id>/end")
@COORDINATOR
def end_adult(cohort_id: int, assignment_id: int) -> ResponseReturnValue:
    """End an assignment; the very next request of that adult is refused."""
    assignment = db.session.get(Assignment, assignment_id)
    if assignment is None or assignment.cohort_id != cohort_id:
        abort(404)
    end_assignment(assignment, on=today())
    db.session.commit()
    flash(_("The assignment has ended."), "success")
    return redirect(url_for("cohorts.one", cohort_id=cohort_id), code=303)


def _told() -> Told:
    return Told(by_id=current_user.person_id, at=now())


def _session(session_id: int) -> Session:
    session = db.session.get(Session, session_id)
    if session is None:
        abort(404)
    _see(session.cohort_id)
    return session


@bp.route("/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
def cancel(session_id: int) -> ResponseReturnValue:
    """Cancel a session with a reason; nobody's share gets lower by it."""
    session = _session(session_id)
    form = NotHeldForm()
    if request.method == "GET":
        return render_template("courses/session_cancel.html", form=form, session=session)
    if not form.validate():
        return render_template("courses/session_cancel.html", form=form, session=session), 422
    cancel_session(session, reason=NotHeldReason(form.reason.data), told=_told())
    db.session.commit()
    wake()
    flash(_("The session is cancelled; nobody’s share gets lower by it."), "success")
    return redirect(url_for("cohorts.one", cohort_id=session.cohort_id), code=303)


@bp.post("/sessions/<int:session_id>/restore")
@access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
def restore(session_id: int) -> ResponseReturnValue:
    """Take back a cancellation."""
    session = _session(session_id)
    restore_session(session, told=_told())
    db.session.commit()
    wake()
    flash(_("The session is planned again."), "success")
    return redirect(url_for("cohorts.one", cohort_id=session.cohort_id), code=303)


@bp.route("/sessions/<int:session_id>/move", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
def move(session_id: int) -> ResponseReturnValue:
    """Move a session to another day; the old row stays and names the new one."""
    session = _session(session_id)
    form = MoveForm()
    if request.method == "GET":
        return render_template("courses/session_move.html", form=form, session=session)
    if not form.validate():
        return render_template("courses/session_move.html", form=form, session=session), 422
    try:
        move_session(
            session,
            reason=NotHeldReason(form.reason.data),
            day=form.day.data,
            starts_at=form.starts_at.data,
            told=_told(),
        )
    except SessionThere as refusal:
        form.starts_at.errors = [say(refusal.reason)] if refusal.reason else []
        return render_template("courses/session_move.html", form=form, session=session), 422
    db.session.commit()
    wake()
    flash(_("The session is moved."), "success")
    return redirect(url_for("cohorts.one", cohort_id=session.cohort_id), code=303)
