"""What becomes of an erased person's places and applications: ended, and kept as figures."""

from datetime import timedelta

from sqlalchemy import case, delete, or_, update

from lms.contracts import Eraser, Erasing
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Continuation, Enrolment


def _end_places(erasing: Erasing) -> None:
    """Free the places; a place is never deleted here, since the year counts it."""
    yesterday = erasing.now.date() - timedelta(days=1)
    last = case((Enrolment.since > yesterday, Enrolment.since), else_=yesterday)
    db.session.execute(
        update(Enrolment)
        .where(
            Enrolment.person_id == erasing.person_id,
            or_(Enrolment.until.is_(None), Enrolment.until > yesterday),
        )
        .values(until=last)
        .execution_options(synchronize_session=False)
    )


def _withdraw_applications(erasing: Erasing) -> None:
    db.session.execute(
        update(Application)
        .where(
            Application.person_id == erasing.person_id,
            Application.state == ApplicationState.WAITING,
        )
        .values(state=ApplicationState.WITHDRAWN, decided_at=erasing.now)
        .execution_options(synchronize_session=False)
    )


def _forget_questions(erasing: Erasing) -> None:
    db.session.execute(
        delete(Continuation)
        .where(Continuation.person_id == erasing.person_id)
        .execution_options(synchronize_session=False)
    )


ERASERS = [
    Eraser("enrolment", run=_end_places),
    Eraser("application", run=_withdraw_applications),
    Eraser("continuation", run=_forget_questions),
    Eraser("age_override", is_deleted=True),
]
