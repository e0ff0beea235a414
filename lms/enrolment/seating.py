"""Which of a new form's wishes get a place at once, and which stand on the waiting list."""

from collections.abc import Sequence
from datetime import date, datetime

from lms.db import db
from lms.enrolment.models import Application
from lms.enrolment.rules import Wish, fit_all
from lms.enrolment.seats import seat, seats_of


def seat_new(
    applications: Sequence[Application], *, is_all_or_none: bool, now: datetime, on: date
) -> None:
    """Give the wishes of a form that was just sent the places that nobody waits for.

    The caller holds the locks. A family that wants all or none gets a place for each child or
    none at all. What gets no place stands on the waiting list where the programme takes
    applications at once, and waits for the coordinator elsewhere.
    """
    ids = {one.cohort_id for one in applications}
    mine = {cohort_id: sum(one.cohort_id == cohort_id for one in applications) for cohort_id in ids}
    at_once = {one.cohort_id for one in applications if _is_at_once(one)}
    left = {
        cohort_id: max(
            0, each.capacity - each.taken - max(each.waiting - mine[cohort_id], each.held)
        )
        for cohort_id, each in seats_of(ids, on=on).items()
        if cohort_id in at_once
    }
    for application in _first(applications, left, is_all_or_none=is_all_or_none):
        if left.get(application.cohort_id, 0) > 0:
            left[application.cohort_id] -= 1
            person, cohort = application.person, application.cohort
            seat(person, cohort, since=on, now=now, application=application)
    for application in applications:
        if application.decided_at is None and application.cohort_id in at_once:
            application.listed_at = now
    db.session.flush()


def _is_at_once(application: Application) -> bool:
    return application.cohort.course.programme.accepts_at_once


def _first(
    applications: Sequence[Application], left: dict[int, int], *, is_all_or_none: bool
) -> list[Application]:
    """Order the wishes: with all or none first one for each child, and nothing if they do not fit."""
    if not is_all_or_none:
        return list(applications)
    children: dict[int, list[Wish]] = {}
    for one in applications:
        wish = Wish(one.id, one.person_id, one.cohort_id)
        children.setdefault(one.person_id, []).append(wish)
    chosen = {wish.application_id for wish in fit_all(list(children.values()), left)}
    if not chosen:
        return []
    return sorted(applications, key=lambda one: (one.id not in chosen, one.id))
