"""Where a family stands: offers, places in the queue, and what can be taken back within a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.answerers import may_answer
from lms.enrolment.answers import open_offers, queue_places, was_declined
from lms.enrolment.models import (
    Application,
    ApplicationEvent,
    ApplicationState,
    Offer,
    Step,
)
from lms.enrolment.moving import given_up
from lms.enrolment.rules import UNDO_HOURS
from lms.people.models import Person
from lms.people.services import sees_place_of


@dataclass(frozen=True)
class Places:
    """What a page shows of offers, queues and what can be taken back, for several people."""

    offers: dict[int, Offer]
    queue: dict[int, int]
    given_up: dict[int, list[Cohort]]
    off_list: dict[int, list[Application]]
    answered_for: frozenset[int]
    without_place: frozenset[int]
    on: date


def places_for(people: Sequence[Person], *, adult_id: int, now: datetime, on: date) -> Places:
    """Gather it by a few queries.

    :param adult_id: who looks; whoever may not answer for a child gets no buttons.
    """
    ids = [person.id for person in people]
    waiting = db.session.scalars(
        select(Application.cohort_id).where(
            Application.person_id.in_(ids), Application.state == ApplicationState.WAITING
        )
    ).all()
    since = now - timedelta(hours=UNDO_HOURS)
    given = db.session.execute(
        select(ApplicationEvent.person_id, ApplicationEvent.cohort_id)
        .where(
            ApplicationEvent.person_id.in_(ids),
            ApplicationEvent.step == Step.GIVEN_UP,
            ApplicationEvent.at > since,
        )
        .distinct()
    ).all()
    gone = db.session.scalars(
        select(Application)
        .where(
            Application.person_id.in_(ids),
            Application.state == ApplicationState.WITHDRAWN,
            Application.decided_at > since,
        )
        .options(joinedload(Application.cohort).joinedload(Cohort.course))
        .order_by(Application.id)
    ).all()
    places = Places(
        offers=open_offers(ids),
        queue=queue_places(set(waiting)),
        given_up={},
        off_list={},
        answered_for=frozenset(
            person.id for person in people if may_answer(adult_id, person, on=on)
        ),
        without_place=frozenset(
            person.id
            for person in people
            if person.id != adult_id and not sees_place_of(adult_id, person.id, on=on)
        ),
        on=on,
    )
    for person_id, cohort_id in given:
        if given_up(person_id, cohort_id, now=now) is not None:
            cohort = db.session.get_one(Cohort, cohort_id)
            places.given_up.setdefault(person_id, []).append(cohort)
    for application in gone:
        if was_declined(application):
            places.off_list.setdefault(application.person_id, []).append(application)
    return places
