"""The page on which a group is brought to its end: reasons, projects, one confirmation."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.completion.access import may_confirm, visible_cohort
from lms.completion.forms import NOT_OF_GROUP, ProjectsForm
from lms.completion.services import (
    Assessed,
    assess_cohort,
    confirm_cohort,
    needs_project,
    show_projects,
    unconfirm_cohort,
    unshow_projects,
)
from lms.contracts import RoleName
from lms.courses.kind import kind_of
from lms.courses.models import Cohort
from lms.db import db

bp = Blueprint("completion", __name__)

STAFF = (RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)


@bp.get("/completion/cohorts/<int:cohort_id>")
@access.roles(*STAFF)
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Show who has met the rule, who has not and why, in the words that families read."""
    found = _cohort_or_404(cohort_id)
    return _page(found, assess_cohort(found.id), ProjectsForm())


@bp.post("/completion/cohorts/<int:cohort_id>/projects")
@access.roles(*STAFF)
def projects(cohort_id: int) -> ResponseReturnValue:
    """Note whose final projects were shown, and take back ticks made by mistake."""
    found = _cohort_or_404(cohort_id)
    rows = assess_cohort(found.id)
    form = ProjectsForm()
    form.offer(row.enrolment.id for row in rows)
    if not form.validate():
        form.shown.errors = [NOT_OF_GROUP]
        return _page(found, rows, form), 422
    added = show_projects(form.added, on=today(found.zone), confirmed_by_id=current_user.person_id)
    removed = unshow_projects(form.removed)
    db.session.commit()
    flash(_projects_noted(added, removed), "success" if added or removed else "info")
    return redirect(url_for("completion.cohort", cohort_id=found.id), code=303)


@bp.post("/completion/cohorts/<int:cohort_id>/projects/all")
@access.roles(*STAFF)
def all_projects(cohort_id: int) -> ResponseReturnValue:
    """Note that everybody of the group showed a final project."""
    found = _cohort_or_404(cohort_id)
    added = show_projects(
        [row.enrolment.id for row in assess_cohort(found.id) if row.enrolment.until is None],
        on=today(found.zone),
        confirmed_by_id=current_user.person_id,
    )
    db.session.commit()
    flash(_projects_noted(added, 0), "success" if added else "info")
    return redirect(url_for("completion.cohort", cohort_id=found.id), code=303)


@bp.post("/completion/cohorts/<int:cohort_id>/confirm")
@access.roles(RoleName.COORDINATOR)
def confirm(cohort_id: int) -> ResponseReturnValue:
    """Confirm the completion of everybody who met the rule."""
    found = _cohort_or_404(cohort_id)
    recorded = confirm_cohort(found, by_id=current_user.person_id, now=now())
    db.session.commit()
    flash(
        ngettext(
            "Confirmed: %(num)d person has completed.",
            "Confirmed: %(num)d people have completed.",
            len(recorded),
        )
        if recorded
        else _("Nobody new met the rule; nothing was changed."),
        "success" if recorded else "info",
    )
    return redirect(url_for("completion.cohort", cohort_id=found.id), code=303)


@bp.post("/completion/cohorts/<int:cohort_id>/unconfirm")
@access.roles(RoleName.COORDINATOR)
def unconfirm(cohort_id: int) -> ResponseReturnValue:
    """Take the confirmation back for whoever has no certificate yet."""
    found = _cohort_or_404(cohort_id)
    taken = unconfirm_cohort(found)
    db.session.commit()
    flash(
        ngettext(
            "The confirmation of %(num)d person was taken back.",
            "The confirmation of %(num)d people was taken back.",
            taken,
        )
        if taken
        else _("Nothing was taken back: certificates were issued for everybody confirmed."),
        "success" if taken else "info",
    )
    return redirect(url_for("completion.cohort", cohort_id=found.id), code=303)


def _cohort_or_404(cohort_id: int) -> Cohort:
    found = visible_cohort(cohort_id, current_user, on=today())
    if found is None:
        abort(404)
    return found


def _page(found: Cohort, rows: list[Assessed], form: ProjectsForm) -> str:
    kind = kind_of(found.course.programme.kind)
    return render_template(
        "completion/cohort.html",
        cohort=found,
        # Where nothing ends, nobody's name is needed here.
        rows=rows if kind.awards else [],
        form=form,
        issues_something=bool(kind.awards),
        asks_project=needs_project(found),
        may_confirm=may_confirm(current_user),
        ready=sum(row.is_confirmable for row in rows),
        confirmed=sum(row.completion is not None for row in rows),
    )


def _projects_noted(added: int, removed: int) -> str:
    words = []
    if added:
        words.append(ngettext("%(num)d project noted.", "%(num)d projects noted.", added))
    if removed:
        words.append(ngettext("%(num)d tick taken back.", "%(num)d ticks taken back.", removed))
    return " ".join(words) or _("Nothing was changed.")
