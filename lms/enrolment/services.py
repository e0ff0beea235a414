"""Applying: one guardian with one or several children, or an adult alone, in one submit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import inspect, select

from lms.contracts import Reason, RoleName
from lms.courses.kind import kind_of
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.history import note
from lms.enrolment.models import Application, ApplicationState, Step
from lms.enrolment.refusals import ConsentMissing, FormSentAlready, NotFitting, Objection
from lms.enrolment.rules import is_open
from lms.enrolment.seating import seat_new
from lms.enrolment.seats import is_in, lock_cohorts, objections
from lms.people.models import ConsentWay, Person, Relation
from lms.people.rules import Purpose, is_minor
from lms.people.services import (
    GivenConsent,
    NewPerson,
    add_guardian,
    add_person,
    children_of,
    give_consent,
    grant_role,
    make_person,
    open_account,
)

# Contacts are kept twelve months after the last session, and a consent no longer than they are.
CONSENT_DAYS_AFTER = 365


@dataclass(frozen=True)
class Who:
    """Whoever applies: somebody known because signed in, or somebody new.

    An e-mail is never a key: a stranger who types a known one is a new person all the same.
    """

    new: NewPerson | None = None
    person: Person | None = None


@dataclass(frozen=True)
class Child:
    """One child of the form and the groups chosen for it."""

    new: NewPerson
    cohort_ids: tuple[int, ...]


@dataclass(frozen=True)
class Terms:
    """What holds for the whole submit: its key, the consents, and who typed it for a family.

    ``noted_by_id`` is the coordinator who enrols somebody that can't fill the form in.
    ``is_all_or_none`` is the family's wish for places for all children or for none.
    """

    form_key: str
    purposes: frozenset[Purpose]
    way: ConsentWay = ConsentWay.ONLINE
    noted_by_id: int | None = None
    is_all_or_none: bool = False


@dataclass(frozen=True)
class Receipt:
    """What a submit led to. ``is_new`` is false when the same submit had come before."""

    form_key: str
    applicant: Person
    applications: tuple[Application, ...] = field(default=())
    is_new: bool = True


def apply_family(
    who: Who,
    relation: Relation,
    children: Sequence[Child],
    *,
    terms: Terms,
    now: datetime,
    on: date,
) -> Receipt:
    """Ask for places for one or several children; places are given at once where they may be.

    Everything is checked before anything is recorded, so that a refusal leaves no trace of a
    child. The same submit sent twice has the effect of one.

    :raises ConsentMissing: without the consent for taking part.
    :raises NotFitting: naming the child and the group that do not fit, and why.
    :raises FormSentAlready: when the form came before with something else in it.
    """
    if Purpose.TAKING_PART not in terms.purposes:
        raise ConsentMissing
    cohorts = _locked(cohort_id for child in children for cohort_id in child.cohort_ids)
    sent = _sent(terms.form_key)
    if sent:
        return _same(sent, who, children)
    known = _known_children(who, on=on)
    drafts = [_draft(child.new, known, now=now) for child in children]
    _refuse_unfit(drafts, children, cohorts, terms=terms, on=on)

    guardian = _applicant(who, now=now)
    grant_role(guardian, RoleName.GUARDIAN, since=on)
    applications: list[Application] = []
    for draft, child in zip(drafts, children, strict=True):
        if not _is_recorded(draft):
            db.session.add(draft)
            db.session.flush()
        add_guardian(guardian, draft, relation=relation, since=on)
        chosen = [cohorts[cohort_id] for cohort_id in child.cohort_ids]
        _consent(draft, guardian, chosen, terms=terms, now=now)
        applications += [_apply(draft, guardian, cohort, terms=terms, now=now) for cohort in chosen]
    seat_new(applications, is_all_or_none=terms.is_all_or_none, now=now, on=on)
    return Receipt(terms.form_key, guardian, tuple(applications))


def apply_adult(who: Who, cohort_id: int, *, terms: Terms, now: datetime, on: date) -> Receipt:
    """Ask for an adult's own place.

    :raises ConsentMissing: without the consent for taking part.
    :raises NotFitting: when the age rule, a plug-in or an earlier application objects.
    :raises FormSentAlready: when the form came before with something else in it.
    """
    if Purpose.TAKING_PART not in terms.purposes:
        raise ConsentMissing
    cohorts = _locked([cohort_id])
    sent = _sent(terms.form_key)
    if sent:
        return _same(sent, who, [Child(_names(who), (cohort_id,))])
    draft = who.person or make_person(who.new or NewPerson("", ""), now=now)
    if is_minor(draft.birth_date, on):
        raise NotFitting((Objection(0, cohort_id, Reason("minor_alone")),))
    _refuse_unfit([draft], [Child(_names(who), (cohort_id,))], cohorts, terms=terms, on=on)

    person = _applicant(who, now=now)
    grant_role(person, RoleName.LEARNER, since=on)
    _consent(person, person, list(cohorts.values()), terms=terms, now=now)
    application = _apply(person, person, cohorts[cohort_id], terms=terms, now=now)
    seat_new([application], is_all_or_none=False, now=now, on=on)
    return Receipt(terms.form_key, person, (application,))


def _locked(cohort_ids: Iterable[int]) -> dict[int, Cohort]:
    """Lock the groups first: what is read afterwards stays so until the commit."""
    ids = set(cohort_ids)
    lock_cohorts(ids)
    found = db.session.scalars(
        select(Cohort).where(Cohort.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {cohort.id: cohort for cohort in found}


def _sent(form_key: str) -> list[Application]:
    return list(
        db.session.scalars(
            select(Application).where(Application.form_key == form_key).order_by(Application.id)
        )
    )


def _same(sent: list[Application], who: Who, children: Sequence[Child]) -> Receipt:
    """Answer with what the same submit led to before."""
    applicant = sent[0].applicant
    asked = sorted(
        (_identity(make_person(child.new, now=sent[0].sent_at)), cohort_id)
        for child in children
        for cohort_id in child.cohort_ids
    )
    kept = sorted((_identity(one.person), one.cohort_id) for one in sent)
    names = _identity(make_person(_names(who), now=sent[0].sent_at))
    if asked != kept or names != _identity(applicant):
        raise FormSentAlready
    return Receipt(sent[0].form_key, applicant, tuple(sent), is_new=False)


def _identity(person: Person) -> tuple[str, str, str]:
    return person.folded, str(person.birth_date or ""), person.email


def _names(who: Who) -> NewPerson:
    if who.person is None:
        return who.new or NewPerson("", "")
    known = who.person
    return NewPerson(
        known.family_name, known.given_name, known.patronymic, known.birth_date, known.email
    )


def _applicant(who: Who, *, now: datetime) -> Person:
    person = who.person or add_person(who.new or NewPerson("", ""), now=now)
    open_account(person)
    return person


def _known_children(who: Who, *, on: date) -> dict[tuple[str, str, str], Person]:
    if who.person is None:
        return {}
    return {_identity(child): child for child in children_of(who.person.id, on=on)}


def _draft(new: NewPerson, known: dict[tuple[str, str, str], Person], *, now: datetime) -> Person:
    """Answer the guardian's own child of that name and birth date, or a row not yet recorded."""
    made = make_person(new, now=now)
    return known.get(_identity(made), made)


