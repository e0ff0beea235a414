"""The coordinator's log of letters: what was written, to whom, and whether it left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.letters.models import Letter, LetterState
from lms.letters.services import send_by_id
from lms.people.models import Person
from lms.people.names import fold

# A letter that did not leave, or of which nobody knows: the coordinator may send it once more.
TROUBLED = frozenset({LetterState.FAILED, LetterState.UNSURE, LetterState.QUARANTINED})
LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Sought:
    """What the log is searched for; empty fields ask for everything."""

    states: frozenset[LetterState] = frozenset()
    kind: str = ""
    person: str = ""
    day: date | None = None


def letters_sought(sought: Sought, *, zone: str) -> Select[Letter]:
    """Select the letters of the log, newest first.

    :param zone: the wall on which a letter's day is read.
    """
    found = select(Letter).options(joinedload(Letter.person))
    if sought.states:
        found = found.where(Letter.state.in_(sought.states))
    if sought.kind:
        found = found.where(Letter.kind == sought.kind)
    if sought.person:
        folded, typed = fold(sought.person), sought.person.lower()
        found = found.join(Person, Person.id == Letter.person_id).where(
            or_(
                Person.folded.contains(folded, autoescape=True) if folded else False,
                Person.email.contains(typed, autoescape=True),
            )
        )
    if sought.day is not None:
        begins = datetime.combine(sought.day, time(), ZoneInfo(zone))
        ends = datetime.combine(sought.day + timedelta(days=1), time(), ZoneInfo(zone))
        found = found.where(Letter.written_at >= begins, Letter.written_at < ends)
    return found.order_by(Letter.written_at.desc(), Letter.id.desc())


def kinds_written() -> Sequence[str]:
    """List the kinds of which there are letters."""
    return db.session.scalars(select(Letter.kind).distinct().order_by(Letter.kind)).all()


def count_troubled(*, now: datetime) -> int:
    """Count the letters of the last month that did not leave, or of which nobody knows."""
    return (
        db.session.scalar(
            select(func.count(Letter.id)).where(
                Letter.state.in_(TROUBLED), Letter.written_at >= now - LOOKED_BACK
            )
        )
        or 0
    )


def count_failed(*, now: datetime) -> int:
    """Count the letters of the last month that surely did not leave."""
    return (
        db.session.scalar(
            select(func.count(Letter.id)).where(
                Letter.state == LetterState.FAILED, Letter.written_at >= now - LOOKED_BACK
            )
        )
        or 0
    )


def send_once_more(letter: Letter, *, now: datetime) -> bool:
    """Have a letter sent again by the coordinator's word; answer whether it was one to send."""
    return _send(Letter.id == letter.id, Letter.state.in_(TROUBLED), now=now) == 1


def send_all_failed(*, now: datetime) -> int:
    """Have every letter of the last month sent that surely did not leave; answer their number."""
    is_recent = Letter.written_at >= now - LOOKED_BACK
    return _send(Letter.state == LetterState.FAILED, is_recent, now=now)


def _send(*which: ColumnElement[bool], now: datetime) -> int:
    taken = db.session.scalars(
        update(Letter)
        .where(*which)
        .values(state=LetterState.WAITING, state_at=now, tries=0, fault="")
        .returning(Letter.id)
    ).all()
    if taken:
        send_by_id(taken, now=now)
    return len(taken)
