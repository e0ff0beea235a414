"""The coordinator's lists: what waits, what was decided lately, who is in a group."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import joinedload

from lms.contracts import Reason
from lms.courses.models import NOT_HELD, Cohort, Course, Programme, Session
from lms.db import db
from lms.enrolment.decisions import may_be_waived
from lms.enrolment.models import (
    AgeOverride,
    Application,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
)
from lms.enrolment.rules import UNDO_HOURS, Meeting, Seats, overlap
from lms.enrolment.seats import age_day, in_force, objections, seats_of
from lms.people.models import Person
from lms.people.rules import age_on

MOST_LISTED = 100


@dataclass(frozen=True)
class DeskRow:
    """One application on the desk with what the coordinator must know to decide."""

    application: Application
    seats: Seats
    age: int | None
    remarks: tuple[Reason, ...] = ()
    clashes: tuple[Cohort, ...] = ()
    offer: Offer | None = None

    @property
    def needs_word(self) -> bool:
        """Tell whether nothing but the age speaks against it."""
        return may_be_waived(self.remarks)


def _undecided() -> ColumnElement[bool]:
    return (
        (Application.state == ApplicationState.WAITING)
        & Application.listed_at.is_(None)
        & Programme.accepts_at_once.is_(False)
    )


def _listed() -> ColumnElement[bool]:
    return (Application.state == ApplicationState.WAITING) & or_(
        Application.listed_at.is_not(None), Programme.accepts_at_once
    )


def count_waiting() -> int:
    """Count the applications that wait for the coordinator's decision."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Application)
            .join(Cohort, Cohort.id == Application.cohort_id)
            .join(Course, Course.id == Cohort.course_id)
            .join(Programme, Programme.id == Course.programme_id)
            .where(_undecided())
        )
        or 0
    )


def waiting_applications(
    *, programme_id: int | None = None, is_listed: bool = False
) -> list[Application]:
    """List what waits, the oldest first and one family together: one query.

    :param is_listed: the waiting lists instead of what is to be decided.
    """
    condition = _listed() if is_listed else _undecided()
    if programme_id is not None:
        condition &= Programme.id == programme_id
    order = func.coalesce(Application.queued_at, Application.sent_at)
    found = _desk(condition, order)
    first: dict[str, int] = {}
    for place, one in enumerate(found):
        first.setdefault(one.form_key, place)
    # Two forms of one moment would else stand mixed.
    return sorted(found, key=lambda one: (first[one.form_key], one.id))


def recent_decisions(*, now: datetime) -> list[Application]:
    """List what was decided by hand within the time of taking back, the newest first: one query."""
    since = now - timedelta(hours=UNDO_HOURS)
    is_decided = Application.state.in_([ApplicationState.ACCEPTED, ApplicationState.REFUSED]) | (
        (Application.state == ApplicationState.WAITING) & Application.listed_at.is_not(None)
    )
    return _desk(
        is_decided & Application.decided_by_id.is_not(None) & (Application.decided_at > since),
        Application.decided_at.desc(),
    )


def _desk(condition: ColumnElement[bool], order: ColumnElement[Any]) -> list[Application]:
    return list(
        db.session.scalars(
            select(Application)
            .join(Cohort, Cohort.id == Application.cohort_id)
            .join(Course, Course.id == Cohort.course_id)
            .join(Programme, Programme.id == Course.programme_id)
            .where(condition, Application.person.has(Person.erased_at.is_(None)))
            .options(*_with_words())
            .order_by(order, Application.id)
            .limit(MOST_LISTED)
        )
    )


def _with_words() -> tuple[Any, ...]:
    cohort = joinedload(Application.cohort)
    return (
        joinedload(Application.person),
        joinedload(Application.applicant),
        cohort.joinedload(Cohort.module),
        cohort.joinedload(Cohort.course).joinedload(Course.programme),
    )


def desk_programmes() -> list[tuple[int, str]]:
    """List the programmes for which somebody waits, by name."""
    rows = db.session.execute(
        select(Programme.id, Programme.name)
        .join(Course, Course.programme_id == Programme.id)
        .join(Cohort, Cohort.course_id == Course.id)
        .join(Application, Application.cohort_id == Cohort.id)
        .where(Application.state == ApplicationState.WAITING)
        .distinct()
        .order_by(Programme.name, Programme.id)
    )
    return [(number, name) for number, name in rows]


