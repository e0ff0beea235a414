"""The forms of a family and of an adult: one page, one submit, and nothing kept without consent."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import uuid4

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from lms import access, limits
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.courses.timetable import moment_on
from lms.db import db
from lms.enrolment import letters
from lms.enrolment.access import find_child, may_consent_for
from lms.enrolment.addresses import DOMAINS
from lms.enrolment.catalogue import OpenCohort, find_open_cohort, open_cohorts
from lms.enrolment.fields import INDEX
from lms.enrolment.forms import (
    MOST_CHILDREN,
    AdultForm,
    Applicant,
    ChildForm,
    FamilyForm,
    check_birth_date,
)
from lms.enrolment.handing import hand_on
from lms.enrolment.refusals import FormSentAlready, NotFitting
from lms.enrolment.sentences import say_cohort, say_refusal
from lms.enrolment.services import Child, Receipt, Terms, Who, apply_adult, apply_family
from lms.enrolment.views import bp, library_zone, receipt_token
from lms.i18n import CODES, COOKIE, say
from lms.jobs import wake
from lms.people.models import ConsentWay, ContactRule, Person, Relation
from lms.people.rules import ADULT_AGE
from lms.people.services import NewPerson

FORMS_OF_A_BROWSER = 15
AGE_REASONS = {"too_young", "too_old", "birth_date_needed", "birth_date_ahead", "minor_alone"}


@bp.route("/enrol/family", methods=["GET", "POST"])
@access.public
def family_form() -> ResponseReturnValue:
    """Enrol one or several children: one page, one submit."""
    form = FamilyForm(form_key=str(uuid4())) if request.method == "GET" else _typed_family()
    form.shape(is_known=_is_known(), is_noted=_is_noted())
    cohorts = open_cohorts(
        on=today(), zone=library_zone(), beside=_noted_cohort(), for_children=True
    )
    wanted = _wanted(cohorts)
    choices = [(one.cohort_id, say_cohort(one)) for one in _first(cohorts, wanted)]
    form.let_choose(choices, ticked=wanted if request.method == "GET" else None)
    if request.method == "GET":
        _fill_own_child(form)
        return _family_page(form, cohorts)
    if not form.agrees.data:
        return _without_consent(form, cohorts, wanted)
    if "remove_child" in request.form:
        return _family_page(form, cohorts)
    if not _is_sound(form):
        return _family_page(form, cohorts), 422
    if "add_child" in request.form:
        form.add_child(choices, ticked=wanted)
        return _family_page(form, cohorts)
    return _send_family(form, cohorts)


def _typed_family() -> FamilyForm:
    removed = request.form.get("remove_child", "")
    if INDEX.fullmatch(removed) and "add_child" not in request.form:
        return FamilyForm(_without_child(request.form, int(removed)))
    return FamilyForm()


def _without_child(typed: Mapping[str, Any], index: int) -> MultiDict[str, str]:
    """Answer what was typed without one of the children, unless it is the only one."""
    kept = MultiDict(typed)
    gone = [name for name in kept if name.startswith(f"children-{index}-")]
    others = any(name.startswith("children-") and name not in gone for name in kept)
    for name in gone if others else ():
        del kept[name]
    return kept


def _fill_own_child(form: FamilyForm) -> None:
    """Spare a guardian who is signed in what the library knows of their own child."""
    child_id = request.args.get("child", type=int)
    if not current_user.is_authenticated or not child_id or not 0 < child_id < 2**31:
        return
    child = find_child(current_user.person_id, child_id, on=today())
    if child is not None and may_consent_for(current_user.person_id, child.id, on=today()):
        first = form.children[0].form
        first.family_name.data, first.given_name.data = child.family_name, child.given_name
        first.patronymic.data, first.birth_date.data = child.patronymic, child.birth_date


def _without_consent(
    form: FamilyForm, cohorts: list[OpenCohort], wanted: int | None
) -> ResponseReturnValue:
    """Ask for the consent and forget all that was typed about children, as nothing may be kept."""
    form.validate()
    form.forget_children()
    choices = [(one.cohort_id, say_cohort(one)) for one in _first(cohorts, wanted)]
    form.let_choose(choices, ticked=wanted)
    return _family_page(form, cohorts, is_forgotten=True), 422


def _is_sound(form: FamilyForm) -> bool:
    is_valid = bool(form.validate())
    for number, entry in enumerate(form.children):
        try:
            check_birth_date(entry.form.birth_date.data, today=today())
        except ValidationError as error:
            form.say_of_child(number, "birth_date", str(error))
            is_valid = False
    return is_valid


def _send_family(form: FamilyForm, cohorts: list[OpenCohort]) -> ResponseReturnValue:
    children = [_child(entry.form) for entry in form.children]
    try:
        _count_application()
        receipt = apply_family(
            _who(form),
            Relation(form.relation.data),
            children,
            terms=_terms(form),
            now=now(),
            on=today(),
        )
    except limits.TooMany as refusal:
        form.form_errors.append(say_refusal(refusal))
        return _family_page(form, cohorts), 429
    except NotFitting as refusal:
        _say_beside(form, refusal)
        return _family_page(form, cohorts), 422
    except LMSError as refusal:
        _say_above(form, refusal)
        return _family_page(form, cohorts), 422
    return _finish(receipt)


def _say_beside(form: FamilyForm, refusal: NotFitting) -> None:
    for objection in refusal.objections:
        field = "birth_date" if objection.reason.code in AGE_REASONS else "cohorts"
        form.say_of_child(objection.child, field, say(objection.reason))


def _say_above(form: Applicant, refusal: LMSError) -> None:
    db.session.rollback()
    if isinstance(refusal, FormSentAlready):
        form.form_key.data = str(uuid4())
    form.form_errors.append(say_refusal(refusal))


def _family_page(form: FamilyForm, cohorts: list[OpenCohort], *, is_forgotten: bool = False) -> str:
    if form.form_key.errors:
        form.form_key.data = str(uuid4())
    blank = ChildForm(formdata=None, prefix="children-__index__-")
    blank.cohorts.choices = form.children[0].form.cohorts.choices
    return render_template(
        "enrolment/family_form.html",
        form=form,
        blank=blank,
        cohorts=cohorts,
        most=MOST_CHILDREN,
        domains=" ".join(DOMAINS),
        since=moment_on(today(), time(), library_zone()),
        is_forgotten=is_forgotten,
        is_noted=_is_noted(),
        is_closed=_is_closed(cohorts),
    )


@bp.route("/enrol/adult", methods=["GET", "POST"])
@access.public
def adult_form() -> ResponseReturnValue:
    """Enrol an adult alone, in one group."""
    cohort_id = request.args.get("cohort", type=int) or 0
    is_id = 0 < cohort_id < 2**31
    cohort = (
        find_open_cohort(cohort_id, on=today(), zone=library_zone(), is_noted=_is_noted())
        if is_id
        else None
    )
    if cohort is None:
        return render_template("enrolment/closed.html"), 404
    if cohort.is_for_children:
        return redirect(url_for("enrolment.family_form", cohort=cohort_id), code=303)
    form = AdultForm(form_key=str(uuid4())) if request.method == "GET" else AdultForm()
    form.shape(is_known=_is_known(), is_noted=_is_noted())
    is_young = cohort.ages is not None and cohort.ages[0] < ADULT_AGE
    form.fit(is_sensitive=cohort.is_sensitive, needs_birth_date=is_young and not _is_known())
    if request.method == "GET":
        return _adult_page(form, cohort)
    if not form.validate():
        return _adult_page(form, cohort), 422
    return _send_adult(form, cohort)


def _send_adult(form: AdultForm, cohort: OpenCohort) -> ResponseReturnValue:
    try:
        _count_application()
        receipt = apply_adult(
            _who(form), cohort.cohort_id, terms=_terms(form), now=now(), on=today()
        )
    except limits.TooMany as refusal:
        form.form_errors.append(say_refusal(refusal))
        return _adult_page(form, cohort), 429
    except NotFitting as refusal:
        for objection in refusal.objections:
            _say_of_adult(form, objection.reason.code, say(objection.reason))
        return _adult_page(form, cohort), 422
    except LMSError as refusal:
        _say_above(form, refusal)
        return _adult_page(form, cohort), 422
    return _finish(receipt)


def _say_of_adult(form: AdultForm, code: str, sentence: str) -> None:
    if code in AGE_REASONS and "birth_date" in form:
        form.birth_date.errors = [*form.birth_date.errors, sentence]
    else:
        form.form_errors.append(sentence)


def _adult_page(form: AdultForm, cohort: OpenCohort) -> str:
    if form.form_key.errors:
        form.form_key.data = str(uuid4())
    return render_template(
        "enrolment/adult_form.html",
        form=form,
        cohort=cohort,
        domains=" ".join(DOMAINS),
        is_noted=_is_noted(),
    )


def _is_noted() -> bool:
    """Tell whether a coordinator fills the form in for somebody else."""
    return request.args.get("noted") == "1" and current_user.has(RoleName.COORDINATOR)


def _is_known() -> bool:
    return bool(current_user.is_authenticated) and not _is_noted()


def _noted_cohort() -> frozenset[int]:
    cohort_id = request.args.get("cohort", type=int) or 0
    return frozenset({cohort_id} if 0 < cohort_id < 2**31 and _is_noted() else ())


def _wanted(cohorts: list[OpenCohort]) -> int | None:
    cohort_id = request.args.get("cohort", type=int)
    return cohort_id if any(one.cohort_id == cohort_id for one in cohorts) else None


def _is_closed(cohorts: list[OpenCohort]) -> bool:
    return "cohort" in request.args and _wanted(cohorts) is None


def _first(cohorts: list[OpenCohort], wanted: int | None) -> list[OpenCohort]:
    """Put the group that somebody came for first, then its programme, then the others."""
    programme = next((one.programme_id for one in cohorts if one.cohort_id == wanted), None)
    return sorted(cohorts, key=lambda one: (one.cohort_id != wanted, one.programme_id != programme))


def _count_application() -> None:
    """Count a complete application against its browser, its address, and all of this minute.

    Families share addresses, so an address may send many in an hour, and thirty families behind
    one have thirty browsers; a flood may come from many addresses, so that in no minute more are
    kept than the library ever gets (threat 13).
    """
    if _is_noted():
        return
    config, moment, here = current_app.config, now(), request.remote_addr or ""
    # The cookie of the form is one browser's.
    is_told_apart = config["WTF_CSRF_ENABLED"]
    browser = str(session.get("csrf_token", "")) if is_told_apart else ""
    try:
        if browser:
            limits.take(
                "application_browser", browser, limit=FORMS_OF_A_BROWSER, seconds=3600, now=moment
            )
        per_hour = config["LMS_APPLICATIONS_PER_HOUR"]
        limits.take("application", here, limit=per_hour, seconds=3600, now=moment)
    except limits.TooMany:
        db.session.commit()
        raise
    with db.session.begin_nested():
        limits.take_gliding(
            "applications",
            "",
            limit=config["LMS_APPLICATIONS_PER_MINUTE"],
            seconds=60,
            now=moment,
        )


def _who(form: Applicant) -> Who:
    if _is_known():
        return Who(person=db.session.get_one(Person, current_user.person_id))
    typed = form.data
    called = typed.get("called")
    return Who(
        new=NewPerson(
            family_name="" if called else typed["family_name"],
            given_name=called or typed["given_name"],
            patronymic=typed.get("patronymic") or "",
            birth_date=typed.get("birth_date"),
            email=typed["email"] or "",
            phone=typed["phone"] or "",
            workplace=typed.get("workplace") or "",
            position=typed.get("position") or "",
            contact_rule=ContactRule(typed["contact_rule"]),
        )
    )


def _child(form: ChildForm) -> Child:
    return Child(
        NewPerson(
            form.family_name.data,
            form.given_name.data,
            form.patronymic.data or "",
            birth_date=form.birth_date.data,
        ),
        tuple(form.cohorts.data),
    )


def _terms(form: Applicant) -> Terms:
    return Terms(
        form_key=form.form_key.data,
        purposes=form.purposes,
        way=ConsentWay(form.way.data) if "way" in form else ConsentWay.ONLINE,
        noted_by_id=current_user.person_id if _is_noted() else None,
        is_all_or_none=_wants_all_or_none(form),
    )


def _wants_all_or_none(form: Applicant) -> bool:
    is_family = isinstance(form, FamilyForm) and len(form.children) > 1
    return is_family and bool(form.is_all_or_none.data)


def _finish(receipt: Receipt) -> ResponseReturnValue:
    if receipt.is_new:
        chosen = request.cookies.get(COOKIE)
        if receipt.applicant.locale is None and chosen in CODES and not _is_noted():
            receipt.applicant.locale = chosen
        letters.tell_applied(receipt, zone=library_zone(), now=now(), on=today())
    listed = {one.cohort_id for one in receipt.applications if receipt.is_new and one.listed_at}
    db.session.commit()
    if listed:
        # A family ahead that wants all or none and does not fit leaves the place to this one.
        hand_on(listed, at_once=receipt.form_key)
        letters.tell_applied_anew(receipt, zone=library_zone(), now=now(), on=today())
        db.session.commit()
    wake()
    token = receipt_token(receipt.form_key)
    return redirect(url_for("enrolment.done", token=token), code=303)
