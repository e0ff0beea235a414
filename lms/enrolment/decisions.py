"""What the coordinator decides about applications, and taking it back for a while."""

from datetime import date, datetime

from sqlalchemy import select

from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.refusals import DecidedAlready, TooLateToUndo
from lms.enrolment.rules import Refusal, is_fresh
from lms.enrolment.seats import enrol, lock_cohorts, vacate


def accept(application: Application, *, by_id: int | None, now: datetime, on: date) -> Enrolment:
    """Give a waiting application its place from today.

    :raises DecidedAlready: when it does not wait any more.
    :raises NoSeat: when the group is full.
    :raises AlreadyIn: when the person has a place there by another application.
    :raises NotFitting: when the age rule or a plug-in objects.
    """
    _lock(application)
    enrolment = enrol(
        application.person, application.cohort, since=on, now=now, application=application
    )
    application.decided_by_id = by_id
    db.session.flush()
    return enrolment


def refuse(application: Application, *, why: Refusal, by_id: int | None, now: datetime) -> None:
    """Refuse a waiting application with a reason that the family reads.

    :raises DecidedAlready: when it does not wait any more.
    """
    _lock(application)
    application.state, application.refusal = ApplicationState.REFUSED, str(why)
    application.decided_at, application.decided_by_id = now, by_id
    db.session.flush()


def undo_decision(application: Application, *, now: datetime, on: date) -> None:
    """Let an application wait again, in its old place of the queue.

    :raises TooLateToUndo: a day after the decision, or when nobody decided by hand.
    """
    lock_cohorts([application.cohort_id])
    db.session.refresh(application)
    is_decided = application.state in {ApplicationState.ACCEPTED, ApplicationState.REFUSED}
    is_by_hand = application.decided_by_id is not None
    if not is_decided or not is_by_hand or not is_fresh(application.decided_at, now=now):
        raise TooLateToUndo
    for enrolment in db.session.scalars(
        select(Enrolment).where(Enrolment.application_id == application.id)
    ).all():
        vacate(enrolment, on=on)
    application.state, application.refusal = ApplicationState.WAITING, ""
    application.decided_at, application.decided_by_id = None, None
    db.session.flush()


def _lock(application: Application) -> None:
    lock_cohorts([application.cohort_id])
    db.session.refresh(application)
    if application.state is not ApplicationState.WAITING:
        raise DecidedAlready
