"""The coordinator's lists: what waits, what was decided lately, who is in a group."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload

from lms.courses.models import Cohort, Course
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.rules import UNDO_HOURS
from lms.people.models import Person

MOST_LISTED = 200


def count_waiting() -> int:
    """Count the applications that wait for the coordinator."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Application)
            .where(Application.state == ApplicationState.WAITING)
        )
        or 0
    )


def waiting_applications() -> list[Application]:
    """List what waits for the coordinator, the oldest first: one query."""
    return _desk(Application.state == ApplicationState.WAITING, newest_first=False)


def recent_decisions(*, now: datetime) -> list[Application]:
    """List what was decided by hand within the time of taking back, the newest first: one query."""
    since = now - timedelta(hours=UNDO_HOURS)
    return _desk(
        Application.state.in_([ApplicationState.ACCEPTED, ApplicationState.REFUSED])
        & Application.decided_by_id.is_not(None)
        & (Application.decided_at > since),
        newest_first=True,
    )


def _desk(condition: ColumnElement[bool], *, newest_first: bool) -> list[Application]:
    order = Application.decided_at.desc() if newest_first else Application.sent_at
    cohort = joinedload(Application.cohort)
    return list(
        db.session.scalars(
            select(Application)
            .where(condition, Application.person.has(Person.erased_at.is_(None)))
            .options(
                joinedload(Application.person),
                joinedload(Application.applicant),
                cohort.joinedload(Cohort.module),
                cohort.joinedload(Cohort.course).joinedload(Course.programme),
            )
            .order_by(order, Application.id)
            .limit(MOST_LISTED)
        )
    )


def participants(cohort_id: int) -> list[Row[Any]]:
    """List who has or had a place in a group, in Ukrainian order: one query."""
    return list(
        db.session.execute(
            select(
                Enrolment.id,
                Enrolment.since,
                Enrolment.until,
                Person.id.label("person_id"),
                Person.family_name,
                Person.given_name,
                Person.patronymic,
            )
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.cohort_id == cohort_id, Person.erased_at.is_(None))
            .order_by(Person.sort_key, Person.id, Enrolment.since)
        )
    )
