"""Which sessions stand in somebody's calendar: asked of the database at each fetch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from lms.calendars.rules import Entry, Fate
from lms.calendars.services import LEADING
from lms.contracts import RoleName
from lms.courses.access import assigned_cohort_ids
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Programme, Session, SessionState
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.models import ContactRule, Guardianship, Person, Relation
from lms.people.rules import is_minor
from lms.people.services import clearance, ties_in_force

# A phone keeps what it has read; what is older is history and stands on the pages.
LOOKED_BACK = timedelta(days=31)
LOOKED_AHEAD = timedelta(days=400)
FATES = {SessionState.CANCELLED: Fate.CANCELLED, SessionState.MOVED: Fate.MOVED}
FAMILY, LEARNING, TODAY = "families.family", "families.learning", "attendance.today_page"


@dataclass(frozen=True)
class Span:
    """Why sessions of a group are in a calendar: from a day to a day, seen from a page."""

    cohort_id: int
    since: date
    until: date | None
    page: str
    shows_zone: bool

    def holds(self, day: date) -> bool:
        """Tell whether a session of this day is meant."""
        return self.since <= day and (self.until is None or day <= self.until)


def entries_of(
    person: Person,
    roles: frozenset[RoleName],
    *,
    paths: Mapping[str, str],
    since: datetime,
    on: date,
) -> list[Entry]:
    """List the sessions in somebody's calendar, each once: at most five queries.

    :param paths: the address of each page that an entry leads to.
    :param since: the moment at which the feed was made: the age of what never changed.
    """
    spans = list(_spans(person, roles, on=on))
    entries = []
    for session, zone, kind, course, course_en in _sessions({s.cohort_id for s in spans}, on=on):
        mine = [s for s in spans if s.cohort_id == session.cohort_id and s.holds(session.day)]
        if not mine:
            continue
        is_english = person.locale == "en"
        title = "" if kind_of(kind).is_sensitive else (course_en if is_english else "") or course
        entries.append(
            Entry(
                session_id=session.id,
                starts_at=session.starts_at,
                minutes=session.minutes,
                title=title,
                zone=zone if any(s.shows_zone for s in mine) else None,
                fate=FATES.get(session.state, Fate.STANDS),
                sequence=session.sequence,
                changed_at=session.changed_at or since,
                path=paths.get(mine[0].page, ""),
            )
        )
    return entries


def _spans(person: Person, roles: frozenset[RoleName], *, on: date) -> Iterable[Span]:
    # Leading comes first: whoever leads the group of their own child gets the mentor's page.
    if roles & LEADING:
        yield from _led(person.id, on=on)
    if RoleName.GUARDIAN in roles:
        yield from _of_children(person.id, on=on)
    if RoleName.LEARNER in roles and not is_minor(person.birth_date, on):
        yield from _places([person.id], dict.fromkeys([person.id], True), LEARNING, on=on)


def _led(person_id: int, *, on: date) -> Iterable[Span]:
    """Give the groups for which ``courses.access.may_lead`` says yes."""
    rows = db.session.execute(
        select(Cohort.id, Programme.kind)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Cohort.id.in_(assigned_cohort_ids(person_id, on=on)))
    ).all()
    with_children = {number for number, kind in rows if kind_of(kind).is_for_children}
    if with_children and not clearance(person_id, on=on).is_allowed:
        rows = [row for row in rows if row[0] not in with_children]
    for number, _kind in rows:
        yield Span(number, date.min, None, TODAY, shows_zone=True)


def _of_children(guardian_id: int, *, on: date) -> Iterable[Span]:
    """Give the groups of a guardian's children; who does not see the place learns no zone."""
    ties = ties_in_force(on).where(
        Guardianship.guardian_id == guardian_id,
        # What leaves the program about a child obeys the child's own rule as well.
        Person.contact_rule == ContactRule.USUAL,
    )
    sees: dict[int, bool] = {}
    for tie in db.session.scalars(ties):
        shows = tie.sees_place and tie.relation is not Relation.ACCOMPANYING
        sees[tie.child_id] = sees.get(tie.child_id, False) or shows
    return _places(list(sees), sees, FAMILY, on=on)


def _places(
    person_ids: list[int], sees: Mapping[int, bool], page: str, *, on: date
) -> Iterable[Span]:
    """Give the places in groups that hold today or begin later."""
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.cohort_id, Enrolment.since, Enrolment.until).where(
            Enrolment.person_id.in_(person_ids),
            or_(Enrolment.until.is_(None), Enrolment.until >= on),
        )
    )
    for person_id, cohort_id, since, until in rows:
        yield Span(cohort_id, since, until, page, shows_zone=sees[person_id])


def _sessions(cohort_ids: set[int], *, on: date) -> Iterable[tuple[Session, str, str, str, str]]:
    if not cohort_ids:
        return []
    rows = db.session.execute(
        select(Session, Cohort.zone, Programme.kind, Course.name, Course.name_en)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(
            Session.cohort_id.in_(cohort_ids),
            Session.day >= on - LOOKED_BACK,
            Session.day <= on + LOOKED_AHEAD,
        )
        .order_by(Session.starts_at, Session.id)
    )
    return [(session, zone, kind, name, name_en) for session, zone, kind, name, name_en in rows]
