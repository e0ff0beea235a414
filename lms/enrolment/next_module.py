"""The coordinator's next module: made from the last one, its families asked first."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import func, select

from lms import access
from lms.clock import now, today
from lms.contracts import Panel, RoleName
from lms.courses.copying import Going, Span, copy_module
from lms.courses.models import NOT_HELD, Cohort, Course, Module, Session
from lms.courses.rules import propose_days
from lms.courses.sentences import propose_name
from lms.db import db
from lms.enrolment.continuing import Asking, ask_on, who_goes_on
from lms.enrolment.going_on import write_asked
from lms.enrolment.models import Continuation
from lms.enrolment.next_forms import NextModuleForm
from lms.enrolment.views import bp
from lms.i18n import say
from lms.jobs import wake


@bp.route("/modules/<int:module_id>/next", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def next_module(module_id: int) -> ResponseReturnValue:
    """Make the next module from this one: groups, times, adults, links."""
    module = _module(module_id)
    days = propose_days(module.starts_on, module.ends_on, on=today())
    form = NextModuleForm(
        name=propose_name(days.starts_on),
        starts_on=days.starts_on,
        ends_on=days.ends_on,
        enrolment_opens_on=days.opens_on,
    )
    cohorts = _cohorts(module)
    form.list_cohorts(
        {one.id: (one.name, one.course_id) for one in cohorts}, _courses(module.programme_id)
    )
    page = {"form": form, "module": module, "cohorts": cohorts}
    if request.method == "GET":
        return render_template("enrolment/next_module.html", **page)
    if not form.validate():
        return render_template("enrolment/next_module.html", **page), 422
    copied = copy_module(
        module,
        Span(
            name=form.name.data,
            name_en=form.name_en.data or "",
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            opens_on=form.enrolment_opens_on.data,
            closes_on=form.enrolment_closes_on.data,
        ),
        [
            Going(entry.form.number, entry.form.course_id.data)
            for entry in form.going
            if entry.form.course_id.data
        ],
        by_id=current_user.person_id,
        on=today(),
    )
    db.session.commit()
    for one in copied.left_out:
        flash(
            _(
                "%(name)s is not with «%(group)s» yet: %(reason)s",
                name=one.person.full_name,
                group=one.cohort.name,
                reason=say(one.reasons[0]),
            ),
            "warning",
        )
    flash(_("The module is made. Look at it, then ask its families."), "success")
    return redirect(url_for("enrolment.continuations", module_id=copied.module.id), code=303)


@bp.get("/modules/<int:module_id>/continuations")
@access.roles(RoleName.COORDINATOR)
def continuations(module_id: int) -> ResponseReturnValue:
    """Show who of the last module is asked to go on, and how they answered."""
    module = _module(module_id)
    rows = who_goes_on(module, on=today())
    return render_template(
        "enrolment/continuations.html",
        module=module,
        groups=_by_cohort(module, rows),
        to_ask=sum(one.is_to_be_asked for one in rows),
        on=today(),
    )


@bp.post("/modules/<int:module_id>/continuations")
@access.roles(RoleName.COORDINATOR)
def ask(module_id: int) -> ResponseReturnValue:
    """Ask everybody who was not asked yet."""
    module = _module(module_id)
    asked = ask_on(module, by_id=current_user.person_id, now=now(), on=today())
    write_asked(asked, now=now(), on=today())
    db.session.commit()
    wake()
    flash(
        ngettext(
            "%(num)d learner is asked. The answer stands here.",
            "%(num)d learners are asked. Their answers stand here.",
            len(asked),
        ),
        "success",
    )
    return redirect(url_for("enrolment.continuations", module_id=module.id), code=303)


def _by_cohort(
    module: Module, rows: list[Asking]
) -> list[tuple[Cohort, list[Asking], int, date | None, date | None]]:
    planned = {
        cohort_id: (number, first, last)
        for cohort_id, number, first, last in db.session.execute(
            select(Session.cohort_id, func.count(), func.min(Session.day), func.max(Session.day))
            .join(Cohort, Cohort.id == Session.cohort_id)
            .where(Cohort.module_id == module.id, Session.state.not_in(NOT_HELD))
            .group_by(Session.cohort_id)
        )
    }
    return [
        (
            cohort,
            [row for row in rows if row.cohort.id == cohort.id],
            *planned.get(cohort.id, (0, None, None)),
        )
        for cohort in _cohorts(module)
        if cohort.continues_id
    ]


def panel(module: Module, principal: object) -> list[Panel]:
    """Lead from a module to the one after it, and to whoever is asked to go on."""
    if RoleName.COORDINATOR not in getattr(principal, "roles", frozenset()):
        return []
    links = [(_("Make the next module"), url_for("enrolment.next_module", module_id=module.id))]
    lines = [_("Groups, times, mentors and links are taken along; last families are asked first.")]
    continues = select(Cohort.id).where(
        Cohort.module_id == module.id, Cohort.continues_id.is_not(None)
    )
    if db.session.scalar(continues.limit(1)):
        asked, taken = _answers(module)
        lines.append(_("Asked to go on: %(asked)d, going on: %(taken)d", asked=asked, taken=taken))
        links.insert(0, (_("Who goes on"), url_for("enrolment.continuations", module_id=module.id)))
    return [Panel(_("The next module"), lines=tuple(lines), links=tuple(links), weight=20)]


def _answers(module: Module) -> tuple[int, int]:
    found = db.session.execute(
        select(func.count(), func.count().filter(Continuation.is_accepted.is_(True)))
        .select_from(Continuation)
        .join(Cohort, Cohort.id == Continuation.cohort_id)
        .where(Cohort.module_id == module.id)
    ).one()
    return found[0], found[1]


def _cohorts(module: Module) -> list[Cohort]:
    return list(
        db.session.scalars(
            select(Cohort).where(Cohort.module_id == module.id).order_by(Cohort.name, Cohort.id)
        )
    )


def _courses(programme_id: int) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Course.id, Course.name, Course.level)
        .where(Course.programme_id == programme_id)
        .order_by(Course.name, Course.level)
    )
    return [(row.id, f"{row.name} ({row.level})" if row.level else row.name) for row in rows]


def _module(module_id: int) -> Module:
    module = db.session.get(Module, module_id)
    if module is None:
        abort(404)
    return module
