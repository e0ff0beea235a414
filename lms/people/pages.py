"""The coordinator's pages about people: list, person, roles, checks, a link to copy."""

from datetime import date

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import Select, or_, select

from lms import access
from lms.clock import now, today
from lms.contracts import MenuItem, RoleName
from lms.db import db
from lms.i18n import default_code
from lms.people.cli import bind
from lms.people.duplicates import find_likely, possible_doubles
from lms.people.forms import ROLE_LABELS, CheckForm, PersonForm
from lms.people.models import Account, Check, ContactRule, Guardianship, Person, Role
from lms.people.names import fold
from lms.people.rules import CheckKind, is_minor
from lms.people.sentences import CHECK_LABELS
from lms.people.services import (
    NewPerson,
    add_check,
    add_person,
    clearance,
    correct_person,
    end_role,
    end_sign_ins,
    grant_role,
    open_account,
)
from lms.people.signing import make_sign_in_link
from lms.people.views import bp as signing_bp
from lms.ui import library_name

bp = Blueprint("persons", __name__, url_prefix="/people", cli_group=None)
bind(signing_bp, bp)

PAGE = 50
PASSWORD_ROLES = {RoleName.COORDINATOR, RoleName.DIRECTOR}
# A learner of sixteen may be a mentor, and then signs in as one.
TEACHING_ROLES = {RoleName.MENTOR, RoleName.LEADER, RoleName.HELPER}


def menu(principal: object) -> list[MenuItem]:
    """Give the coordinator a line to the list of people."""
    if getattr(principal, "roles", frozenset()) & {RoleName.COORDINATOR}:
        return [MenuItem(_l("People"), "persons.listed", weight=60)]
    return []


