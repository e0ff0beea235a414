"""Many applications at once, with the rows that ``enrolment.services`` would make one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, or_, select

from lms.contracts import RoleName
from lms.courses.kind import ApplicantFacts, ProgrammeKind, kind_of
from lms.courses.models import Cohort
from lms.courses.services import ages_on
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.refusals import NoSeat, NotFitting, Objection
from lms.enrolment.seats import age_day
from lms.enrolment.services import CONSENT_DAYS_AFTER
from lms.people.models import (
    Account,
    Consent,
    ConsentWay,
    Guardianship,
    Person,
    Relation,
    Role,
)
from lms.people.rules import Purpose
from lms.people.services import CONSENT_VERSION, NewPerson, make_person
from lms.plugins import hooks


class Somebody:
    """Somebody who is known by a row, or will be once the application is sent."""

    def __init__(self, new: NewPerson | None = None, person: Person | None = None) -> None:
        self.new = new
        self._person = person

    @property
    def person(self) -> Person:
        """The row; there is one once an application was sent.

        :raises LookupError: before that.
        """
        if self._person is None:
            raise LookupError("nobody has sent this application yet")
        return self._person

    @property
    def is_known(self) -> bool:
        """Tell whether there is a row."""
        return self._person is not None

    def record(self, *, now: datetime) -> Person:
        """Make the row of somebody new; the caller adds it."""
        self._person = make_person(self.new or NewPerson("", ""), now=now)
        return self._person


@dataclass(frozen=True)
class Wish:
    """One learner of a form and the group asked for."""

    learner: Somebody
    cohort: Cohort


@dataclass(frozen=True)
class Submit:
    """One form as it was sent: by a guardian for children, or by an adult alone (no relation)."""

    form_key: str
    applicant: Somebody
    relation: Relation | None
    wishes: tuple[Wish, ...]
    purposes: frozenset[Purpose]
    sent_at: datetime
    on: date


def send_all(submits: Sequence[Submit]) -> list[Enrolment]:
    """Record many forms, in the order in which they were sent; every wish gets its place.

    The same rows as ``apply_family`` and ``apply_adult`` one by one (a test compares them).

    :raises NotFitting: when the age rule or a plug-in objects.
    :raises NoSeat: when a group is full.
    """
    _record_people(submits)
    _open_accounts(submits)
    _tie(submits)
    _grant(submits)
    db.session.execute(insert(Consent), [row for submit in submits for row in _consents(submit)])
    return _seat(submits)


def _record_people(submits: Sequence[Submit]) -> None:
    # Each is recorded before the next is looked at: the same child may stand in several wishes.
    people = [
        somebody.record(now=submit.sent_at)
        for submit in submits
        for somebody in (submit.applicant, *(wish.learner for wish in submit.wishes))
        if not somebody.is_known
    ]
    db.session.add_all(people)
    db.session.flush()


def _applicants(submits: Sequence[Submit]) -> list[int]:
    return list(dict.fromkeys(submit.applicant.person.id for submit in submits))


def _open_accounts(submits: Sequence[Submit]) -> None:
    ids = _applicants(submits)
    known = set(db.session.scalars(select(Account.person_id).where(Account.person_id.in_(ids))))
    db.session.add_all([Account(person_id=each, login=None) for each in ids if each not in known])
    db.session.flush()


def _tie(submits: Sequence[Submit]) -> None:
    rows: list[dict[str, object]] = []
    found = db.session.execute(
        select(Guardianship.guardian_id, Guardianship.child_id).where(
            Guardianship.guardian_id.in_(_applicants(submits)), Guardianship.until.is_(None)
        )
    )
    known = {(guardian_id, child_id) for guardian_id, child_id in found}
    for submit in submits:
        if submit.relation is None:
            continue
        guardian_id = submit.applicant.person.id
        for wish in submit.wishes:
            tie = (guardian_id, wish.learner.person.id)
            if tie in known:
                continue
            known.add(tie)
            rows.append(
                {
                    "guardian_id": guardian_id,
                    "child_id": tie[1],
                    "relation": submit.relation,
                    "since": submit.on,
                }
            )
    if rows:
        db.session.execute(insert(Guardianship), rows)


def _grant(submits: Sequence[Submit]) -> None:
    ids = {wish.learner.person.id for submit in submits for wish in submit.wishes}
    found = db.session.execute(
        select(Role.person_id, Role.name, Role.since).where(
            Role.person_id.in_(ids | set(_applicants(submits))), Role.until.is_(None)
        )
    )
    known = {(person_id, name): since for person_id, name, since in found}
    rows: list[dict[str, object]] = []
    for submit in submits:
        wanted = [(wish.learner.person.id, RoleName.LEARNER) for wish in submit.wishes]
        if submit.relation is not None:
            wanted.insert(0, (submit.applicant.person.id, RoleName.GUARDIAN))
        for person_id, name in wanted:
            if known.get((person_id, name), date.max) <= submit.on:
                continue
            known[person_id, name] = submit.on
            rows.append({"person_id": person_id, "name": name, "since": submit.on})
    if rows:
        db.session.execute(insert(Role), rows)


def _consents(submit: Submit) -> Iterable[dict[str, object]]:
    by_learner: dict[Somebody, list[Cohort]] = {}
    for wish in submit.wishes:
        by_learner.setdefault(wish.learner, []).append(wish.cohort)
    for learner, cohorts in by_learner.items():
        until = max(cohort.module.ends_on for cohort in cohorts)
        for purpose in sorted(submit.purposes):
            yield {
                "person_id": learner.person.id,
                "purpose": purpose,
                "text_version": CONSENT_VERSION,
                "giver_id": submit.applicant.person.id,
                "way": ConsentWay.ONLINE,
                "is_assent": False,
                "given_at": submit.sent_at,
                "expires_on": until + timedelta(days=CONSENT_DAYS_AFTER),
            }


@dataclass(frozen=True)
class _Door:
    """What is asked of everybody who wants into a group, read once for each group."""

    kind: ProgrammeKind
    ages: tuple[int, int] | tuple[None, None]
    day: date

    def refuse_unfit(self, person: Person, cohort: Cohort) -> None:
        facts = ApplicantFacts(person.birth_date, *self.ages)
        reasons = list(self.kind.eligibility(facts, on=self.day).objections)
        for answer in hooks().enrolment_blockers(person=person, cohort=cohort):
            reasons += answer
        if reasons:
            raise NotFitting(tuple(Objection(0, cohort.id, reason) for reason in reasons))


def _door(cohort: Cohort) -> _Door:
    programme, day = cohort.course.programme, age_day(cohort)
    return _Door(kind_of(programme.kind), ages_on(programme.id, day) or (None, None), day)


def _seat(submits: Sequence[Submit]) -> list[Enrolment]:
    cohorts = {wish.cohort.id: wish.cohort for submit in submits for wish in submit.wishes}
    doors = {cohort_id: _door(cohort) for cohort_id, cohort in cohorts.items()}
    taken = _taken(cohorts, on=submits[0].on)
    asked: list[tuple[Submit, Wish, Application]] = []
    for submit in submits:
        for wish in submit.wishes:
            doors[wish.cohort.id].refuse_unfit(wish.learner.person, wish.cohort)
            taken[wish.cohort.id] += 1
            if taken[wish.cohort.id] > wish.cohort.capacity:
                raise NoSeat
            asked.append((submit, wish, _application(submit, wish)))
    db.session.add_all([application for _submit, _wish, application in asked])
    db.session.flush()
    enrolments = [
        Enrolment(
            person_id=wish.learner.person.id,
            cohort_id=wish.cohort.id,
            application_id=application.id,
            since=submit.on,
            enrolled_at=submit.sent_at,
        )
        for submit, wish, application in asked
    ]
    db.session.add_all(enrolments)
    db.session.flush()
    for enrolment in enrolments:
        hooks().enrolled(enrolment=enrolment)
    return enrolments


def _taken(cohorts: Iterable[int], *, on: date) -> Counter[int]:
    rows = db.session.scalars(
        select(Enrolment.cohort_id).where(
            Enrolment.cohort_id.in_(list(cohorts)),
            or_(Enrolment.until.is_(None), Enrolment.until >= on),
        )
    )
    return Counter(rows)


def _application(submit: Submit, wish: Wish) -> Application:
    return Application(
        form_key=submit.form_key,
        person_id=wish.learner.person.id,
        applicant_id=submit.applicant.person.id,
        cohort_id=wish.cohort.id,
        state=ApplicationState.ACCEPTED,
        sent_at=submit.sent_at,
        decided_at=submit.sent_at,
    )
