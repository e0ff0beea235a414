"""What learners attended, for the completion rule: gathered for a whole cohort by three queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lms.attendance.models import AttendanceRecord
from lms.attendance.rules import CAME, Status
from lms.courses.models import HELD, NOT_HELD, Cohort, Session, SessionState
from lms.courses.rules import ProgressFacts
from lms.db import db
from lms.enrolment.models import Enrolment


@dataclass(frozen=True)
class Membership:
    """A person's place in a cohort, from a day to a day; both ends are included."""

    cohort_id: int
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Tell whether a day lies within it."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Meeting:
    """A session as progress counts it."""

    session_id: int
    day: date
    state: SessionState


def count_progress(
    memberships: Iterable[Membership],
    meetings: Mapping[int, Sequence[Meeting]],
    marks: Mapping[int, Status],
) -> ProgressFacts:
    """Count what one learner's memberships held, session by session.

    Only sessions within a membership count, so joining late lowers nobody's share; sessions
    cancelled or moved are told beside and count for nothing. A held session without a mark was
    not attended. A planned one stays open even when its day is past: its register is missing.

    :param meetings: the sessions of each cohort by its number.
    :param marks: the learner's marks by session.

    >>> week = Membership(1, date(2022, 9, 12), None)
    >>> held = [Meeting(n, date(2022, 9, n), SessionState.HELD) for n in (5, 12, 19)]
    >>> facts = count_progress([week], {1: held}, {12: Status.PRESENT})
    >>> facts.held, facts.attended
    (2, 1)
    """
    counted = {
        meeting.session_id: meeting
        for membership in memberships
        for meeting in meetings.get(membership.cohort_id, ())
        if membership.covers(meeting.day)
    }
    held = [number for number, meeting in counted.items() if meeting.state in HELD]
    status = [marks.get(number) for number in held]
    planned = (each.day for each in counted.values() if each.state is SessionState.PLANNED)
    return ProgressFacts(
        held=len(held),
        attended=sum(1 for mark in status if mark in CAME),
        excused=status.count(Status.EXCUSED),
        made_up=status.count(Status.MADE_UP),
        not_held=sum(1 for meeting in counted.values() if meeting.state in NOT_HELD),
        remaining=tuple(sorted(planned)),
    )


def progress_of(enrolment_ids: Iterable[int]) -> dict[int, ProgressFacts]:
    """Count the progress of any number of enrolments by a constant number of queries.

    Whoever moved from another group of the same module keeps what was attended there: the earlier
    membership counts as well, from its first to its last day.
    """
    ids = list(enrolment_ids)
    people, memberships = _memberships(ids)
    cohort_ids = {each.cohort_id for group in memberships.values() for each in group}
    meetings = _meetings(cohort_ids)
    marks = _marks(cohort_ids, set(people.values()))
    return {
        enrolment_id: count_progress(
            memberships[enrolment_id], meetings, marks.get(people[enrolment_id], {})
        )
        for enrolment_id in ids
        if enrolment_id in people
    }


def _memberships(
    ids: list[int],
) -> tuple[dict[int, int], dict[int, list[Membership]]]:
    """Read the enrolments asked for and, of the same person and module, those that ended before.

    Whoever moves on one day has it as the last in one group and as the first in the other.
    """
    own, own_cohort = aliased(Enrolment), aliased(Cohort)
    rows = db.session.execute(
        select(own.id, own.person_id, Enrolment.cohort_id, Enrolment.since, Enrolment.until)
        .select_from(own)
        .join(own_cohort, own_cohort.id == own.cohort_id)
        .join(Enrolment, Enrolment.person_id == own.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            own.id.in_(ids),
            Cohort.module_id == own_cohort.module_id,
            (Enrolment.id == own.id) | (Enrolment.until <= own.since),
        )
    )
    people: dict[int, int] = {}
    memberships: dict[int, list[Membership]] = defaultdict(list)
    for enrolment_id, person_id, cohort_id, since, until in rows:
        people[enrolment_id] = person_id
        memberships[enrolment_id].append(Membership(cohort_id, since, until))
    return people, memberships


def _meetings(cohort_ids: set[int]) -> dict[int, list[Meeting]]:
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    rows = db.session.execute(
        select(Session.cohort_id, Session.id, Session.day, Session.state)
        .where(Session.cohort_id.in_(cohort_ids))
        .order_by(Session.starts_at)
    )
    for cohort_id, session_id, day, state in rows:
        meetings[cohort_id].append(Meeting(session_id, day, state))
    return meetings


def _marks(cohort_ids: set[int], person_ids: set[int]) -> dict[int, dict[int, Status]]:
    marks: dict[int, dict[int, Status]] = defaultdict(dict)
    rows = db.session.execute(
        select(AttendanceRecord.person_id, AttendanceRecord.session_id, AttendanceRecord.status)
        .join(Session, Session.id == AttendanceRecord.session_id)
        .where(Session.cohort_id.in_(cohort_ids), AttendanceRecord.person_id.in_(person_ids))
    )
    for person_id, session_id, status in rows:
        marks[person_id][session_id] = status
    return marks
