"""«Ходимо далі»: last module's learners are asked first, and go on by one tap."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.contracts import Reason
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Module
from lms.db import db
from lms.enrolment.history import note
from lms.enrolment.models import Application, ApplicationState, Continuation, Enrolment, Step
from lms.enrolment.refusals import (
    AlreadyAnswered,
    ConsentEnded,
    ModuleOver,
    NotFitting,
    Objection,
)
from lms.enrolment.rules import goes_on
from lms.enrolment.seats import is_in, lock_cohorts, objections, seat, seats_of
from lms.enrolment.services import CONSENT_DAYS_AFTER
from lms.people.consents import is_under_age
from lms.people.models import Consent, Person
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, give_consent


@dataclass(frozen=True)
class Asking:
    """One learner of the last module as the coordinator sees it before asking.

    ``reasons`` speak against the place, so that nobody is asked for nothing.
    """

    person: Person
    cohort: Cohort
    reasons: tuple[Reason, ...] = ()
    continuation: Continuation | None = None
    is_in: bool = False

    @property
    def is_to_be_asked(self) -> bool:
        """Tell whether asking would do something."""
        return not self.reasons and self.continuation is None and not self.is_in


@dataclass(frozen=True)
class Answer:
    """What the tap led to: a place, or a place in the queue."""

    application: Application
    enrolment: Enrolment | None = field(default=None)


def who_goes_on(module: Module, *, on: date) -> list[Asking]:
    """List the learners who were in the groups that a module continues, in Ukrainian order."""
    cohorts = db.session.scalars(
        select(Cohort)
        .where(Cohort.module_id == module.id, Cohort.continues_id.is_not(None))
        .options(joinedload(Cohort.course).joinedload(Course.programme))
        .order_by(Cohort.name, Cohort.id)
    ).all()
    ids = [cohort.id for cohort in cohorts]
    asked = {
        (one.person_id, one.cohort_id): one
        for one in db.session.scalars(select(Continuation).where(Continuation.cohort_id.in_(ids)))
    }
    held = {
        (person_id, cohort_id)
        for person_id, cohort_id in db.session.execute(
            select(Enrolment.person_id, Enrolment.cohort_id)
            .where(Enrolment.cohort_id.in_(ids))
            .where(or_(Enrolment.until.is_(None), Enrolment.until >= on))
        )
    }
    found: list[Asking] = []
    for cohort in cohorts:
        for person in _at_the_end(cohort.continues_id or 0):
            key = (person.id, cohort.id)
            known = asked.get(key)
            found.append(
                Asking(
                    person,
                    cohort,
                    () if known or key in held else objections(person, cohort),
                    known,
                    is_in=key in held,
                )
            )
    return found


def _at_the_end(cohort_id: int) -> list[Person]:
    """List who had a place in a group until it ended."""
    rows = db.session.execute(
        select(Person, Enrolment.until, Module.ends_on)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Module, Module.id == Cohort.module_id)
        .where(Enrolment.cohort_id == cohort_id, Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    return list(dict.fromkeys(person for person, until, ends_on in rows if goes_on(until, ends_on)))


def ask_on(module: Module, *, by_id: int | None, now: datetime, on: date) -> list[Continuation]:
    """Ask everybody of the groups that a module continues who was not asked yet and fits."""
    lock_cohorts([one.cohort.id for one in who_goes_on(module, on=on)])
    asked = [
        Continuation(
            person_id=one.person.id, cohort_id=one.cohort.id, asked_at=now, asked_by_id=by_id
        )
        for one in who_goes_on(module, on=on)
        if one.is_to_be_asked
    ]
    db.session.add_all(asked)
    db.session.flush()
    return asked


def open_continuations(person_ids: Iterable[int], *, on: date) -> dict[int, list[Continuation]]:
    """Find what several people are asked into and have not answered: one query."""
    cohort = joinedload(Continuation.cohort)
    found: dict[int, list[Continuation]] = {}
    for one in db.session.scalars(
        select(Continuation)
        .join(Cohort, Cohort.id == Continuation.cohort_id)
        .join(Module, Module.id == Cohort.module_id)
        .where(
            Continuation.person_id.in_(list(person_ids)),
            Continuation.answered_at.is_(None),
            Module.ends_on >= on,
        )
        .options(
            joinedload(Continuation.person),
            cohort.joinedload(Cohort.module),
            cohort.joinedload(Cohort.course).joinedload(Course.programme),
        )
        .order_by(Module.starts_on, Continuation.id)
    ):
        found.setdefault(one.person_id, []).append(one)
    return found


def consents_ended(continuation: Continuation, *, on: date) -> list[Purpose]:
    """List the consents that the group needs and that do not hold until its module ends.

    Of whoever is of age only their own count.
    """
    cohort = continuation.cohort
    needed = kind_of(cohort.course.programme.kind).consents | {Purpose.TAKING_PART}
    holding = set(
        db.session.scalars(
            select(Consent.purpose)
            .join(Person, Person.id == Consent.person_id)
            .where(
                Consent.person_id == continuation.person_id,
                or_(Consent.giver_id == Consent.person_id, is_under_age(on)),
                Consent.withdrawn_at.is_(None),
                Consent.is_assent.is_(False),
                or_(
                    Consent.expires_on.is_(None),
                    Consent.expires_on >= cohort.module.ends_on,
                ),
            )
        )
    )
    return sorted(needed - holding)


def go_on(
    continuation: Continuation,
    *,
    giver: Person,
    agreed: frozenset[Purpose] = frozenset(),
    now: datetime,
    on: date,
) -> Answer:
    """Give the place asked for, or a place in the queue when the group is full by now.

    Consents are asked for only where they do not hold any more. The tap of whoever may consent
    counts as the application; no form is filled in again.

    :raises AlreadyAnswered: when it was answered before.
    :raises ModuleOver: when the module has ended meanwhile.
    :raises ConsentEnded: when a consent ended that was not given with this tap.
    :raises NotFitting: when the age rule or a plug-in objects.
    :raises NotALegalGuardian: when whoever taps may not consent.
    """
    cohort, person = _lock(continuation), continuation.person
    if continuation.answered_at is not None or is_in(person.id, cohort.id, on=on):
        raise AlreadyAnswered
    if cohort.module.ends_on < on:
        raise ModuleOver
    reasons = objections(person, cohort)
    if reasons:
        raise NotFitting(tuple(Objection(0, cohort.id, reason) for reason in reasons))
    ended = consents_ended(continuation, on=on)
    if set(ended) - agreed:
        raise ConsentEnded
    until = cohort.module.ends_on + timedelta(days=CONSENT_DAYS_AFTER)
    for purpose in ended:
        give_consent(person, GivenConsent(purpose, expires_on=until), giver=giver, now=now)
    _answer(continuation, by_id=giver.id, is_accepted=True, now=now)
    application = Application(
        form_key=str(uuid4()),
        person_id=person.id,
        applicant_id=giver.id,
        cohort_id=cohort.id,
        state=ApplicationState.WAITING,
        sent_at=now,
    )
    is_full = seats_of([cohort.id], on=on)[cohort.id].left <= 0
    db.session.add(application)
    db.session.flush()
    note(application, Step.APPLIED, now=now, by_id=giver.id, application_id=application.id)
    if is_full:
        return Answer(application)
    return Answer(application, seat(person, cohort, since=on, now=now, application=application))


def decline(continuation: Continuation, *, by_id: int, now: datetime) -> None:
    """Note that somebody does not go on; the place is for others.

    :raises AlreadyAnswered: when it was answered before.
    """
    _lock(continuation)
    if continuation.answered_at is not None:
        raise AlreadyAnswered
    _answer(continuation, by_id=by_id, is_accepted=False, now=now)


def _lock(continuation: Continuation) -> Cohort:
    lock_cohorts([continuation.cohort_id])
    db.session.refresh(continuation)
    return continuation.cohort


def _answer(continuation: Continuation, *, by_id: int, is_accepted: bool, now: datetime) -> None:
    continuation.answered_at, continuation.answered_by_id = now, by_id
    continuation.is_accepted = is_accepted
    db.session.flush()
