"""Whose registers somebody may open: asked of the database at each request."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, bindparam, or_, select

from lms.contracts import RoleName
from lms.courses.access import assigned_cohort_ids
from lms.courses.kind import kind_of
from lms.courses.models import Assignment, Cohort, Course, Programme
from lms.db import db
from lms.people.models import Check
from lms.people.rules import CheckFact, assess_clearance
from lms.people.services import clearance

TEACHING = (RoleName.MENTOR, RoleName.LEADER, RoleName.HELPER)


_PERSON, _COHORT = bindparam("person", type_=Integer), bindparam("cohort", type_=Integer)
_ON = bindparam("on", type_=Date)
# One query for what ``courses.access.may_lead`` asks by two: it stands before every tap.
_LEADS = (
    select(Programme.kind, Check.kind, Check.done_on, Check.expires_on)
    .select_from(Assignment)
    .join(Cohort, Cohort.id == Assignment.cohort_id)
    .join(Course, Course.id == Cohort.course_id)
    .join(Programme, Programme.id == Course.programme_id)
    .outerjoin(Check, Check.person_id == Assignment.person_id)
    .where(
        Assignment.person_id == _PERSON,
        Assignment.cohort_id == _COHORT,
        Assignment.since <= _ON,
        or_(Assignment.until.is_(None), Assignment.until >= _ON),
    )
)


def may_register(principal: Any, cohort_id: int, *, on: date) -> bool:
    """Tell whether somebody may open the registers of a group today.

    The coordinator may always, to enter what a mentor tells; others while they are assigned and,
    with children, cleared: the answer of ``courses.access.may_lead``.
    """
    if principal.has(RoleName.COORDINATOR):
        return True
    if not principal.has(*TEACHING):
        return False
    asked = {"person": principal.person_id, "cohort": cohort_id, "on": on}
    rows = db.session.execute(_LEADS, asked).all()
    if not rows:
        return False
    checks = [CheckFact(kind, done, expires) for _kind, kind, done, expires in rows if kind]
    return not kind_of(rows[0][0]).is_for_children or assess_clearance(checks, on=on).is_allowed


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
