"""What becomes of an erased mentor's groups: the assignment ends, its row stays as a figure."""

from datetime import timedelta

from sqlalchemy import and_, case, or_, update

from lms.contracts import Eraser, Erasing
from lms.courses.models import Assignment
from lms.db import db


def _end_assignments(erasing: Erasing) -> None:
    """End with yesterday what is in force; an assignment that begins later lasts its first day."""
    yesterday = erasing.now.date() - timedelta(days=1)
    last = case((Assignment.since > yesterday, Assignment.since), else_=yesterday)
    db.session.execute(
        update(Assignment)
        .where(
            and_(
                Assignment.person_id == erasing.person_id,
                or_(Assignment.until.is_(None), Assignment.until > yesterday),
            )
        )
        .values(until=last)
        .execution_options(synchronize_session=False)
    )


ERASERS = [Eraser("assignment", run=_end_assignments)]