def desk_rows(applications: Sequence[Application], *, now: datetime, on: date) -> list[DeskRow]:
    """Add to applications what the coordinator must know: seats, age, remarks, clashes, offers."""
    cohorts = {one.cohort_id: one.cohort for one in applications}
    seats = seats_of(cohorts, on=on)
    days = {cohort_id: age_day(cohort) for cohort_id, cohort in cohorts.items()}
    clashes = _clashes(applications, now=now, on=on)
    offers = offers_by_application([one.id for one in applications])
    return [
        DeskRow(
            application=one,
            seats=seats[one.cohort_id],
            age=age_on(one.person.birth_date, days[one.cohort_id])
            if one.person.birth_date and one.person.birth_date <= days[one.cohort_id]
            else None,
            remarks=objections(one.person, one.cohort),
            clashes=clashes.get(one.id, ()),
            offer=offers.get(one.id),
        )
        for one in applications
    ]


def offers_by_application(application_ids: Collection[int]) -> dict[int, Offer]:
    """Find the open offer of each application that has one: one query."""
    return {
        offer.application_id: offer
        for offer in db.session.scalars(
            select(Offer).where(
                Offer.application_id.in_(application_ids), Offer.state == OfferState.OPEN
            )
        )
    }


def _clashes(
    applications: Sequence[Application], *, now: datetime, on: date
) -> dict[int, tuple[Cohort, ...]]:
    """Find for each application the person's other groups that meet at the same time."""
    people = {one.person_id for one in applications}
    held = db.session.execute(
        select(Enrolment.person_id, Enrolment.cohort_id).where(
            Enrolment.id.in_(in_force(on)), Enrolment.person_id.in_(people)
        )
    ).all()
    asked = db.session.execute(
        select(Application.person_id, Application.cohort_id).where(
            Application.state == ApplicationState.WAITING, Application.person_id.in_(people)
        )
    ).all()
    groups: dict[int, set[int]] = defaultdict(set)
    for person_id, cohort_id in (*held, *asked):
        groups[person_id].add(cohort_id)
    several = {cohort_id for each in groups.values() if len(each) > 1 for cohort_id in each}
    meetings = _meetings(several, now=now)
    named = {
        cohort.id: cohort
        for cohort in db.session.scalars(select(Cohort).where(Cohort.id.in_(several)))
    }
    return {
        one.id: tuple(
            named[other]
            for other in sorted(groups[one.person_id] - {one.cohort_id})
            if overlap(meetings.get(one.cohort_id, ()), meetings.get(other, ()))
        )
        for one in applications
    }


def _meetings(cohort_ids: Iterable[int], *, now: datetime) -> dict[int, list[Meeting]]:
    found: dict[int, list[Meeting]] = defaultdict(list)
    rows = db.session.execute(
        select(Session.cohort_id, Session.starts_at, Session.minutes)
        .where(Session.cohort_id.in_(list(cohort_ids)), Session.starts_at > now)
        .where(Session.state.not_in(list(NOT_HELD)))
        .order_by(Session.starts_at)
    )
    for cohort_id, starts_at, minutes in rows:
        found[cohort_id].append(Meeting(starts_at, minutes))
    return found


def participants(cohort_id: int) -> list[Row[Any]]:
    """List who has or had a place in a group, in Ukrainian order: one query."""
    return list(
        db.session.execute(
            select(
                Enrolment.id,
                Enrolment.since,
                Enrolment.until,
                Person.id.label("person_id"),
                Person.family_name,
                Person.given_name,
                Person.patronymic,
            )
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.cohort_id == cohort_id)
            .order_by(Person.sort_key, Person.id, Enrolment.since)
        )
    )


def overrides_in(cohort: Cohort) -> dict[int, AgeOverride]:
    """Find the coordinator's words about ages in the module of a group, by person: one query."""
    rows = db.session.scalars(
        select(AgeOverride)
        .join(Cohort, Cohort.id == AgeOverride.cohort_id)
        .where(Cohort.module_id == cohort.module_id)
        .options(joinedload(AgeOverride.by))
        .order_by(AgeOverride.at)
    )
    return {one.person_id: one for one in rows}


def phone_offers() -> list[Offer]:
    """List the places held for whoever must be phoned, the first session nearest first."""
    application = joinedload(Offer.application)
    return list(
        db.session.scalars(
            select(Offer)
            .join(Application, Application.id == Offer.application_id)
            .where(Offer.state == OfferState.OPEN, Offer.by_phone)
            .where(Application.state == ApplicationState.WAITING)
            .options(
                application.joinedload(Application.person),
                application.joinedload(Application.applicant),
                application.joinedload(Application.cohort).joinedload(Cohort.course),
            )
            .order_by(Offer.made_at, Offer.id)
        )
    )
