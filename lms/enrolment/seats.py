"""Taking, keeping and leaving a place: the rows of a group are changed under its lock."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, inspect, or_, select

from lms.contracts import Reason
from lms.courses.kind import ApplicantFacts, kind_of
from lms.courses.models import Cohort
from lms.courses.services import ages_on, first_session_day
from lms.db import db
from lms.enrolment.history import note
from lms.enrolment.models import (
    AgeOverride,
    Application,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
    Step,
)
from lms.enrolment.refusals import (
    AlreadyIn,
    EndsBeforeItBegan,
    NoConsent,
    NoSeat,
    NotFitting,
    Objection,
)
from lms.enrolment.rules import Seats
from lms.people.models import Person
from lms.people.rules import Purpose
from lms.people.services import has_consent
from lms.plugins import hooks


def lock_cohorts(cohort_ids: Iterable[int]) -> None:
    """Let nobody else seat anybody in these groups until the transaction ends.

    SQLite's writers queue as a whole; PostgreSQL locks the rows, in one order so that two
    families with the same two groups never wait for each other.
    """
    db.session.execute(
        select(Cohort.id)
        .where(Cohort.id.in_(sorted(set(cohort_ids))))
        .order_by(Cohort.id)
        .with_for_update()
    ).all()


def in_force(on: date) -> Select[int]:
    """Select the enrolments that hold on a day or begin after it."""
    return select(Enrolment.id).where(or_(Enrolment.until.is_(None), Enrolment.until >= on))


def seats_of(cohort_ids: Iterable[int], *, on: date) -> dict[int, Seats]:
    """Count the places of several groups: taken, held for offers, and waited for: one query."""
    ids = list(cohort_ids)
    waiting = (
        select(Application.cohort_id, func.count().label("number"))
        .where(Application.cohort_id.in_(ids), Application.state == ApplicationState.WAITING)
        .group_by(Application.cohort_id)
        .subquery()
    )
    taken = (
        select(Enrolment.cohort_id, func.count().label("number"))
        .where(Enrolment.cohort_id.in_(ids))
        .where(or_(Enrolment.until.is_(None), Enrolment.until >= on))
        .group_by(Enrolment.cohort_id)
        .subquery()
    )
    held = (
        select(Application.cohort_id, func.count().label("number"))
        .join(Offer, Offer.application_id == Application.id)
        .where(Application.cohort_id.in_(ids), Application.state == ApplicationState.WAITING)
        .where(Offer.state == OfferState.OPEN)
        .group_by(Application.cohort_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Cohort.id, Cohort.capacity, taken.c.number, waiting.c.number, held.c.number)
        .outerjoin(taken, taken.c.cohort_id == Cohort.id)
        .outerjoin(waiting, waiting.c.cohort_id == Cohort.id)
        .outerjoin(held, held.c.cohort_id == Cohort.id)
        .where(Cohort.id.in_(ids))
    )
    return {
        cohort_id: Seats(capacity, seated or 0, queued or 0, kept or 0)
        for cohort_id, capacity, seated, queued, kept in rows
    }


def age_day(cohort: Cohort) -> date:
    """Answer the day on which ages are checked: the first session, or the module's first day."""
    return first_session_day(cohort.id) or cohort.module.starts_on


def objections(person: Person, cohort: Cohort) -> tuple[Reason, ...]:
    """List what speaks against a person in a group: the kind's age rule, and vetoes of plug-ins.

    The coordinator's word about the age of this person, given with a reason, goes to the rule.
    """
    programme = cohort.course.programme
    day = age_day(cohort)
    from_age, to_age = ages_on(programme.id, day) or (None, None)
    facts = ApplicantFacts(
        person.birth_date, from_age, to_age, is_age_waived=bool(age_override(person, cohort))
    )
    reasons = list(kind_of(programme.kind).eligibility(facts, on=day).objections)
    for answer in hooks().enrolment_blockers(person=person, cohort=cohort):
        reasons += answer
    return tuple(reasons)


def refuse_without_consent(person: Person, *, on: date) -> None:
    """Refuse a place where nobody's consent for taking part holds.

    :raises NoConsent: when it was withdrawn, has run out, or ended on the eighteenth birthday.
    """
    if not has_consent(person.id, Purpose.TAKING_PART, on=on):
        raise NoConsent


def age_override(person: Person, cohort: Cohort) -> AgeOverride | None:
    """Find the coordinator's word about somebody's age, given for any group of the module."""
    if not inspect(person).persistent:
        return None
    return db.session.scalar(
        select(AgeOverride)
        .join(Cohort, Cohort.id == AgeOverride.cohort_id)
        .where(AgeOverride.person_id == person.id, Cohort.module_id == cohort.module_id)
        .order_by(AgeOverride.at.desc())
        .limit(1)
    )


