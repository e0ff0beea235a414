"""Whose registers somebody may open: asked of the database at each request."""

from datetime import date
from typing import Any

from sqlalchemy import select

from lms.contracts import RoleName
from lms.courses.access import assigned_cohort_ids, may_lead
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Programme
from lms.db import db
from lms.people.services import clearance

TEACHING = (RoleName.MENTOR, RoleName.LEADER, RoleName.HELPER)


def may_register(principal: Any, cohort_id: int, *, on: date) -> bool:
    """Tell whether somebody may open the registers of a group today.

    The coordinator may always, to enter what a mentor tells; others while they are assigned and,
    with children, cleared.
    """
    if principal.has(RoleName.COORDINATOR):
        return True
    return principal.has(*TEACHING) and may_lead(principal.person_id, cohort_id, on=on)


def led_cohort_ids(person_id: int, *, on: date) -> list[int]:
    """List the groups that somebody leads today: the set for which ``may_lead`` says yes."""
    rows = db.session.execute(
        select(Cohort.id, Programme.kind)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Cohort.id.in_(assigned_cohort_ids(person_id, on=on)))
    ).all()
    with_children = {cohort_id for cohort_id, kind in rows if kind_of(kind).is_for_children}
    if with_children and not clearance(person_id, on=on).is_allowed:
        return [cohort_id for cohort_id, _kind in rows if cohort_id not in with_children]
    return [cohort_id for cohort_id, _kind in rows]
