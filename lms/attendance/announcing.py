"""What families say of an absence: beforehand «we will not come», afterwards why they did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.attendance.models import AttendanceRecord, FamilyWord
from lms.attendance.records import By, write_marks, write_registers
from lms.attendance.register import Found
from lms.attendance.rules import AbsenceReason, Mark, Status, Write
from lms.contracts import LMSError, Reason
from lms.courses.models import NOT_HELD, Session
from lms.db import db, is_postgresql
from lms.enrolment.models import Enrolment
from lms.letters.services import adults_for
from lms.people.models import Person

# Before the code of a reason in the history: the family's word and nobody's of the library.
FAMILY = "family."
# So long a reason waits for somebody to look at it; then it only stands in the register.
OPEN_DAYS = timedelta(days=30)


class SessionBegan(LMSError):
    """Beforehand is over: the session has begun, or it is not held at all."""

    code = "session_began"


class Outcome(StrEnum):
    """What became of a family's reason."""

    EXCUSED = "excused"
    NOTED = "noted"
    NOTHING = "nothing"


def announced_for(session_id: int) -> set[int]:
    """Tell who was announced not to come to a session."""
    return {person_id for person_id, reason in words_of(session_id).items() if reason is None}


def words_of(session_id: int) -> dict[int, AbsenceReason | None]:
    """Read what families said of a session, by person; no reason for what was said beforehand."""
    rows = db.session.execute(
        select(FamilyWord.person_id, FamilyWord.reason).where(FamilyWord.session_id == session_id)
    )
    return {row.person_id: row.reason for row in rows}


def mine_at(session: Session, adult: Person, *, now: datetime) -> list[Person]:
    """List who of an adult's is in the group on the session's day, the eldest first.

    That is the adult, or the children they are tied to today: an ended tie opens nothing.
    """
    people = db.session.scalars(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.cohort_id == session.cohort_id,
            Enrolment.since <= session.day,
            or_(Enrolment.until.is_(None), Enrolment.until >= session.day),
            Person.erased_at.is_(None),
        )
        .order_by(Person.birth_date, Person.id)
    ).unique()
    by_id = {person.id: person for person in people}
    told = adults_for(by_id.values(), on=now.date())
    return [by_id[key] for key, adults in told.items() if adult.id in {one.id for one in adults}]


def announce(
    session: Session, people: Iterable[Person], *, by_id: int | None, now: datetime
) -> None:
    """Note that these people will not come; saying it twice changes nothing.

    :raises SessionBegan: when the session has begun or is not held.
    """
    _refuse_late(session, now=now)
    rows = [
        {"session_id": session.id, "person_id": one.id, "said_by_id": by_id, "said_at": now}
        for one in people
    ]
    # Two taps, or two adults, at the same moment: one word stays.
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    said = insert(FamilyWord).on_conflict_do_nothing(index_elements=["session_id", "person_id"])
    if rows:
        db.session.execute(said, rows)


def come_after_all(session: Session, people: Iterable[Person], *, now: datetime) -> None:
    """Take back that these people will not come.

    :raises SessionBegan: when the session has begun or is not held.
    """
    _refuse_late(session, now=now)
    db.session.execute(
        delete(FamilyWord)
        .where(
            FamilyWord.session_id == session.id,
            FamilyWord.person_id.in_([one.id for one in people]),
            FamilyWord.reason.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def _refuse_late(session: Session, *, now: datetime) -> None:
    if session.starts_at <= now or session.state in NOT_HELD:
        raise SessionBegan(reason=Reason("session_began"))


def absent_of(session_id: int, people: Iterable[Person]) -> list[int]:
    """Tell which of these people are marked absent."""
    return list(
        db.session.scalars(
            select(AttendanceRecord.person_id).where(
                AttendanceRecord.session_id == session_id,
                AttendanceRecord.person_id.in_([one.id for one in people]),
                AttendanceRecord.status == Status.ABSENT,
            )
        )
    )


@dataclass(frozen=True)
class Said:
    """A family's reason for an absence: which, by whom, when."""

    reason: AbsenceReason
    by_id: int
    at: datetime


def excuse(found: Found, people: Iterable[Person], said: Said, *, lock_days: int) -> Outcome:
    """Turn the absences of a family into good reasons, by its word and with history.

    A locked register changes by a reason of the library only: the word then stands beside the
    name, for the mentor and the coordinator.

    :param found: the session as read by ``find_register(…, is_writing=True)``.
    """
    absent = absent_of(found.session.id, people)
    if not absent:
        return Outcome.NOTHING
    known = words_of(found.session.id)
    db.session.add_all(
        FamilyWord(
            session_id=found.session.id,
            person_id=person_id,
            reason=said.reason,
            said_by_id=said.by_id,
            said_at=said.at,
        )
        for person_id in absent
        if person_id not in known
    )
    db.session.flush()
    if found.standing(now=said.at, lock_days=lock_days).is_locked:
        return Outcome.NOTED
    _write(found, absent, said)
    return Outcome.EXCUSED


def count_open(*, now: datetime) -> tuple[int, int | None]:
    """Count the families' reasons that stand beside an absence, and name the oldest's session."""
    rows = db.session.scalars(
        select(FamilyWord.session_id)
        .join(
            AttendanceRecord,
            (AttendanceRecord.session_id == FamilyWord.session_id)
            & (AttendanceRecord.person_id == FamilyWord.person_id),
        )
        .where(
            FamilyWord.reason.is_not(None),
            FamilyWord.said_at > now - OPEN_DAYS,
            AttendanceRecord.status == Status.ABSENT,
        )
        .order_by(FamilyWord.said_at)
    ).all()
    return len(rows), rows[0] if rows else None


def _write(found: Found, absent: list[int], said: Said) -> None:
    modes = dict(
        db.session.execute(
            select(AttendanceRecord.person_id, AttendanceRecord.mode).where(
                AttendanceRecord.session_id == found.session.id,
                AttendanceRecord.person_id.in_(absent),
            )
        ).all()
    )
    writes = [
        Write(
            person_id,
            Mark(Status.EXCUSED, modes[person_id]),
            Mark(Status.ABSENT, modes[person_id]),
        )
        for person_id in absent
    ]
    version = found.version + 1
    write_marks(found, writes, version, By(said.by_id, said.at, f"{FAMILY}{said.reason}"))
    write_registers([{"session_id": found.session.id, "version": version}])
    db.session.flush()
