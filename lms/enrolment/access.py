"""Which children and places somebody may see: asked of the database at each request."""

from datetime import date

from sqlalchemy import Select, or_, select

from lms.db import db
from lms.people.models import Guardianship, Person, Relation


def child_ids_of(guardian_id: int, *, on: date) -> Select[int]:
    """Select the children of a guardian on a day; an ended guardianship is none."""
    return select(Guardianship.child_id).where(
        Guardianship.guardian_id == guardian_id,
        Guardianship.since <= on,
        or_(Guardianship.until.is_(None), Guardianship.until >= on),
    )


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
