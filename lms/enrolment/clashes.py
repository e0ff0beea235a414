"""Groups chosen for one child that meet at the same time: told before anything is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations

from sqlalchemy import select

from lms.contracts import Reason
from lms.courses.models import NOT_HELD, Cohort, Session
from lms.db import db
from lms.enrolment.refusals import Objection
from lms.enrolment.rules import Meeting, first_clash


def clashes(
    chosen: Sequence[Sequence[int]], cohorts: Mapping[int, Cohort], *, on: date
) -> list[Objection]:
    """List the pairs of groups of one child whose sessions overlap from a day on: one query.

    :param chosen: the groups of each child, in the order of the form.
    """
    if all(len(ids) < 2 for ids in chosen):
        return []
    meetings = _meetings({number for ids in chosen for number in ids}, on=on)
    found = []
    for child, ids in enumerate(chosen):
        for one, other in combinations(dict.fromkeys(ids), 2):
            moment = first_clash(meetings.get(one, ()), meetings.get(other, ()))
            if moment is not None and one in cohorts and other in cohorts:
                found.append(Objection(child, other, _reason(cohorts[one], cohorts[other], moment)))
    return found


def _reason(one: Cohort, other: Cohort, moment: datetime) -> Reason:
    return Reason(
        "clash",
        {
            "first": one.course.name,
            "first_en": one.course.name_en,
            "second": other.course.name,
            "second_en": other.course.name_en,
            "at": moment,
        },
    )


def _meetings(cohort_ids: Iterable[int], *, on: date) -> dict[int, list[Meeting]]:
    found: dict[int, list[Meeting]] = {}
    rows = db.session.execute(
        select(Session.cohort_id, Session.starts_at, Session.minutes)
        .where(Session.cohort_id.in_(cohort_ids), Session.day >= on)
        .where(Session.state.not_in(NOT_HELD))
    )
    for cohort_id, starts_at, minutes in rows:
        found.setdefault(cohort_id, []).append(Meeting(starts_at, minutes))
    return found
