"""Which children and places somebody may see: asked of the database at each request."""

from datetime import date

from sqlalchemy import Select, select

from lms.db import db
from lms.enrolment.models import Application
from lms.people.models import Guardianship, Person, Relation
from lms.people.services import ties_in_force


def child_ids_of(guardian_id: int, *, on: date) -> Select[int]:
    """Select the children of a guardian on a day; an ended guardianship, or one of age, is none."""
    mine = ties_in_force(on).where(Guardianship.guardian_id == guardian_id)
    return mine.with_only_columns(Guardianship.child_id)


def find_child(guardian_id: int, child_id: int, *, on: date) -> Person | None:
    """Answer a guardian's own child; another's is as absent as one that never was."""
    return db.session.scalar(
        select(Person).where(
            Person.id == child_id,
            Person.erased_at.is_(None),
            Person.id.in_(child_ids_of(guardian_id, on=on)),
        )
    )


def may_consent_for(guardian_id: int, child_id: int, *, on: date) -> bool:
    """Tell whether a guardian is a legal one; whoever only accompanies gives no consent."""
    return (
        db.session.scalar(
            child_ids_of(guardian_id, on=on)
            .where(Guardianship.child_id == child_id)
            .where(Guardianship.relation != Relation.ACCOMPANYING)
            .limit(1)
        )
        is not None
    )


def still_asks(application: Application, *, on: date) -> bool:
    """Tell whether whoever sent an application may still ask for its person: an ended tie may not."""
    if application.person.erased_at is not None:
        return False
    if application.applicant_id == application.person_id:
        return True
    return may_consent_for(application.applicant_id, application.person_id, on=on)
