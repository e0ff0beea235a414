"""What the last page tells: the applications of one submit, and their places in the queue."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.enrolment.answers import queue_places
from lms.enrolment.models import Application, ApplicationState

WAITS = frozenset({ApplicationState.WAITING})


def applications_of(form_key: str) -> list[Application]:
    """List the applications of one submit in the order of the form."""
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.form_key == form_key)
            .options(joinedload(Application.applicant), joinedload(Application.person))
            .order_by(Application.id)
        )
    )


def places_in_queue(applications: Iterable[Application]) -> dict[int, int]:
    """Answer the places of these applications on the waiting lists of their groups."""
    waiting = {one.id: one.cohort_id for one in applications if one.state in WAITS}
    if not waiting:
        return {}
    numbers = queue_places(set(waiting.values()))
    return {number: place for number, place in numbers.items() if number in waiting}