@bp.get("/")
@access.roles(RoleName.COORDINATOR)
def listed() -> ResponseReturnValue:
    """List people in Ukrainian order, found by any part of family and first name."""
    typed = request.args.get("q", "")[:100].replace("\0", "")
    role = request.args.get("role", "")
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    query = select(Person.id, Person.family_name, Person.given_name, Person.patronymic).where(
        Person.erased_at.is_(None)
    )
    if typed.strip():
        query = query.where(Person.folded.contains(fold(typed), autoescape=True))
    if role in set(RoleName):
        query = query.where(Person.id.in_(_holders(RoleName(role), today())))
    rows = db.session.execute(
        query.order_by(Person.sort_key, Person.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    roles = _roles_of([row.id for row in rows[:PAGE]], today())
    return render_template(
        "people/listed.html",
        rows=rows[:PAGE],
        roles=roles,
        typed=typed,
        role=role,
        page_number=page,
        has_more=len(rows) > PAGE,
        labels=ROLE_LABELS,
        doubles=len(possible_doubles()),
    )


def _holders(role: RoleName, on: date) -> Select[int]:
    return select(Role.person_id).where(
        Role.name == role, Role.since <= on, or_(Role.until.is_(None), Role.until >= on)
    )


def _roles_of(ids: list[int], on: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(Role.person_id, Role.name)
        .where(Role.person_id.in_(ids), Role.since <= on)
        .where(or_(Role.until.is_(None), Role.until >= on))
        .order_by(Role.name)
    )
    for person_id, name in rows:
        found.setdefault(person_id, []).append(str(ROLE_LABELS[name]))
    return found


@bp.route("/add", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def add() -> ResponseReturnValue:
    """Add a person: a mentor, a colleague."""
    form = PersonForm()
    if request.method == "GET":
        return render_template("people/edit.html", form=form, person=None)
    if not form.validate():
        return render_template("people/edit.html", form=form, person=None), 422
    likely = find_likely(_read(form), on=today())
    if likely and "anyway" not in request.form:
        return render_template("people/edit.html", form=form, person=None, likely=likely), 422
    person = add_person(_read(form), now=now())
    _set_roles(person, form.roles.data)
    db.session.commit()
    flash(_("Added."), "success")
    return redirect(url_for("persons.one", person_id=person.id), code=303)


@bp.get("/<int:person_id>")
@access.roles(RoleName.COORDINATOR)
def one(person_id: int) -> ResponseReturnValue:
    """Show a person: how to reach, roles, checks, family; a merged one is shown where it went."""
    merged = db.session.get(Person, person_id)
    if merged is not None and merged.merged_into_id is not None:
        return redirect(url_for("persons.one", person_id=merged.merged_into_id), code=303)
    return _page(_find(person_id), CheckForm(formdata=None, done_on=today()))


def _page(person: Person, form: CheckForm, link: str = "") -> str:
    checks = db.session.execute(
        select(Check.kind, Check.done_on, Check.expires_on)
        .where(Check.person_id == person.id)
        .order_by(Check.done_on.desc())
    ).all()
    roles = db.session.execute(
        select(Role.name, Role.since, Role.until)
        .where(Role.person_id == person.id)
        .order_by(Role.since.desc())
    ).all()
    family = db.session.scalars(
        select(Guardianship)
        .where(or_(Guardianship.guardian_id == person.id, Guardianship.child_id == person.id))
        .order_by(Guardianship.since)
    ).all()
    return render_template(
        "people/one.html",
        person=person,
        checks=checks,
        roles=roles,
        family=family,
        form=form,
        link=link,
        message=_message(person, link) if link else "",
        clearance=clearance(person.id, on=today()),
        is_child=is_minor(person.birth_date, today()),
        role_labels=ROLE_LABELS,
        check_labels=CHECK_LABELS,
        hours=current_app.config["LMS_COPIED_LINK_HOURS"],
        is_staffed=any(row.name not in {RoleName.GUARDIAN, RoleName.LEARNER} for row in roles),
    )


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def edit(person_id: int) -> ResponseReturnValue:
    """Correct a person; certificates issued before keep the name they were issued with."""
    person = _find(person_id)
    form = PersonForm(obj=person, roles=[str(name) for name in _roles_today(person.id)])
    if request.method == "GET":
        return render_template("people/edit.html", form=form, person=person)
    if form.validate() and person.id == current_user.person_id:
        _keep_own_desk(form)
    if form.errors:
        return render_template("people/edit.html", form=form, person=person), 422
    before = person.contact_rule
    correct_person(person, _read(form))
    account_id = db.session.scalar(select(Account.id).where(Account.person_id == person.id))
    if account_id is not None and person.contact_rule not in {before, ContactRule.USUAL}:
        # No phone stays signed in for weeks once somebody must not be reached.
        end_sign_ins(account_id, now=now())
    _set_roles(person, form.roles.data)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("persons.one", person_id=person.id), code=303)


@bp.post("/<int:person_id>/checks")
@access.roles(RoleName.COORDINATOR)
def check(person_id: int) -> ResponseReturnValue:
    """Note a check of an adult."""
    person = _find(person_id)
    form = CheckForm()
    if not form.validate():
        return _page(person, form), 422
    add_check(
        person,
        CheckKind(form.kind.data),
        done_on=form.done_on.data,
        expires_on=form.expires_on.data,
        noted_by_id=current_user.person_id,
    )
    db.session.commit()
    flash(_("The check is noted."), "success")
    return redirect(url_for("persons.one", person_id=person.id), code=303)


@bp.post("/<int:person_id>/link")
@access.roles(RoleName.COORDINATOR)
def link(person_id: int) -> ResponseReturnValue:
    """Make a sign-in link to copy into a messenger; it is shown once and never stored."""
    person = _find(person_id)
    if person.id != current_user.person_id and _roles_today(person.id) & PASSWORD_ROLES:
        flash(
            _("Coordinators and the director sign in by password; no link is made for them."),
            "error",
        )
        return _page(person, CheckForm(formdata=None, done_on=today())), 422
    if is_minor(person.birth_date, today()) and not _roles_today(person.id) & TEACHING_ROLES:
        flash(
            _("A child has no sign-in of its own before 18; it has a page for each group."), "error"
        )
        return _page(person, CheckForm(formdata=None, done_on=today())), 422
    token = make_sign_in_link(
        open_account(person), hours=current_app.config["LMS_COPIED_LINK_HOURS"], now=now()
    )
    db.session.commit()
    address = current_app.config["LMS_PUBLIC_URL"] + url_for("people.use_link", token=token)
    return _page(person, CheckForm(formdata=None, done_on=today()), address)


def _message(person: Person, link: str) -> str:
    """Make the text for a messenger, in the person's language, without naming anybody."""
    hours = current_app.config["LMS_COPIED_LINK_HOURS"]
    locale = person.locale or default_code()
    with force_locale(locale):
        lines = (
            _("Good day! This is %(library)s.", library=library_name(locale)),
            _("Your own link to your page, without a password:"),
            link,
            ngettext(
                "It works once, for %(num)d hour. Please pass it on to nobody.",
                "It works once, for %(num)d hours. Please pass it on to nobody.",
                hours,
            ),
        )
        return "\n".join(lines)


def _roles_today(person_id: int) -> set[RoleName]:
    in_force = select(Role.name).where(
        Role.person_id == person_id,
        Role.since <= today(),
        or_(Role.until.is_(None), Role.until >= today()),
    )
    return set(db.session.scalars(in_force))


def _keep_own_desk(form: PersonForm) -> None:
    """Refuse that a coordinator shuts the door behind themselves."""
    if str(RoleName.COORDINATOR) not in form.roles.data:
        form.roles.errors = [_("You can’t take this role from yourself: ask another coordinator.")]


def _find(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        abort(404)
    return person


def _read(form: PersonForm) -> NewPerson:
    return NewPerson(
        family_name=form.family_name.data,
        given_name=form.given_name.data,
        patronymic=form.patronymic.data or "",
        latin_name=form.latin_name.data or "",
        gender=form.gender.data,
        email=form.email.data or "",
        phone=form.phone.data or "",
        contact_rule=form.contact_rule.data,
    )


def _set_roles(person: Person, chosen: list[str]) -> None:
    wanted = {RoleName(name) for name in chosen}
    for name in RoleName:
        if name in wanted:
            grant_role(person, name, since=today(), granted_by_id=current_user.person_id)
        else:
            end_role(person.id, name, on=today())
