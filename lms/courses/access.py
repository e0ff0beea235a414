"""Which groups and sessions somebody may see: asked of the database at each request."""

from datetime import date

from sqlalchemy import Select, or_, select

from lms.courses.kind import kind_of
from lms.courses.models import Assignment, Cohort, Course, Programme
from lms.db import db
from lms.people.services import clearance


def assigned_cohort_ids(person_id: int, *, on: date) -> Select[int]:
    """Select the groups to which an adult is assigned on a day."""
    return select(Assignment.cohort_id).where(
        Assignment.person_id == person_id,
        Assignment.since <= on,
        or_(Assignment.until.is_(None), Assignment.until >= on),
    )


def is_assigned(person_id: int | None, cohort_id: int, *, on: date) -> bool:
    """Tell whether an adult is with a group on a day or later; who is not kept yet never is."""
    assignments = select(Assignment.id).where(
        Assignment.person_id == person_id,
        Assignment.cohort_id == cohort_id,
        or_(Assignment.until.is_(None), Assignment.until >= on),
    )
    return person_id is not None and db.session.scalar(assignments.limit(1)) is not None


def may_lead(person_id: int, cohort_id: int, *, on: date) -> bool:
    """Tell whether an adult may see names, link and register of a group on a day.

    Assigned is not enough with children: a check that ran out closes the page the same day.
    """
    kind = db.session.scalar(
        select(Programme.kind)
        .join(Course, Course.programme_id == Programme.id)
        .join(Cohort, Cohort.course_id == Course.id)
        .where(Cohort.id == cohort_id, Cohort.id.in_(assigned_cohort_ids(person_id, on=on)))
    )
    if kind is None:
        return False
    return not kind_of(kind).is_for_children or clearance(person_id, on=on).is_allowed
