"""A place that became free is offered to the first who fits, held, answered, and passed on.

Every verb locks the groups first. ``pass_on`` may be called at any moment and as often as one
likes: it ends what has ended and offers what is free.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from lms.courses.models import NOT_HELD, Cohort, Course, Module, Programme, Session
from lms.courses.timetable import moment_on
from lms.db import db
from lms.enrolment import notices
from lms.enrolment.answerers import answerers_of_all
from lms.enrolment.history import note
from lms.enrolment.models import (
    Application,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
    Step,
)
from lms.enrolment.rules import MOST_UNANSWERED, OfferWay, Wish, offer_way, plan_offers
from lms.enrolment.seats import close_offers, is_in, lock_cohorts, objections, seat, seats_of
from lms.letters.services import may_be_written_to


@dataclass(frozen=True)
class Passing:
    """What holds for one passing on: the moment, the hours to answer, and whose form just came.

    Whoever sends a form to a programme that takes applications at once and is the first who fits
    gets the place itself instead of an offer.
    """

    now: datetime
    hours: int
    at_once: str = ""


def first_moments(cohort_ids: Collection[int]) -> dict[int, datetime]:
    """Tell when each group meets first; where nothing is planned, the morning of its module."""
    rows = db.session.execute(
        select(Cohort.id, Cohort.zone, Module.starts_on, func.min(Session.starts_at))
        .join(Module, Module.id == Cohort.module_id)
        .outerjoin(Session, (Session.cohort_id == Cohort.id) & Session.state.not_in(list(NOT_HELD)))
        .where(Cohort.id.in_(list(cohort_ids)))
        .group_by(Cohort.id, Cohort.zone, Module.starts_on)
    )
    return {
        cohort_id: first or moment_on(starts_on, time(0), zone)
        for cohort_id, zone, starts_on, first in rows
    }


def in_queue() -> ColumnElement[bool]:
    """Select who stands on a waiting list: put there, or by a programme that takes at once."""
    return (Application.state == ApplicationState.WAITING) & or_(
        Application.listed_at.is_not(None), Programme.accepts_at_once
    )


def queue_order() -> tuple[Any, Any]:
    """Order a waiting list: by the moment of the form, behind it whoever let an offer end."""
    return func.coalesce(Application.queued_at, Application.sent_at), Application.id


def waiting_list(cohort_ids: Collection[int]) -> list[Application]:
    """List who stands on the waiting lists of groups, in their order: one query."""
    return list(
        db.session.scalars(
            select(Application)
            .join(Cohort, Cohort.id == Application.cohort_id)
            .join(Course, Course.id == Cohort.course_id)
            .join(Programme, Programme.id == Course.programme_id)
            .where(Application.cohort_id.in_(list(cohort_ids)), in_queue())
            .order_by(*queue_order())
        )
    )


def unanswered(application_ids: Collection[int]) -> dict[int, int]:
    """Count the offers to each application that ended without an answer: one query."""
    counted = db.session.execute(
        select(Offer.application_id, func.count())
        .where(Offer.application_id.in_(application_ids), Offer.state == OfferState.EXPIRED)
        .group_by(Offer.application_id)
    )
    return dict(counted.all())


def pass_on(cohort_ids: Iterable[int], passing: Passing) -> list[Offer]:
    """End the offers of groups that have ended and offer their free places; answer the new ones.

    The queue's order is the order; who does not fit at the moment keeps the place in it.
    """
    ids = _together(set(cohort_ids))
    lock_cohorts(ids)
    db.session.expire_all()
    starts = first_moments(ids)
    _end_offers(ids, starts, passing)
    free = _free(ids, starts, passing)
    if not any(free.values()):
        return []
    return [
        offer
        for together in plan_offers(*_queue(ids, free, passing))
        for offer in _offer(together, starts, passing)
    ]


def pass_on_everywhere(passing: Passing) -> None:
    """Do so for every group where an offer has ended or a free place is waited for."""
    seats = seats_of(_waited_for(), on=passing.now.date())
    ended = db.session.scalars(
        select(Application.cohort_id)
        .join(Offer, Offer.application_id == Application.id)
        .where(Offer.state == OfferState.OPEN)
        .distinct()
    ).all()
    starts = first_moments(ended)
    due = {cohort_id for cohort_id, each in seats.items() if each.free} | {
        cohort_id for cohort_id in ended if starts[cohort_id] <= passing.now
    }
    due |= set(
        db.session.scalars(
            select(Application.cohort_id)
            .join(Offer, Offer.application_id == Application.id)
            .where(
                Offer.state == OfferState.OPEN,
                or_(
                    Offer.ends_at <= passing.now,
                    Application.state != ApplicationState.WAITING,
                ),
            )
        )
    )
    if due:
        pass_on(due, passing)


def _waited_for() -> Sequence[int]:
    return db.session.scalars(
        select(Application.cohort_id)
        .join(Cohort, Cohort.id == Application.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(in_queue())
        .distinct()
    ).all()


def _together(ids: set[int]) -> set[int]:
    """Add the groups that families which want all or none ask for beside these."""
    while True:
        forms = select(Application.form_key).where(
            Application.cohort_id.in_(ids),
            Application.is_all_or_none,
            Application.state == ApplicationState.WAITING,
        )
        more = set(
            db.session.scalars(
                select(Application.cohort_id)
                .where(Application.form_key.in_(forms))
                .where(Application.state == ApplicationState.WAITING)
            )
        )
        if more <= ids:
            return ids
        ids = ids | more


def _end_offers(ids: set[int], starts: dict[int, datetime], passing: Passing) -> None:
    now = passing.now
    offers = db.session.scalars(
        select(Offer)
        .join(Application, Application.id == Offer.application_id)
        .where(Offer.state == OfferState.OPEN, Application.cohort_id.in_(ids))
        .order_by(Offer.id)
    ).all()
    gone = [one for one in offers if one.application.state is not ApplicationState.WAITING]
    close_offers([one.application_id for one in gone], OfferState.CLOSED, now=now)
    for offer in offers:
        if offer in gone:
            continue
        if starts[offer.application.cohort_id] <= now:
            # The group has begun: nobody is put behind for that.
            _end(offer, now=now, is_put_behind=False)
        elif offer.ends_at is not None and offer.ends_at <= now:
            _end(offer, now=now, is_put_behind=True)


def _end(offer: Offer, *, now: datetime, is_put_behind: bool, by_id: int | None = None) -> None:
    application = offer.application
    offer.state = OfferState.EXPIRED if is_put_behind else OfferState.CLOSED
    offer.answered_at, offer.answered_by_id = now, by_id
    if is_put_behind:
        application.queued_at = now
    step = Step.EXPIRED if is_put_behind else Step.CLOSED
    note(application, step, now=now, by_id=by_id, application_id=application.id)
    db.session.flush()
    if not offer.by_phone:
        notices.offer_ended(offer, now=now)


def _free(ids: set[int], starts: dict[int, datetime], passing: Passing) -> dict[int, int]:
    """Count the places that may be offered: none from the first session on, none in what is over."""
    rows = db.session.execute(
        select(Cohort.id, Cohort.zone, Module.ends_on, Programme.archived_on)
        .join(Module, Module.id == Cohort.module_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Cohort.id.in_(ids))
    )
    days = {
        cohort_id: passing.now.astimezone(ZoneInfo(zone)).date()
        for cohort_id, zone, ends_on, archived_on in rows
        if starts[cohort_id] > passing.now and archived_on is None and ends_on >= passing.now.date()
    }
    if not days:
        return {}
    seats = seats_of(days, on=min(days.values()))
    return {cohort_id: seats[cohort_id].free for cohort_id in days}


def _queue(
    ids: set[int], free: dict[int, int], passing: Passing
) -> tuple[list[Wish], dict[int, int], frozenset[tuple[str, int]]]:
    """Gather who may be offered a place now, what is free, and which children have one."""
    listed = waiting_list(ids)
    numbers = [one.id for one in listed]
    offered = set(
        db.session.scalars(
            select(Offer.application_id).where(
                Offer.application_id.in_(numbers), Offer.state == OfferState.OPEN
            )
        )
    )
    silent = unanswered(numbers)
    fitting = [
        one
        for one in listed
        if one.id not in offered
        and silent.get(one.id, 0) < MOST_UNANSWERED
        and _fits(one, free, passing)
    ]
    placed = _placed({one.form_key for one in fitting if one.is_all_or_none})
    able = {(one.form_key, one.person_id) for one in fitting} | placed
    queue = [
        Wish(one.id, one.person_id, one.cohort_id, one.form_key if one.is_all_or_none else "")
        for one in fitting
        if not one.is_all_or_none or _children(one.form_key) <= able
    ]
    return queue, free, placed


def _fits(application: Application, free: dict[int, int], passing: Passing) -> bool:
    if not free.get(application.cohort_id):
        # Nothing is offered there now; a family may fit by it all the same only where it is free.
        return application.is_all_or_none
    on = passing.now.date()
    return not is_in(application.person_id, application.cohort_id, on=on) and not objections(
        application.person, application.cohort
    )


def _children(form_key: str) -> set[tuple[str, int]]:
    """List the children of a form that still wait, whether the coordinator has looked or not."""
    return {
        (form_key, person_id)
        for person_id in db.session.scalars(
            select(Application.person_id).where(
                Application.form_key == form_key, Application.state == ApplicationState.WAITING
            )
        )
    }


def _placed(form_keys: set[str]) -> frozenset[tuple[str, int]]:
    seated = db.session.execute(
        select(Application.form_key, Application.person_id)
        .join(Enrolment, Enrolment.application_id == Application.id)
        .where(Application.form_key.in_(form_keys), Enrolment.until.is_(None))
    ).all()
    offered = db.session.execute(
        select(Application.form_key, Application.person_id)
        .join(Offer, Offer.application_id == Application.id)
        .where(Application.form_key.in_(form_keys), Offer.state == OfferState.OPEN)
    ).all()
    return frozenset((key, person_id) for key, person_id in (*seated, *offered))


def _offer(together: Sequence[Wish], starts: dict[int, datetime], passing: Passing) -> list[Offer]:
    found = [db.session.get_one(Application, wish.application_id) for wish in together]
    if passing.at_once and all(
        one.form_key == passing.at_once and one.cohort.course.programme.accepts_at_once
        for one in found
    ):
        for one in found:
            day = passing.now.astimezone(ZoneInfo(one.cohort.zone)).date()
            seat(one.person, one.cohort, since=day, now=passing.now, application=one)
        return []
    first = min(starts[one.cohort_id] for one in found)
    return make_offers(found, first=first, passing=passing)


def make_offers(
    applications: Sequence[Application],
    *,
    first: datetime,
    passing: Passing,
    ends_at: datetime | None = None,
) -> list[Offer]:
    """Hold a place for each of these and tell the family; they are answered together.

    The caller holds the locks and has found the places free. With ``ends_at`` a place is kept
    for somebody invited until a day of the coordinator's choice.
    """
    now, batch = passing.now, str(uuid4())
    adults = answerers_of_all([one.person for one in applications], on=now.date())
    is_reached = any(may_be_written_to(adult, on=now.date()) for adult in adults)
    way = offer_way(first, now=now, may_be_written_to=is_reached)
    ends = ends_at or min(now + timedelta(hours=passing.hours), first)
    offers = [
        Offer(
            application_id=one.id,
            batch=batch,
            by_phone=way is not OfferWay.LETTER,
            made_at=now,
            ends_at=ends if way is OfferWay.LETTER else None,
        )
        for one in applications
    ]
    db.session.add_all(offers)
    db.session.flush()
    for one in applications:
        note(one, Step.OFFERED, now=now, application_id=one.id)
    db.session.flush()
    if way is OfferWay.LETTER:
        notices.offer_made(offers, now=now)
    return offers
