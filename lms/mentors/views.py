"""The mentors for the coordinator, a mentor's own page, and the credentials of a module."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from lms import access, jobs
from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import Module
from lms.db import db
from lms.mentors.credentials import (
    candidates_of,
    credentials_of,
    has_credential,
    modules_to_credit,
)
from lms.mentors.forms import MentorForm
from lms.mentors.hours import checks_of, groups_of, modules_of
from lms.mentors.jobs import CREDENTIALS
from lms.mentors.models import Category
from lms.mentors.rules import expiring_checks
from lms.mentors.sentences import CATEGORY_LABELS
from lms.mentors.services import describe_mentor, find_mentor, list_mentors, profile_of
from lms.people.forms import CheckForm
from lms.people.models import Person
from lms.people.rules import CheckKind, assess_clearance
from lms.people.sentences import CHECK_LABELS
from lms.people.services import add_check
from lms.plugins import is_on

bp = Blueprint("mentors", __name__)


@bp.get("/mentors")
@access.roles(RoleName.COORDINATOR)
def listing() -> ResponseReturnValue:
    """List the mentors with hours and clearance."""
    return render_template(
        "mentors/listing.html",
        mentors=list_mentors(on=today()),
        modules=modules_to_credit(),
        category_labels=CATEGORY_LABELS,
        check_labels=CHECK_LABELS,
        has_certificates=is_on("certificates"),
    )


@bp.get("/mentors/<int:person_id>")
@access.roles(RoleName.COORDINATOR)
def mentor(person_id: int) -> ResponseReturnValue:
    """Show one mentor: groups, hours, checks, credentials, and the forms to keep them true."""
    person = _mentor(person_id)
    return _mentor_page(person, mentor_form=_mentor_form(person), check_form=CheckForm(None))


@bp.post("/mentors/<int:person_id>/category")
@access.roles(RoleName.COORDINATOR)
def describe(person_id: int) -> ResponseReturnValue:
    """Set the category under which a mentor is counted."""
    person = _mentor(person_id)
    form = MentorForm()
    if not form.validate():
        return _mentor_page(person, mentor_form=form, check_form=CheckForm(None)), 422
    describe_mentor(
        person, Category(form.category.data), since=today(), skills=form.skills.data or ""
    )
    db.session.commit()
    flash(_("The category was saved."), "success")
    return redirect(url_for("mentors.mentor", person_id=person_id), code=303)


@bp.post("/mentors/<int:person_id>/checks")
@access.roles(RoleName.COORDINATOR)
def note_check(person_id: int) -> ResponseReturnValue:
    """Note a check of a mentor."""
    person = _mentor(person_id)
    form = CheckForm()
    if not form.validate():
        return _mentor_page(person, mentor_form=_mentor_form(person), check_form=form), 422
    add_check(
        person,
        CheckKind(form.kind.data),
        done_on=form.done_on.data,
        expires_on=form.expires_on.data,
        noted_by_id=current_user.person_id,
    )
    db.session.commit()
    flash(_("The check was noted."), "success")
    return redirect(url_for("mentors.mentor", person_id=person_id), code=303)


@bp.get("/mentors/me")
@access.roles(RoleName.MENTOR)
def me() -> ResponseReturnValue:
    """Show a mentor what stands about them: groups, hours, checks, credentials."""
    person = _mentor(current_user.person_id)
    return render_template("mentors/me.html", person=person, **_facts(person))


def _mentor(person_id: int) -> Person:
    person = find_mentor(person_id)
    if person is None:
        abort(404)
    return person


def _mentor_form(person: Person) -> MentorForm:
    profile = profile_of(person.id)
    if profile is None:
        return MentorForm(None)
    return MentorForm(None, category=str(profile.category), skills=profile.skills)


def _mentor_page(person: Person, *, mentor_form: MentorForm, check_form: CheckForm) -> str:
    return render_template(
        "mentors/mentor.html",
        person=person,
        mentor_form=mentor_form,
        check_form=check_form,
        **_facts(person),
    )


def _facts(person: Person) -> dict[str, object]:
    checks = checks_of([person.id]).get(person.id, [])
    return {
        "profile": profile_of(person.id),
        "groups": groups_of(person.id),
        "modules": modules_of(person.id),
        "checks": checks[::-1],
        "clearance": assess_clearance(checks, on=today()),
        "expiring": expiring_checks(checks, on=today()),
        "credentials": credentials_of(person.id),
        "category_labels": CATEGORY_LABELS,
        "check_labels": CHECK_LABELS,
        "today": today(),
        "has_certificates": is_on("certificates"),
    }


@bp.get("/mentors/credentials/<int:module_id>")
@access.roles(RoleName.COORDINATOR)
def credentials(module_id: int) -> ResponseReturnValue:
    """Show who of a module's mentors has earned the credential, why not, and how issuing goes."""
    module = _module(module_id)
    candidates = candidates_of(module_id)
    return render_template(
        "mentors/credentials.html",
        module=module,
        candidates=candidates,
        waiting=sum(1 for candidate in candidates if candidate.is_waiting),
        job=_own_job(module_id),
        has_certificates=is_on("certificates"),
    )


@bp.post("/mentors/credentials/<int:module_id>")
@access.roles(RoleName.COORDINATOR)
def issue(module_id: int) -> ResponseReturnValue:
    """Issue the credential to every mentor of a module who has earned it, as a job."""
    if not is_on("certificates"):
        abort(404)
    _module(module_id)
    waiting = [c.person_id for c in candidates_of(module_id) if c.is_waiting]
    if not waiting:
        flash(_("Nobody is waiting for a credential in this module."), "warning")
        return redirect(url_for("mentors.credentials", module_id=module_id), code=303)
    job = jobs.enqueue(
        CREDENTIALS,
        items=[str(person_id) for person_id in waiting],
        args={"module_id": module_id, "by_id": current_user.person_id},
        asked_by_id=current_user.person_id,
        now=now(),
    )
    job_id = job.id
    db.session.commit()
    jobs.wake()
    flash(
        ngettext(
            "%(num)d credential is being issued.",
            "%(num)d credentials are being issued.",
            len(waiting),
        ),
        "success",
    )
    return redirect(url_for("mentors.credentials", module_id=module_id, job=job_id), code=303)


def _module(module_id: int) -> Module:
    module = db.session.get(Module, module_id)
    if module is None or not has_credential(module.programme.kind):
        abort(404)
    return module


def _own_job(module_id: int) -> jobs.Job | None:
    """Answer the job that the address names, if this coordinator asked for it here."""
    number = request.args.get("job", type=int)
    if number is None or not 0 < number < 2**31:
        return None
    job = db.session.scalar(
        select(jobs.Job).where(
            jobs.Job.id == number,
            jobs.Job.kind == CREDENTIALS,
            jobs.Job.asked_by_id == current_user.person_id,
        )
    )
    return job if job is not None and job.args.get("module_id") == module_id else None