def close_offers(
    application_ids: Iterable[int],
    state: OfferState,
    *,
    now: datetime,
    by_id: int | None = None,
) -> None:
    """End the open offers of applications, so that they hold no place any more."""
    for offer in db.session.scalars(
        select(Offer).where(
            Offer.application_id.in_(list(application_ids)), Offer.state == OfferState.OPEN
        )
    ).all():
        offer.state, offer.answered_at, offer.answered_by_id = state, now, by_id
    db.session.flush()


def is_in(person_id: int, cohort_id: int, *, on: date) -> bool:
    """Tell whether somebody has a place in a group on a day or later."""
    return (
        db.session.scalar(
            in_force(on)
            .where(Enrolment.person_id == person_id, Enrolment.cohort_id == cohort_id)
            .limit(1)
        )
        is not None
    )


def enrol(
    person: Person,
    cohort: Cohort,
    *,
    since: date,
    now: datetime,
    application: Application | None = None,
    by_id: int | None = None,
) -> Enrolment:
    """Give a person a place in a group from a day, and tell the hook.

    A place held for this very application is the one that it gets.

    :raises AlreadyIn: when the person has a place there on that day or later.
    :raises NoSeat: when every place is taken or held for somebody else.
    :raises NotFitting: when the age rule or a plug-in objects.
    """
    lock_cohorts([cohort.id])
    if is_in(person.id, cohort.id, on=since):
        raise AlreadyIn
    reasons = objections(person, cohort)
    if reasons:
        raise NotFitting(tuple(Objection(0, cohort.id, reason) for reason in reasons))
    if application is not None:
        close_offers([application.id], OfferState.ACCEPTED, now=now, by_id=by_id)
    if seats_of([cohort.id], on=since)[cohort.id].is_full:
        raise NoSeat
    return seat(person, cohort, since=since, now=now, application=application, by_id=by_id)


def seat(
    person: Person,
    cohort: Cohort,
    *,
    since: date,
    now: datetime,
    application: Application | None = None,
    by_id: int | None = None,
    step: Step | None = Step.SEATED,
) -> Enrolment:
    """Record a place that was found free under the lock, and tell the hook.

    :param step: what it is called in the history; none where the caller tells it.
    """
    enrolment = Enrolment(
        person_id=person.id,
        cohort_id=cohort.id,
        application_id=application.id if application else None,
        since=since,
        enrolled_at=now,
    )
    db.session.add(enrolment)
    if application is not None:
        application.state, application.decided_at = ApplicationState.ACCEPTED, now
        close_offers([application.id], OfferState.ACCEPTED, now=now, by_id=by_id)
    db.session.flush()
    if step is not None:
        number = enrolment.application_id
        note(enrolment, step, now=now, by_id=by_id, application_id=number, day=since)
    hooks().enrolled(enrolment=enrolment)
    return enrolment


def leave(
    enrolment: Enrolment, *, last_day: date, now: datetime | None = None, by_id: int | None = None
) -> None:
    """End a place with a last day in the group; what was attended stays with the person.

    :param now: the moment for the history; without one nothing is noted there.

    :raises EndsBeforeItBegan: when the last day lies before the first.
    """
    if last_day < enrolment.since:
        raise EndsBeforeItBegan
    enrolment.until = last_day
    if now is not None:
        number = enrolment.application_id
        note(enrolment, Step.LEFT, now=now, by_id=by_id, application_id=number, day=last_day)
    db.session.flush()


def vacate(enrolment: Enrolment, *, on: date) -> None:
    """Free a place at once: it ended yesterday, or never was when it had not begun before today."""
    yesterday = on - timedelta(days=1)
    if enrolment.since <= yesterday:
        enrolment.until = yesterday
    else:
        db.session.delete(enrolment)
    db.session.flush()


def reopen(enrolment: Enrolment, *, on: date) -> None:
    """Take back the end of a place.

    :raises AlreadyIn: when the person came back by another row in the meantime.
    :raises NoSeat: when the place was given to somebody else in the meantime.
    :raises NoConsent: when the place ended and no consent for taking part holds by now.
    """
    lock_cohorts([enrolment.cohort_id])
    is_held = enrolment.until is None or enrolment.until >= on
    if not is_held:
        if is_in(enrolment.person_id, enrolment.cohort_id, on=on):
            raise AlreadyIn
        if seats_of([enrolment.cohort_id], on=on)[enrolment.cohort_id].is_full:
            raise NoSeat
        refuse_without_consent(db.session.get_one(Person, enrolment.person_id), on=on)
    enrolment.until = None
    db.session.flush()
