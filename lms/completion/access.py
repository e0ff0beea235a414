"""Who may see a group's way to its certificates, and who may decide about it."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.contracts import RoleName
from lms.courses.access import may_lead
from lms.courses.models import Cohort, Course
from lms.db import db


def may_confirm(principal: Any) -> bool:
    """Tell whether somebody may confirm completions: the coordinator alone."""
    return bool(principal.has(RoleName.COORDINATOR))


def visible_cohort(cohort_id: int, principal: Any, *, on: date) -> Cohort | None:
    """Find a group whose completion this principal may see: the coordinator, or who leads it."""
    is_visible = may_confirm(principal) or may_lead(principal.person_id, cohort_id, on=on)
    if not is_visible:
        return None
    return db.session.scalar(
        select(Cohort)
        .options(
            joinedload(Cohort.module, innerjoin=True),
            joinedload(Cohort.course, innerjoin=True).joinedload(Course.programme, innerjoin=True),
        )
        .where(Cohort.id == cohort_id)
    )
