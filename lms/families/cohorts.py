"""The consents of a group: who may be photographed, and who of 14 to 17 still has to agree."""

import csv
import io

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import LMSError, Panel, RoleName
from lms.courses.access import may_lead
from lms.courses.kind import kind_of
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.sentences import PURPOSE_LABELS, say_refusal
from lms.families.childpages import Noted, assent
from lms.families.forms import AssentsForm
from lms.families.groups import SHOWN, members, photographable
from lms.families.views import bp
from lms.people.models import ConsentWay, Person
from lms.people.rules import Purpose

STAFF = (RoleName.COORDINATOR, RoleName.MENTOR, RoleName.LEADER)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@bp.get("/cohorts/<int:cohort_id>/consents")
@access.roles(*STAFF)
def cohort_consents(cohort_id: int) -> ResponseReturnValue:
    """Show who of a group may be photographed, shown and recorded."""
    cohort = _see(cohort_id)
    return _page(cohort, _form(cohort, is_sent=False))


def _form(cohort: Cohort, *, is_sent: bool) -> AssentsForm:
    options = {} if is_sent else {"formdata": None, "said_on": today(), "way": ConsentWay.NOTED}
    form = AssentsForm(on=today(), **options)
    missing = [one for one in members(cohort.id, on=today()) if one.needs_assent]
    form.people.choices = [(one.person_id, one.name) for one in missing]
    return form


def _page(cohort: Cohort, form: AssentsForm) -> str:
    return render_template(
        "families/cohort_consents.html",
        cohort=cohort,
        members=members(cohort.id, on=today()),
        photographs=photographable(cohort.id, on=today()),
        shown=SHOWN,
        purposes=PURPOSE_LABELS,
        form=form,
        is_coordinator=current_user.has(RoleName.COORDINATOR),
        printed_on=today(),
    )


@bp.post("/cohorts/<int:cohort_id>/consents")
@access.roles(*STAFF)
def note_assents(cohort_id: int) -> ResponseReturnValue:
    """Note that learners of 14 to 17 agreed themselves, how and on what day."""
    cohort = _see(cohort_id)
    form = _form(cohort, is_sent=True)
    if not form.validate():
        return _page(cohort, form), 422
    noted = Noted(current_user.person_id, ConsentWay(form.way.data), form.said_on.data)
    try:
        for person_id in form.people.data:
            person = db.session.get_one(Person, person_id)
            assent(person, Purpose.TAKING_PART, now=now(), on=today(), noted=noted)
    except LMSError as refusal:
        db.session.rollback()
        form.form_errors.append(say_refusal(refusal))
        return _page(_see(cohort_id), form), 422
    db.session.commit()
    flash(_("Noted."), "success")
    return redirect(url_for("families.cohort_consents", cohort_id=cohort_id), code=303)


@bp.get("/cohorts/<int:cohort_id>/photographs.csv")
@access.roles(RoleName.COORDINATOR)
def photographs_csv(cohort_id: int) -> ResponseReturnValue:
    """Give out who may be photographed as a table for whoever takes the pictures."""
    cohort = _see(cohort_id)
    page = io.StringIO()
    lines = csv.writer(page)
    lines.writerow([_("Full name"), _("May be photographed")])
    for one in photographable(cohort.id, on=today()):
        lines.writerow([plain_cell(one.name), _("yes")])
    # Spreadsheets take a file for Ukrainian only with this mark in front.
    answer = FlaskResponse("\ufeff" + page.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="photographs-{cohort_id}.csv"'
    return answer


def plain_cell(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula (threat 8).

    >>> plain_cell("=1+1"), plain_cell("Ґалаґан Остап")
    ("'=1+1", 'Ґалаґан Остап')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def _see(cohort_id: int) -> Cohort:
    """Find a group that is not sensitive, for the coordinator and for whoever leads it, cleared."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or kind_of(cohort.course.programme.kind).is_sensitive:
        abort(404)
    is_coordinator = current_user.has(RoleName.COORDINATOR)
    if not is_coordinator and not may_lead(current_user.person_id, cohort.id, on=today()):
        abort(404)
    return cohort


def panel(cohort: Cohort, person: object) -> list[Panel]:
    """Tell on a group's page how many may be photographed, and lead to the names."""
    roles: frozenset[RoleName] = getattr(person, "roles", frozenset())
    if not roles & set(STAFF) or kind_of(cohort.course.programme.kind).is_sensitive:
        return []
    if RoleName.COORDINATOR not in roles and not may_lead(
        getattr(person, "person_id", 0), cohort.id, on=today()
    ):
        return []
    everybody = members(cohort.id, on=today())
    if not everybody:
        return []
    may = sum(1 for one in everybody if Purpose.PHOTOGRAPHS in one.agreed)
    lines = [
        _("May be photographed: %(number)d of %(all)d.", number=may, all=len(everybody))
        if may
        else _("Nobody here has agreed to photographs.")
    ]
    missing = sum(1 for one in everybody if one.needs_assent)
    if missing:
        lines.append(
            ngettext(
                "%(num)d learner from 14 on has not agreed themselves yet.",
                "%(num)d learners from 14 on have not agreed themselves yet.",
                missing,
            )
        )
    link = (
        _("Who may be in a photograph"),
        url_for("families.cohort_consents", cohort_id=cohort.id),
    )
    return [Panel(_("Consents"), lines=tuple(lines), links=(link,), weight=35)]
