"""What the coordinator decides about applications, and taking it back for a while."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lms.contracts import Reason
from lms.courses.models import Cohort
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
from lms.enrolment.refusals import DecidedAlready, NotForAll, TooLateToUndo
from lms.enrolment.rules import Refusal, Wish, fit_all, is_fresh
from lms.enrolment.seats import (
    age_override,
    close_offers,
    enrol,
    is_in,
    lock_cohorts,
    refuse_without_consent,
    seats_of,
    vacate,
)
from lms.people.models import Person

# What the coordinator's word can overrule; an unknown birth date is asked for instead.
AGE_CODES = frozenset({"too_young", "too_old"})


def accept(
    application: Application, *, by_id: int | None, now: datetime, on: date, age_reason: str = ""
) -> Enrolment:
    """Give a waiting application its place from today.

    With a family that wants all or none its other children get places by the same word, each in
    one of the groups asked for, or nobody does.

    :param age_reason: why the age rule does not bind this person, in the coordinator's words.
    :raises DecidedAlready: when it does not wait any more.
    :raises NoSeat: when every place is taken or held for an offer.
    :raises NotForAll: when there is no place for each child of a family that wants all or none.
    :raises AlreadyIn: when the person has a place there by another application.
    :raises NotFitting: when the age rule or a plug-in objects.
    :raises NoConsent: when the consent for taking part does not hold any more.
    """
    family = _family(application)
    _lock(application, family)
    family = [one for one in family if one.state is ApplicationState.WAITING]
    if age_reason:
        waive_age(application.person, application.cohort, reason=age_reason, by_id=by_id, now=now)
    others = _others(application, family, on=on)
    for one in (application, *others):
        refuse_without_consent(one.person, on=on)
    for one in (application, *others):
        close_offers([one.id], OfferState.ACCEPTED, now=now, by_id=by_id)
    made = [
        enrol(one.person, one.cohort, since=on, now=now, application=one, by_id=by_id)
        for one in (application, *others)
    ]
    for one in (application, *others):
        one.decided_by_id = by_id
    db.session.flush()
    return made[0]


def _family(application: Application) -> list[Application]:
    """List what the family asked for in the same form where it wants all or none."""
    if not application.is_all_or_none:
        return [application]
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.form_key == application.form_key)
            .order_by(Application.id)
        )
    )


def _others(application: Application, family: list[Application], *, on: date) -> list[Application]:
    """Choose a place for each further child of the family that has none yet."""
    children: dict[int, list[Wish]] = {application.person_id: [_wish(application)]}
    for one in family:
        if one.person_id in children or _has_place(one, on=on):
            continue
        mine = [each for each in family if each.person_id == one.person_id]
        children[one.person_id] = [_wish(each) for each in mine]
    if len(children) == 1:
        return []
    held = {one.id for one in family}
    seats = seats_of({one.cohort_id for one in family}, on=on)
    free = {
        cohort_id: each.free + _own_offers(held, cohort_id) for cohort_id, each in seats.items()
    }
    chosen = fit_all(list(children.values()), free)
    if not chosen:
        raise NotForAll
    by_id = {one.id: one for one in family}
    return [by_id[wish.application_id] for wish in chosen if wish.application_id != application.id]


def _has_place(application: Application, *, on: date) -> bool:
    """Tell whether a child has a place in any group of the form."""
    return any(
        is_in(application.person_id, one.cohort_id, on=on)
        for one in _family(application)
        if one.person_id == application.person_id
    )


def _own_offers(application_ids: set[int], cohort_id: int) -> int:
    """Count the places held for the family itself in a group."""
    return len(
        db.session.scalars(
            select(Offer.id)
            .join(Application, Application.id == Offer.application_id)
            .where(Offer.application_id.in_(application_ids), Offer.state == OfferState.OPEN)
            .where(Application.cohort_id == cohort_id)
        ).all()
    )


def _wish(application: Application) -> Wish:
    return Wish(application.id, application.person_id, application.cohort_id)


def put_on_list(application: Application, *, by_id: int | None, now: datetime) -> None:
    """Put an application on the waiting list, in its place by the moment of the form.

    :raises DecidedAlready: when it does not wait any more, or stands there already.
    """
    _lock(application, [application])
    if application.listed_at is not None:
        raise DecidedAlready
    application.listed_at = application.decided_at = now
    application.decided_by_id = by_id
    note(application, Step.LISTED, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()


def refuse(application: Application, *, why: Refusal, by_id: int | None, now: datetime) -> None:
    """Refuse a waiting application with a reason that the family reads.

    :raises DecidedAlready: when it does not wait any more.
    """
    _lock(application, [application])
    application.state, application.refusal = ApplicationState.REFUSED, str(why)
    application.decided_at, application.decided_by_id = now, by_id
    close_offers([application.id], OfferState.CLOSED, now=now, by_id=by_id)
    note(application, Step.REFUSED, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()


def undo_decision(application: Application, *, now: datetime, on: date) -> list[Application]:
    """Let an application wait again, in its old place of the queue; answer all that do.

    A family that was accepted as a whole waits again as a whole.

    :raises TooLateToUndo: a day after the decision, or when nobody decided by hand.
    """
    family = _family(application)
    lock_cohorts(one.cohort_id for one in family)
    for one in family:
        db.session.refresh(one)
    if not _can_be_undone(application, now=now):
        raise TooLateToUndo
    moment, was_accepted = application.decided_at, application.state is ApplicationState.ACCEPTED
    undone = [
        one
        for one in family
        if one is application
        or (was_accepted and one.state is ApplicationState.ACCEPTED and one.decided_at == moment)
    ]
    for one in undone:
        _undo(one, now=now, on=on)
    db.session.flush()
    return undone


def _can_be_undone(application: Application, *, now: datetime) -> bool:
    is_decided = application.state in {ApplicationState.ACCEPTED, ApplicationState.REFUSED} or (
        application.state is ApplicationState.WAITING and application.listed_at is not None
    )
    is_by_hand = application.decided_by_id is not None
    return is_decided and is_by_hand and is_fresh(application.decided_at, now=now)


def _undo(application: Application, *, now: datetime, on: date) -> None:
    for enrolment in db.session.scalars(
        select(Enrolment).where(Enrolment.application_id == application.id)
    ).all():
        vacate(enrolment, on=on)
    if application.state is ApplicationState.WAITING:
        application.listed_at = None
        close_offers([application.id], OfferState.CLOSED, now=now)
    application.state, application.refusal = ApplicationState.WAITING, ""
    application.decided_at, application.decided_by_id = None, None
    note(application, Step.UNDONE, now=now, application_id=application.id)


def _lock(application: Application, family: list[Application]) -> None:
    lock_cohorts(one.cohort_id for one in family)
    for one in family:
        db.session.refresh(one)
    if application.state is not ApplicationState.WAITING:
        raise DecidedAlready


def waive_age(
    person: Person, cohort: Cohort, *, reason: str, by_id: int | None, now: datetime
) -> None:
    """Note the coordinator's word that the age rule does not bind somebody in this module."""
    if age_override(person, cohort) is not None:
        return
    db.session.add(
        AgeOverride(person_id=person.id, cohort_id=cohort.id, reason=reason, by_id=by_id, at=now)
    )
    note(Seat(person.id, cohort.id), Step.AGE_WAIVED, now=now, by_id=by_id)
    db.session.flush()


@dataclass(frozen=True)
class Seat:
    """Somebody and a group, before there is a place."""

    person_id: int
    cohort_id: int


def may_be_waived(reasons: tuple[Reason, ...]) -> bool:
    """Tell whether nothing but the age speaks against somebody."""
    return bool(reasons) and all(reason.code in AGE_CODES for reason in reasons)
