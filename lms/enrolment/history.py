"""What happened to places and applications: rows that are only ever added."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.enrolment.models import ApplicationEvent, Step

MOST_LISTED = 300


class Somebody(Protocol):
    """An application or an enrolment: somebody and a group."""

    @property
    def person_id(self) -> int:
        """Whose."""

    @property
    def cohort_id(self) -> int:
        """In which group."""


def note(
    whom: Somebody,
    step: Step,
    *,
    now: datetime,
    by_id: int | None = None,
    application_id: int | None = None,
    day: date | None = None,
    other_id: int | None = None,
) -> None:
    """Add one step of somebody's way towards, in or out of a group."""
    db.session.add(
        ApplicationEvent(
            cohort_id=whom.cohort_id,
            person_id=whom.person_id,
            application_id=application_id,
            step=step,
            at=now,
            by_id=by_id,
            day=day,
            other_id=other_id,
        )
    )


def events_of(cohort_id: int) -> list[ApplicationEvent]:
    """List what happened in a group, the newest first: one query."""
    return list(
        db.session.scalars(
            select(ApplicationEvent)
            .where(ApplicationEvent.cohort_id == cohort_id)
            .options(
                joinedload(ApplicationEvent.person),
                joinedload(ApplicationEvent.by),
                joinedload(ApplicationEvent.other),
            )
            .order_by(ApplicationEvent.at.desc(), ApplicationEvent.id.desc())
            .limit(MOST_LISTED)
        )
    )
