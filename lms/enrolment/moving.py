"""Moving, pausing, giving a place up and coming back: memberships with dates, each undone by a tap.

A pause is a membership that ends and another one that begins after it: the sessions between
belong to neither, so they lower nothing, and the one to come keeps the place.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment import notices
from lms.enrolment.history import note
from lms.enrolment.models import Application, ApplicationEvent, ApplicationState, Enrolment, Step
from lms.enrolment.refusals import (
    AlreadyIn,
    EndsBeforeItBegan,
    NoSeat,
    NotFitting,
    Objection,
    PlaceEnded,
    TooLateToUndo,
)
from lms.enrolment.rules import UNDO_HOURS, is_fresh
from lms.enrolment.seats import (
    enrol,
    is_in,
    lock_cohorts,
    objections,
    refuse_without_consent,
    seat,
    seats_of,
    vacate,
)
from lms.people.models import Person

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Actor:
    """Who does it, when, and what day it is for the group."""

    by_id: int | None
    now: datetime
    on: date


def give_up(enrolment: Enrolment, actor: Actor) -> None:
    """Free a place in one tap: it ended yesterday, or never was when it had not begun.

    :raises PlaceEnded: when it ended before.
    """
    lock_cohorts([enrolment.cohort_id])
    db.session.refresh(enrolment)
    if enrolment.until is not None and enrolment.until < actor.on:
        raise PlaceEnded
    application = _application(enrolment)
    if application is not None:
        application.state, application.decided_at = ApplicationState.WITHDRAWN, actor.now
    _note(enrolment, Step.GIVEN_UP, actor, day=enrolment.since)
    for part in _parts(enrolment, on=actor.on):
        vacate(part, on=actor.on)


def _parts(enrolment: Enrolment, *, on: date) -> list[Enrolment]:
    """Answer the membership, and the one that keeps the place after a pause."""
    return list(
        db.session.scalars(
            select(Enrolment)
            .where(
                Enrolment.person_id == enrolment.person_id,
                Enrolment.cohort_id == enrolment.cohort_id,
                (Enrolment.until.is_(None)) | (Enrolment.until >= on),
            )
            .order_by(Enrolment.since.desc())
        )
    )


def given_up(person_id: int, cohort_id: int, *, now: datetime) -> ApplicationEvent | None:
    """Find a place that was given up within a day and that nothing has happened to since."""
    newest = db.session.scalar(
        select(ApplicationEvent)
        .where(ApplicationEvent.person_id == person_id, ApplicationEvent.cohort_id == cohort_id)
        .order_by(ApplicationEvent.id.desc())
        .limit(1)
    )
    is_it = newest is not None and newest.step is Step.GIVEN_UP and is_fresh(newest.at, now=now)
    return newest if is_it else None


def take_back(person: Person, cohort: Cohort, actor: Actor) -> Enrolment:
    """Take back within a day that a place was given up, while it is still free.

    :raises TooLateToUndo: after a day.
    :raises NoSeat: when the place is taken or held for somebody else by now.
    :raises AlreadyIn: when the person has a place there again.
    :raises NoConsent: when the consent for taking part was withdrawn since.
    """
    lock_cohorts([cohort.id])
    event = given_up(person.id, cohort.id, now=actor.now)
    if event is None or event.day is None:
        raise TooLateToUndo
    if is_in(person.id, cohort.id, on=actor.on):
        raise AlreadyIn
    if seats_of([cohort.id], on=actor.on)[cohort.id].is_full:
        raise NoSeat
    refuse_without_consent(person, on=actor.on)
    application = (
        db.session.get(Application, event.application_id) if event.application_id else None
    )
    if application is not None:
        application.state, application.decided_at = ApplicationState.ACCEPTED, actor.now
    enrolment = _reinstate(person.id, cohort.id, event.day, application, actor)
    _note(enrolment, Step.UNDONE, actor)
    db.session.flush()
    return enrolment


def _reinstate(
    person_id: int, cohort_id: int, since: date, application: Application | None, actor: Actor
) -> Enrolment:
    """Open the membership that began on a day once more, or write it again where it never ran."""
    enrolment = db.session.scalar(
        select(Enrolment).where(
            Enrolment.person_id == person_id,
            Enrolment.cohort_id == cohort_id,
            Enrolment.since == since,
        )
    )
    if enrolment is None:
        enrolment = Enrolment(
            person_id=person_id,
            cohort_id=cohort_id,
            since=since,
            application_id=application.id if application else None,
            enrolled_at=actor.now,
        )
        db.session.add(enrolment)
    enrolment.until = None
    db.session.flush()
    return enrolment


def move(enrolment: Enrolment, to: Cohort, actor: Actor, *, day: date) -> Enrolment:
    """Move somebody to another group from a day; what was attended stays with the person.

    :raises PlaceEnded: when the place in the old group has ended.
    :raises EndsBeforeItBegan: when the day lies before the first day in the old group.
    :raises AlreadyIn: when the person has a place in the new group.
    :raises NoSeat: when every place there is taken or held.
    :raises NotFitting: when the age rule or a plug-in objects to the new group.
    """
    lock_cohorts([enrolment.cohort_id, to.id])
    db.session.refresh(enrolment)
    if enrolment.until is not None:
        raise PlaceEnded
    if day < enrolment.since:
        raise EndsBeforeItBegan
    person, old = enrolment.person, enrolment.cohort
    if is_in(person.id, to.id, on=day):
        raise AlreadyIn
    reasons = objections(person, to)
    if reasons:
        raise NotFitting(tuple(Objection(0, to.id, reason) for reason in reasons))
    if seats_of([to.id], on=actor.on)[to.id].is_full:
        raise NoSeat
    _note(enrolment, Step.MOVED_OUT, actor, day=enrolment.since, other_id=to.id)
    application = _application(enrolment)
    vacate(enrolment, on=day)
    made = seat(person, to, since=day, now=actor.now, by_id=actor.by_id, step=None)
    made.application_id = application.id if application else None
    _note(made, Step.MOVED_IN, actor, day=day, other_id=old.id)
    db.session.flush()
    notices.moved(old, made, now=actor.now)
    return made


def undo_move(enrolment: Enrolment, actor: Actor) -> Enrolment:
    """Take a move back within a day, while the place in the old group is still free.

    :raises TooLateToUndo: after a day, or when nobody moved here.
    :raises NoSeat: when the old place went to somebody else.
    """
    event = moved_in(enrolment, now=actor.now)
    if event is None or event.other_id is None:
        raise TooLateToUndo
    lock_cohorts([enrolment.cohort_id, event.other_id])
    left = db.session.scalar(
        select(ApplicationEvent)
        .where(
            ApplicationEvent.person_id == enrolment.person_id,
            ApplicationEvent.cohort_id == event.other_id,
            ApplicationEvent.step == Step.MOVED_OUT,
        )
        .order_by(ApplicationEvent.id.desc())
        .limit(1)
    )
    if left is None or left.day is None:
        raise TooLateToUndo
    is_held = is_in(enrolment.person_id, event.other_id, on=actor.on)
    if not is_held and seats_of([event.other_id], on=actor.on)[event.other_id].is_full:
        raise NoSeat
    application, person_id = _application(enrolment), enrolment.person_id
    _note(enrolment, Step.UNDONE, actor, other_id=event.other_id)
    vacate(enrolment, on=actor.on)
    back = _reinstate(person_id, event.other_id, left.day, application, actor)
    _note(back, Step.UNDONE, actor, other_id=event.cohort_id)
    db.session.flush()
    return back


def moved_in(enrolment: Enrolment, *, now: datetime) -> ApplicationEvent | None:
    """Find the move of the last day that brought somebody to this place."""
    newest = db.session.scalar(
        select(ApplicationEvent)
        .where(
            ApplicationEvent.person_id == enrolment.person_id,
            ApplicationEvent.cohort_id == enrolment.cohort_id,
        )
        .order_by(ApplicationEvent.id.desc())
        .limit(1)
    )
    is_it = newest is not None and newest.step is Step.MOVED_IN and is_fresh(newest.at, now=now)
    return newest if is_it else None


def pause(enrolment: Enrolment, actor: Actor, *, first_day: date, last_day: date) -> Enrolment:
    """Keep a place while somebody is away: its days lie outside the membership.

    :raises PlaceEnded: when the place has an end already.
    :raises EndsBeforeItBegan: when the last day is before the first, or before the membership.
    """
    lock_cohorts([enrolment.cohort_id])
    db.session.refresh(enrolment)
    if enrolment.until is not None:
        raise PlaceEnded
    if last_day < max(first_day, enrolment.since):
        raise EndsBeforeItBegan
    _note(enrolment, Step.PAUSED, actor, day=first_day)
    if first_day <= enrolment.since:
        enrolment.since = last_day + DAY
        db.session.flush()
        return enrolment
    enrolment.until = first_day - DAY
    db.session.flush()
    after = Enrolment(
        person_id=enrolment.person_id,
        cohort_id=enrolment.cohort_id,
        application_id=enrolment.application_id,
        since=last_day + DAY,
        enrolled_at=actor.now,
    )
    db.session.add(after)
    db.session.flush()
    return after


def come_back(enrolment: Enrolment, actor: Actor) -> Enrolment:
    """End a pause that is still running: the membership goes on today, or as if never paused.

    :param enrolment: the membership that begins after the pause.
    :raises PlaceEnded: when there is no pause to end.
    """
    lock_cohorts([enrolment.cohort_id])
    db.session.refresh(enrolment)
    if enrolment.since <= actor.on or enrolment.until is not None:
        raise PlaceEnded
    _note(enrolment, Step.CAME_BACK, actor, day=actor.on)
    before = before_pause(enrolment)
    if before is None or before.until is None or before.until < actor.on - DAY:
        enrolment.since = actor.on
        db.session.flush()
        return enrolment
    db.session.delete(enrolment)
    db.session.flush()
    before.until = None
    db.session.flush()
    return before


def before_pause(enrolment: Enrolment) -> Enrolment | None:
    """Find the membership that ended when the pause before this one began."""
    return db.session.scalar(
        select(Enrolment)
        .where(
            Enrolment.person_id == enrolment.person_id,
            Enrolment.cohort_id == enrolment.cohort_id,
            Enrolment.since < enrolment.since,
        )
        .order_by(Enrolment.since.desc())
        .limit(1)
    )


def return_to(enrolment: Enrolment, actor: Actor) -> Enrolment:
    """Let somebody who left come back: a new membership from today, the gap belongs to neither.

    :raises AlreadyIn: when the person has a place there.
    :raises NoSeat: when every place is taken or held.
    :raises NotFitting: when the age rule or a plug-in objects.
    """
    refuse_without_consent(enrolment.person, on=actor.on)
    made = enrol(
        enrolment.person, enrolment.cohort, since=actor.on, now=actor.now, by_id=actor.by_id
    )
    made.application_id = enrolment.application_id
    _note(made, Step.CAME_BACK, actor, day=actor.on)
    db.session.flush()
    return made


def _application(enrolment: Enrolment) -> Application | None:
    if enrolment.application_id is None:
        return None
    return db.session.get(Application, enrolment.application_id)


def _note(
    enrolment: Enrolment,
    step: Step,
    actor: Actor,
    *,
    day: date | None = None,
    other_id: int | None = None,
) -> None:
    note(
        enrolment,
        step,
        now=actor.now,
        by_id=actor.by_id,
        application_id=enrolment.application_id,
        day=day,
        other_id=other_id,
    )
    db.session.flush()


def recent_moves(cohort_id: int, *, now: datetime) -> set[int]:
    """List the people whose last step in a group is that they moved here within a day."""
    newest = (
        select(func.max(ApplicationEvent.id))
        .where(ApplicationEvent.cohort_id == cohort_id)
        .group_by(ApplicationEvent.person_id)
    )
    return set(
        db.session.scalars(
            select(ApplicationEvent.person_id).where(
                ApplicationEvent.id.in_(newest),
                ApplicationEvent.step == Step.MOVED_IN,
                ApplicationEvent.at > now - timedelta(hours=UNDO_HOURS),
            )
        )
    )
