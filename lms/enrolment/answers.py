"""An offered place is taken, declined, or nobody was reached; and where somebody stands in line."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import select

from lms.db import db
from lms.enrolment.answerers import may_answer
from lms.enrolment.history import note
from lms.enrolment.models import (
    Application,
    ApplicationEvent,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
    Step,
)
from lms.enrolment.offers import waiting_list
from lms.enrolment.refusals import (
    AlreadyIn,
    DecidedAlready,
    NoSeat,
    NotFitting,
    Objection,
    OfferEnded,
    TooLateToUndo,
)
from lms.enrolment.rules import is_fresh
from lms.enrolment.seats import (
    close_offers,
    is_in,
    lock_cohorts,
    objections,
    refuse_without_consent,
    seat,
    seats_of,
)

# The second call that nobody takes passes the place on.
MOST_CALLS = 2


def open_offers(person_ids: Iterable[int]) -> dict[int, Offer]:
    """Find the open offers of several people by the application: one query."""
    rows = db.session.scalars(
        select(Offer)
        .join(Application, Application.id == Offer.application_id)
        .where(Application.person_id.in_(list(person_ids)), Offer.state == OfferState.OPEN)
        .where(Application.state == ApplicationState.WAITING)
    )
    return {offer.application_id: offer for offer in rows}


def together_with(offer: Offer) -> list[Offer]:
    """List what is answered together with an offer, itself among it."""
    return list(
        db.session.scalars(select(Offer).where(Offer.batch == offer.batch).order_by(Offer.id))
    )


def may_answer_offer(adult_id: int, offer: Offer, *, on: date) -> bool:
    """Tell whether an adult may answer for everybody for whom the answer holds."""
    return all(may_answer(adult_id, one.application.person, on=on) for one in together_with(offer))


def is_open(offer: Offer, *, now: datetime) -> bool:
    """Tell whether an offer can still be answered."""
    return (
        offer.state is OfferState.OPEN
        and (offer.ends_at is None or now < offer.ends_at)
        and offer.application.state is ApplicationState.WAITING
    )


def _locked(offer: Offer, *, now: datetime) -> list[Offer]:
    """Lock everything that is answered together, and look again whether it can be."""
    together = together_with(offer)
    lock_cohorts(one.application.cohort_id for one in together)
    for one in together:
        db.session.refresh(one)
        db.session.refresh(one.application)
    if not is_open(offer, now=now):
        raise OfferEnded
    return [one for one in together if is_open(one, now=now)]


def accept_offer(
    offer: Offer, *, now: datetime, on: date, by_id: int | None, is_for_family: bool = False
) -> list[Enrolment]:
    """Take an offered place, and with it those of the whole family that wants all or none.

    :param is_for_family: the coordinator notes what a family said on the phone.
    :raises OfferEnded: when it was answered or ended in the meantime.
    :raises NoSeat: when the group was made smaller in the meantime.
    :raises NotFitting: when the age rule or a plug-in objects by now.
    :raises NoConsent: when the consent for taking part does not hold any more.
    """
    together = _locked(offer, now=now)
    made = []
    for one in together:
        application = one.application
        person, cohort = application.person, application.cohort
        refuse_without_consent(person, on=on)
        if is_in(person.id, cohort.id, on=on):
            raise AlreadyIn
        reasons = objections(person, cohort)
        if reasons:
            raise NotFitting(tuple(Objection(0, cohort.id, reason) for reason in reasons))
        seats = seats_of([cohort.id], on=on)[cohort.id]
        if seats.taken >= seats.capacity:
            raise NoSeat
        note(application, Step.ACCEPTED, now=now, by_id=by_id, application_id=application.id)
        made.append(seat(person, cohort, since=on, now=now, application=application, by_id=by_id))
        application.decided_by_id = by_id if is_for_family else None
    db.session.flush()
    return made


def decline_offer(offer: Offer, *, now: datetime, by_id: int | None) -> list[Application]:
    """Let an offered place go: the application leaves the list and the place passes on.

    :raises OfferEnded: when it was answered or ended in the meantime.
    """
    together = _locked(offer, now=now)
    for one in together:
        one.state, one.answered_at, one.answered_by_id = OfferState.DECLINED, now, by_id
        application = one.application
        application.state, application.decided_at = ApplicationState.WITHDRAWN, now
        note(application, Step.DECLINED, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()
    return [one.application for one in together]


def wait_again(application: Application, *, now: datetime, by_id: int | None) -> None:
    """Take back within a day that a family left the list: the old place in the queue counts.

    :raises TooLateToUndo: after a day, or when the family did not take the application back itself.
    :raises NoConsent: when the consent for taking part was withdrawn since.
    """
    lock_cohorts([application.cohort_id])
    db.session.refresh(application)
    if not was_declined(application) or not is_fresh(application.decided_at, now=now):
        raise TooLateToUndo
    refuse_without_consent(application.person, on=now.date())
    application.state, application.decided_at = ApplicationState.WAITING, None
    note(application, Step.UNDONE, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()


def was_declined(application: Application) -> bool:
    """Tell whether the family itself took an application off the list."""
    if application.state is not ApplicationState.WITHDRAWN:
        return False
    newest = db.session.scalar(
        select(ApplicationEvent.step)
        .where(ApplicationEvent.application_id == application.id)
        .order_by(ApplicationEvent.id.desc())
        .limit(1)
    )
    return newest in {Step.DECLINED, Step.WITHDRAWN}


def take_off_list(application: Application, *, now: datetime, by_id: int | None) -> None:
    """Withdraw an application that waits, by the family's own word; a held place becomes free.

    :raises DecidedAlready: when it does not wait any more.
    """
    lock_cohorts([application.cohort_id])
    db.session.refresh(application)
    if application.state is not ApplicationState.WAITING:
        raise DecidedAlready
    application.state, application.decided_at = ApplicationState.WITHDRAWN, now
    close_offers([application.id], OfferState.CLOSED, now=now, by_id=by_id)
    note(application, Step.WITHDRAWN, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()


def not_reached(offer: Offer, *, now: datetime, by_id: int | None) -> bool:
    """Note a call that nobody took; the second one passes the place on. Answer whether it did.

    The family goes behind those who wait, and stays on the list.

    :raises OfferEnded: when it was answered or ended in the meantime.
    """
    together = _locked(offer, now=now)
    is_over = offer.tries + 1 >= MOST_CALLS
    for one in together:
        one.tries, one.tried_at = one.tries + 1, now
        application = one.application
        note(application, Step.NOT_REACHED, now=now, by_id=by_id, application_id=application.id)
        if is_over:
            one.state, one.answered_at, one.answered_by_id = OfferState.EXPIRED, now, by_id
            application.queued_at = now
    db.session.flush()
    return is_over


def queue_places(cohort_ids: Collection[int]) -> dict[int, int]:
    """Number the applications on the waiting lists of groups, each list from 1."""
    counted: dict[int, int] = {}
    numbers: dict[int, int] = {}
    for application in waiting_list(cohort_ids):
        counted[application.cohort_id] = counted.get(application.cohort_id, 0) + 1
        numbers[application.id] = counted[application.cohort_id]
    return numbers
