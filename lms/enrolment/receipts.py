"""What the last page tells: the applications of one submit, and their places in the queue."""

from collections.abc import Iterable

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.db import db
from lms.enrolment.models import Application, ApplicationState


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
    """Answer for each waiting application its place among those of its group: one query."""
    ids = [one.id for one in applications if one.state is ApplicationState.WAITING]
    if not ids:
        return {}
    before = aliased(Application)
    rows = db.session.execute(
        select(Application.id, func.count(before.id))
        .join(
            before,
            and_(
                before.cohort_id == Application.cohort_id,
                before.state == ApplicationState.WAITING,
                or_(
                    before.sent_at < Application.sent_at,
                    and_(before.sent_at == Application.sent_at, before.id <= Application.id),
                ),
            ),
        )
        .where(Application.id.in_(ids))
        .group_by(Application.id)
    )
    return {number: place for number, place in rows}  # noqa: C416 - rows are no pairs to mypy