def _refuse_unfit(
    drafts: list[Person],
    children: Sequence[Child],
    cohorts: dict[int, Cohort],
    *,
    terms: Terms,
    on: date,
) -> None:
    found: list[Objection] = []
    seen: set[tuple[tuple[str, str, str], int]] = set()
    for number, (draft, child) in enumerate(zip(drafts, children, strict=True)):
        for cohort_id in child.cohort_ids:
            cohort = cohorts.get(cohort_id)
            identity = (_identity(draft), cohort_id)
            reasons = _speaking_against(draft, cohort, terms=terms, on=on)
            if identity in seen:
                reasons = (Reason("twice_in_form"),)
            seen.add(identity)
            found += [Objection(number, cohort_id, reason) for reason in reasons]
    if found:
        raise NotFitting(tuple(found))


def _speaking_against(
    draft: Person, cohort: Cohort | None, *, terms: Terms, on: date
) -> tuple[Reason, ...]:
    if cohort is None or not _takes_applications(cohort, terms=terms, on=on):
        return (Reason("not_open"),)
    if _is_recorded(draft):
        if is_in(draft.id, cohort.id, on=on):
            return (Reason("already_in_group"),)
        if _is_waiting(draft.id, cohort.id):
            return (Reason("already_waiting"),)
    asked = kind_of(cohort.course.programme.kind).consents - terms.purposes
    needed = tuple(Reason("consent_needed", {"purpose": str(one)}) for one in sorted(asked))
    return needed + objections(draft, cohort)


def _takes_applications(cohort: Cohort, *, terms: Terms, on: date) -> bool:
    module = cohort.module
    opens_on = None if terms.noted_by_id else module.enrolment_opens_on
    closes_on = module.ends_on if terms.noted_by_id else module.enrolment_closes_on
    is_offered = cohort.course.programme.archived_on is None
    return is_offered and is_open(opens_on, closes_on, module.ends_on, on=on)


def _is_recorded(person: Person) -> bool:
    return bool(inspect(person).persistent)


def _is_waiting(person_id: int, cohort_id: int) -> bool:
    return (
        db.session.scalar(
            select(Application.id)
            .where(Application.person_id == person_id, Application.cohort_id == cohort_id)
            .where(Application.state == ApplicationState.WAITING)
            .limit(1)
        )
        is not None
    )


def _consent(
    person: Person, giver: Person, cohorts: list[Cohort], *, terms: Terms, now: datetime
) -> None:
    until = max(cohort.module.ends_on for cohort in cohorts) + timedelta(days=CONSENT_DAYS_AFTER)
    for purpose in sorted(terms.purposes):
        given = GivenConsent(purpose, way=terms.way, expires_on=until)
        give_consent(person, given, giver=giver, now=now)


def _apply(
    person: Person, applicant: Person, cohort: Cohort, *, terms: Terms, now: datetime
) -> Application:
    application = Application(
        form_key=terms.form_key,
        person_id=person.id,
        applicant_id=applicant.id,
        cohort_id=cohort.id,
        state=ApplicationState.WAITING,
        sent_at=now,
        is_all_or_none=terms.is_all_or_none,
    )
    db.session.add(application)
    db.session.flush()
    number, by_id = application.id, terms.noted_by_id
    note(application, Step.APPLIED, now=now, by_id=by_id, application_id=number)
    return application
