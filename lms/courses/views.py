"""The coordinator's pages of programmes, courses, modules, clubs and places."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select

from lms import access
from lms.clock import today
from lms.contracts import RoleName, weighted
from lms.courses.forms import ClubForm, CourseForm, ModuleForm, PlaceForm, ProgrammeForm
from lms.courses.kind import kind_of
from lms.courses.models import (
    HELD,
    Club,
    Cohort,
    Course,
    Module,
    Place,
    Programme,
    Session,
)
from lms.courses.services import add_module, ages_on, set_ages
from lms.db import db
from lms.plugins import hooks, suite

bp = Blueprint("courses", __name__)
COORDINATOR = access.roles(RoleName.COORDINATOR)


@bp.get("/programmes")
@COORDINATOR
def programmes() -> ResponseReturnValue:
    """List programmes with their kinds and the modules that run or come."""
    rows = db.session.scalars(
        select(Programme).where(Programme.archived_on.is_(None)).order_by(Programme.name)
    ).all()
    modules: dict[int, list[Module]] = {}
    for module in db.session.scalars(select(Module).order_by(Module.starts_on.desc())):
        modules.setdefault(module.programme_id, []).append(module)
    kinds = {row.id: kind_of(row.kind).label for row in rows}
    return render_template(
        "courses/programmes.html", rows=rows, modules=modules, kinds=kinds, on=today()
    )


@bp.route("/programmes/add", methods=["GET", "POST"])
@COORDINATOR
def add_programme() -> ResponseReturnValue:
    """Open a programme."""
    form = _programme_form()
    if request.method == "GET":
        return render_template("courses/programme_edit.html", form=form, programme=None)
    if form.validate() and db.session.scalar(
        select(Programme.id).where(Programme.key == form.key.data)
    ):
        form.key.errors = [_("This short name is taken.")]
    if form.errors:
        return render_template("courses/programme_edit.html", form=form, programme=None), 422
    programme = Programme(key=form.key.data, settings={})
    _fill_programme(programme, form)
    db.session.add(programme)
    db.session.flush()
    set_ages(programme, _ages(form), since=date(today().year, 1, 1))
    db.session.commit()
    flash(_("The programme is open."), "success")
    return redirect(url_for("courses.programme", programme_id=programme.id), code=303)


@bp.get("/programmes/<int:programme_id>")
@COORDINATOR
def programme(programme_id: int) -> ResponseReturnValue:
    """Show a programme: its courses, its modules, its limits of age."""
    found = _find(Programme, programme_id)
    courses = db.session.scalars(
        select(Course).where(Course.programme_id == found.id).order_by(Course.name)
    ).all()
    modules = db.session.execute(
        select(Module, func.count(Cohort.id))
        .outerjoin(Cohort, Cohort.module_id == Module.id)
        .where(Module.programme_id == found.id)
        .group_by(Module.id)
        .order_by(Module.starts_on.desc())
    ).all()
    return render_template(
        "courses/programme.html",
        programme=found,
        courses=courses,
        modules=modules,
        kind=kind_of(found.kind),
        ages=ages_on(found.id, today()),
    )


@bp.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
@COORDINATOR
def edit_programme(programme_id: int) -> ResponseReturnValue:
    """Correct a programme; new limits of age hold from today."""
    found = _find(Programme, programme_id)
    ages = ages_on(found.id, today()) or (None, None)
    form = _programme_form(obj=found, from_age=ages[0], to_age=ages[1], with_kind=found.kind)
    if request.method == "GET":
        return render_template("courses/programme_edit.html", form=form, programme=found)
    form.key.data = found.key
    if not form.validate():
        return render_template("courses/programme_edit.html", form=form, programme=found), 422
    _fill_programme(found, form)
    set_ages(found, _ages(form), since=today())
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("courses.programme", programme_id=found.id), code=303)


def _programme_form(with_kind: str = "", **known: Any) -> ProgrammeForm:
    form = ProgrammeForm(**known)
    kinds = {kind.key: kind.label for kind in suite().kinds.values()}
    if with_kind and with_kind not in kinds:
        kinds[with_kind] = kind_of(with_kind).label
    form.kind.choices = list(kinds.items())
    return form


def _fill_programme(programme: Programme, form: ProgrammeForm) -> None:
    programme.kind = form.kind.data
    programme.name, programme.name_en = form.name.data, form.name_en.data or ""
    programme.summary, programme.summary_en = form.summary.data or "", form.summary_en.data or ""
    programme.accepts_at_once = form.accepts_at_once.data


def _ages(form: ProgrammeForm) -> tuple[int, int] | None:
    if form.from_age.data is None or form.to_age.data is None:
        return None
    return form.from_age.data, form.to_age.data


@bp.route("/programmes/<int:programme_id>/courses/add", methods=["GET", "POST"])
@COORDINATOR
def add_course(programme_id: int) -> ResponseReturnValue:
    """Add what is taught."""
    found = _find(Programme, programme_id)
    return _course_page(found, Course(programme_id=found.id), CourseForm())


@bp.route("/courses/<int:course_id>/edit", methods=["GET", "POST"])
@COORDINATOR
def edit_course(course_id: int) -> ResponseReturnValue:
    """Correct a course; certificates issued before keep what they were issued with."""
    course = _find(Course, course_id)
    form = CourseForm(obj=course)
    if request.method == "GET":
        form.topics.data = "\n".join(course.topics)
    return _course_page(course.programme, course, form)


def _course_page(programme: Programme, course: Course, form: CourseForm) -> ResponseReturnValue:
    page = {"form": form, "programme": programme, "course": course}
    if request.method == "GET":
        return render_template("courses/course_edit.html", **page)
    if not form.validate():
        return render_template("courses/course_edit.html", **page), 422
    course.name, course.name_en = form.name.data, form.name_en.data or ""
    course.direction, course.level = form.direction.data or "", form.level.data or ""
    course.hours = form.hours.data
    course.topics = [line.strip() for line in (form.topics.data or "").splitlines() if line.strip()]
    db.session.add(course)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("courses.programme", programme_id=programme.id), code=303)


@bp.route("/programmes/<int:programme_id>/modules/add", methods=["GET", "POST"])
@COORDINATOR
def open_module(programme_id: int) -> ResponseReturnValue:
    """Open a dated run of a programme."""
    found = _find(Programme, programme_id)
    form = ModuleForm()
    page = {"form": form, "programme": found, "module": None}
    if request.method == "GET":
        return render_template("courses/module_edit.html", **page)
    if not form.validate():
        return render_template("courses/module_edit.html", **page), 422
    module = add_module(
        found, name=form.name.data, starts_on=form.starts_on.data, ends_on=form.ends_on.data
    )
    _fill_module(module, form)
    db.session.commit()
    flash(_("The module is open."), "success")
    return redirect(url_for("courses.module", module_id=module.id), code=303)


@bp.route("/modules/<int:module_id>/edit", methods=["GET", "POST"])
@COORDINATOR
def edit_module(module_id: int) -> ResponseReturnValue:
    """Correct a module; its number and year stand in certificates and stay."""
    found = _find(Module, module_id)
    form = ModuleForm(obj=found)
    page = {"form": form, "programme": found.programme, "module": found}
    if request.method == "GET":
        return render_template("courses/module_edit.html", **page)
    if form.validate() and form.starts_on.data.year != found.year:
        form.starts_on.errors = [
            _("The year %(year)d stands in certificate numbers and stays.", year=found.year)
        ]
    if form.errors:
        return render_template("courses/module_edit.html", **page), 422
    _fill_module(found, form)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("courses.module", module_id=found.id), code=303)


def _fill_module(module: Module, form: ModuleForm) -> None:
    module.name, module.name_en = form.name.data, form.name_en.data or ""
    module.starts_on, module.ends_on = form.starts_on.data, form.ends_on.data
    module.enrolment_opens_on = form.enrolment_opens_on.data
    module.enrolment_closes_on = form.enrolment_closes_on.data


@bp.get("/modules/<int:module_id>")
@COORDINATOR
def module(module_id: int) -> ResponseReturnValue:
    """Show a module with its groups and how many of their sessions were held."""
    found = _find(Module, module_id)
    held = func.count(Session.id).filter(Session.state.in_(HELD))
    cohorts = db.session.execute(
        select(Cohort, func.count(Session.id).label("planned"), held.label("held"))
        .outerjoin(Session, Session.cohort_id == Cohort.id)
        .where(Cohort.module_id == found.id)
        .group_by(Cohort.id)
        .order_by(Cohort.name)
    ).all()
    panels = weighted(hooks().module_panels(module=found, person=current_user))
    return render_template("courses/module.html", module=found, cohorts=cohorts, panels=panels)


@bp.route("/places", methods=["GET", "POST"])
@COORDINATOR
def places() -> ResponseReturnValue:
    """List places and clubs, and add a place."""
    form = PlaceForm()
    if request.method == "POST" and form.validate():
        db.session.add(
            Place(name=form.name.data, town=form.town.data or "", is_online=form.is_online.data)
        )
        db.session.commit()
        flash(_("The place is added."), "success")
        return redirect(url_for("courses.places"), code=303)
    return _places_page(form, _club_form(formdata=None)), 422 if form.errors else 200


@bp.post("/clubs")
@COORDINATOR
def add_club() -> ResponseReturnValue:
    """Add a node of the network."""
    form = _club_form()
    if form.validate() and db.session.scalar(select(Club.id).where(Club.name == form.name.data)):
        form.name.errors = [_("A club of this name is there already.")]
    if form.errors:
        return _places_page(PlaceForm(formdata=None), form), 422
    db.session.add(Club(name=form.name.data, place_id=form.place_id.data or None))
    db.session.commit()
    flash(_("The club is added."), "success")
    return redirect(url_for("courses.places"), code=303)


def _club_form(**known: Any) -> ClubForm:
    form = ClubForm(prefix="club", **known)
    form.place_id.choices = place_choices()
    return form


def place_choices() -> list[tuple[int, str]]:
    """List the places to choose from, none first."""
    rows = db.session.execute(select(Place.id, Place.name, Place.town).order_by(Place.name))
    return [(0, "–"), *((row.id, ", ".join(filter(None, (row.name, row.town)))) for row in rows)]


def _places_page(form: PlaceForm, club_form: ClubForm) -> str:
    return render_template(
        "courses/places.html",
        form=form,
        club_form=club_form,
        places=db.session.scalars(select(Place).order_by(Place.name)).all(),
        clubs=db.session.scalars(select(Club).order_by(Club.name)).all(),
    )


def _find(model: Any, number: int) -> Any:
    found = db.session.get(model, number)
    if found is None:
        abort(404)
    return found
