"""Opening a register: what is known of a session, and the names and marks that belong to it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Date, Integer, bindparam, func, or_, select, union

from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.attendance.rules import MARKS, Heads, Mode, Stamps, Standing, StoredMark, standing_at
from lms.courses.kind import UnknownKind, kind_of
from lms.courses.models import HELD, NOT_HELD, Cohort, Course, Place, Programme, Session
from lms.courses.rules import Participation
from lms.db import db, is_postgresql
from lms.enrolment.models import Enrolment
from lms.people.consents import agreed
from lms.people.models import Person
from lms.people.rules import Purpose

__all__ = ["HELD", "NOT_HELD", "Found", "RosterRow", "consents_given", "find_register", "roster"]


@dataclass(frozen=True)
class Found:
    """A session with what its register needs to know, read by one query."""

    session: Session
    cohort_name: str
    zone: str
    is_hybrid: bool
    is_online: bool
    link: str
    kind: str
    version: int
    finished_at: datetime | None
    locked_at: datetime | None
    heads: Heads | None
    heads_version: int
    entered_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """The moment at which the session ends."""
        return self.session.starts_at + timedelta(minutes=self.session.minutes)

    @property
    def mode(self) -> Mode:
        """How people take part unless a mark says otherwise."""
        return Mode.ONLINE if self.is_online else Mode.IN_PERSON

    @property
    def is_sensitive(self) -> bool:
        """Tell whether nobody's name stands on this register."""
        return kind_of(self.kind).is_sensitive

    @property
    def is_drop_in(self) -> bool:
        """Tell whether people are counted by head, with or without names beside."""
        return kind_of(self.kind).participation is Participation.DROP_IN

    @property
    def is_known(self) -> bool:
        """Tell whether the plug-in of this kind is installed: only then may names be erased."""
        return not isinstance(kind_of(self.kind), UnknownKind)

    def standing(self, *, now: datetime, lock_days: int) -> Standing:
        """Tell whether this register is finished and locked by now."""
        stamps = Stamps(
            day=self.session.day,
            ends_at=self.ends_at,
            zone=self.zone,
            is_held=self.session.state in HELD,
            entered_at=self.entered_at,
            finished_at=self.finished_at,
            locked_at=self.locked_at,
        )
        return standing_at(stamps, now=now, lock_days=lock_days)


@dataclass(frozen=True)
class RosterRow:
    """One learner on a register: the name as on a list, and the mark that stands there."""

    person_id: int
    name: str
    stored: StoredMark | None = None


# Statements of the register are made once: building them anew would cost as much as running them.
_NUMBER = bindparam("number", type_=Integer)
_FIND = (
    select(
        Session,
        Cohort.name,
        Cohort.zone,
        Cohort.is_hybrid,
        Cohort.link,
        Place.is_online,
        Programme.kind,
        Register.version,
        Register.finished_at,
        Register.locked_at,
        HeadCount.in_person,
        HeadCount.online,
        HeadCount.first_time,
        HeadCount.version,
        select(func.min(MarkChange.changed_at))
        .where(MarkChange.session_id == _NUMBER)
        .scalar_subquery(),
        select(func.min(HeadCountChange.changed_at))
        .where(HeadCountChange.session_id == _NUMBER)
        .scalar_subquery(),
    )
    .join(Cohort, Cohort.id == Session.cohort_id)
    .join(Course, Course.id == Cohort.course_id)
    .join(Programme, Programme.id == Course.programme_id)
    .outerjoin(Place, Place.id == Cohort.place_id)
    .outerjoin(Register, Register.session_id == Session.id)
    .outerjoin(HeadCount, HeadCount.session_id == Session.id)
    .where(Session.id == _NUMBER)
    # What another request changed meanwhile must not be hidden by this session's own memory.
    .execution_options(populate_existing=True)
)
_LOCK = select(Session.id).where(Session.id == _NUMBER).with_for_update()
_DAY = bindparam("day", type_=Date)
_COHORT = bindparam("cohort", type_=Integer)
_ROSTER = (
    select(
        Person.id,
        Person.family_name,
        Person.given_name,
        Person.patronymic,
        AttendanceRecord.status,
        AttendanceRecord.mode,
        AttendanceRecord.version,
        AttendanceRecord.marked_by_id,
    )
    .outerjoin(
        AttendanceRecord,
        (AttendanceRecord.person_id == Person.id) & (AttendanceRecord.session_id == _NUMBER),
    )
    .where(
        Person.id.in_(
            union(
                select(Enrolment.person_id).where(
                    Enrolment.cohort_id == _COHORT,
                    Enrolment.since <= _DAY,
                    or_(Enrolment.until.is_(None), Enrolment.until >= _DAY),
                ),
                select(AttendanceRecord.person_id).where(AttendanceRecord.session_id == _NUMBER),
            )
        )
    )
    .order_by(Person.sort_key, Person.id)
)


def find_register(session_id: int, *, is_writing: bool = False) -> Found | None:
    """Read a session and what its register needs to know; nothing where there is no such session.

    :param is_writing: take the session's row first, so that two savers come one after the other
        (on SQLite the whole transaction has done so already).
    """
    if is_writing and is_postgresql():
        db.session.execute(_LOCK, {"number": session_id})
    row = db.session.execute(_FIND, {"number": session_id}).first()
    if row is None:
        return None
    (
        session,
        name,
        zone,
        is_hybrid,
        link,
        at_link,
        kind,
        version,
        finished_at,
        locked_at,
        in_person,
        online,
        first_time,
        heads_version,
        first_mark,
        first_count,
    ) = row
    entered = [moment for moment in (first_mark, first_count) if moment is not None]
    return Found(
        session=session,
        cohort_name=name,
        zone=zone,
        is_hybrid=is_hybrid,
        is_online=at_link is None or bool(at_link),
        link=link,
        kind=kind,
        version=version or 0,
        finished_at=finished_at,
        locked_at=locked_at,
        heads=None if heads_version is None else Heads(in_person, online, first_time),
        heads_version=heads_version or 0,
        entered_at=min(entered, default=None),
    )


def roster(found: Found) -> list[RosterRow]:
    """List whose membership covers the session's day, and whoever has a mark, in Ukrainian order.

    A mark belongs to person and session: it stays on the list when its owner has left the group.
    """
    session = found.session
    asked = {"number": session.id, "cohort": session.cohort_id, "day": session.day}
    rows = db.session.execute(_ROSTER, asked).all()
    namesakes = Counter((family, given) for _id, family, given, *_rest in rows)
    return [
        RosterRow(
            person_id,
            _listed(family, given, patronymic if namesakes[family, given] > 1 else ""),
            None if status is None else StoredMark(MARKS[status, mode], version, by_id),
        )
        for person_id, family, given, patronymic, status, mode, version, by_id in rows
    ]


def _listed(family: str, given: str, patronymic: str) -> str:
    return " ".join(part for part in (family, given, patronymic) if part)


def consents_given(person_ids: list[int], found: Found) -> dict[Purpose, set[int]]:
    """Tell who may be photographed and who recorded on the day of the session."""
    asked = (Purpose.PHOTOGRAPHS, Purpose.RECORDING)
    return agreed(person_ids, asked, on=found.session.day)
