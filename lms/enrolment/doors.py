"""The door of a training: for half an hour whoever is in the room enters by the word on the wall."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update

from lms.contracts import LMSError, Reason
from lms.courses.kind import kind_of
from lms.courses.models import NOT_HELD, Cohort, Session
from lms.courses.services import ages_on
from lms.courses.timetable import wall_day
from lms.db import db
from lms.enrolment.decisions import accept
from lms.enrolment.models import Application, ApplicationState, Door, Enrolment
from lms.enrolment.refusals import NoSeat
from lms.enrolment.seats import age_day, is_in, lock_cohorts, seat, seats_of
from lms.enrolment.services import Terms, Who, apply_adult
from lms.enrolment.words_of_the_day import WORDS
from lms.people.models import Person
from lms.people.names import fold
from lms.people.rules import ADULT_AGE, Purpose
from lms.people.services import NewPerson

OPEN_MINUTES = 30
MORE_MINUTES = 15
LONGEST = timedelta(hours=2)
MOST_WRONG = 40
# Without the letters and figures that are taken for one another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 6


class NoDoor(LMSError):
    """This group or this day has no door: only a training's own day has, never children's groups."""

    code = "no_door"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class DoorClosed(LMSError):
    """The half hour is over, or the leader closed the door."""

    code = "door_closed"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class WrongWord(LMSError):
    """This is not the word on the wall."""

    code = "word_wrong"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class WordGuessed(LMSError):
    """Too many wrong words came through this door: the leader opens another one."""

    code = "word_guessed"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


@dataclass(frozen=True)
class Guest:
    """Whoever stands at the door: the word and the form's key, somebody known or somebody new."""

    word: str
    form_key: str
    who: Who


def may_have_door(cohort: Cohort) -> bool:
    """Tell whether a group may have a door: never children's groups, never sensitive ones."""
    kind = kind_of(cohort.course.programme.kind)
    return not kind.is_for_children and not kind.is_sensitive


def sessions_of_day(cohort: Cohort, *, now: datetime) -> list[Session]:
    """List the sessions of a group on this day of its wall."""
    return list(
        db.session.scalars(
            select(Session)
            .where(Session.cohort_id == cohort.id, Session.day == wall_day(now, cohort.zone))
            .where(Session.state.not_in(NOT_HELD))
            .order_by(Session.starts_at)
        )
    )


def open_door(session: Session, *, by_id: int, now: datetime) -> Door:
    """Open the door of a session for half an hour; one that is open stays as it is.

    :raises NoDoor: for a group of children, a sensitive one, or another day than today.
    """
    cohort = session.cohort
    is_today = session.day == wall_day(now, cohort.zone) and session.state not in NOT_HELD
    if not may_have_door(cohort) or not is_today:
        raise NoDoor
    lock_cohorts([cohort.id])
    found = open_door_of(session.id, now=now)
    if found is not None and found.wrong_words < MOST_WRONG:
        return found
    if found is not None:
        close_door(found, now=now)
    door = Door(
        session_id=session.id,
        code="".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH)),
        word=secrets.choice(WORDS),
        opened_by_id=by_id,
        opened_at=now,
        closes_at=now + timedelta(minutes=OPEN_MINUTES),
    )
    db.session.add(door)
    db.session.flush()
    return door


def open_door_of(session_id: int, *, now: datetime) -> Door | None:
    """Answer the door of a session that is open now."""
    return db.session.scalar(
        select(Door)
        .where(Door.session_id == session_id, Door.closes_at > now)
        .order_by(Door.id.desc())
        .limit(1)
    )


def close_door(door: Door, *, now: datetime) -> None:
    """Close a door at once."""
    door.closes_at = max(min(door.closes_at, now), door.opened_at + timedelta(seconds=1))
    db.session.flush()


def extend_door(door: Door, *, now: datetime) -> None:
    """Keep an open door open for a quarter of an hour more, two hours at most.

    :raises DoorClosed: when it is closed already: another one is opened, with another word.
    """
    if door.closes_at <= now:
        raise DoorClosed
    longest = door.opened_at + LONGEST
    door.closes_at = min(door.closes_at + timedelta(minutes=MORE_MINUTES), longest)
    db.session.flush()


def entered_by(door: Door) -> int:
    """Count who got a place in the group since the door was opened."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Enrolment)
            .where(Enrolment.cohort_id == door.session.cohort_id)
            .where(Enrolment.enrolled_at >= door.opened_at)
        )
        or 0
    )


def needs_birth_date(cohort: Cohort) -> bool:
    """Tell whether the age rule in force asks for a birth date even of grown-ups."""
    ages = ages_on(cohort.course.programme_id, age_day(cohort))
    return ages is not None and ages[0] < ADULT_AGE


def enter(door: Door, guest: Guest, *, now: datetime, on: date) -> Person:
    """Give whoever knows the word a place in the group; who has one already keeps the one.

    A wrong word must be committed by the caller too, or it would not count.

    :raises DoorClosed: when the half hour is over.
    :raises WordGuessed: when too many wrong words came before.
    :raises WrongWord: when the word is another one.
    :raises NoSeat: when every place is taken, or promised to those who wait.
    :raises NotFitting: when the age rule or a plug-in objects.
    """
    cohort = door.session.cohort
    _check_word(door, guest, now=now)
    lock_cohorts([cohort.id])
    twin = _twin(cohort, guest.who, on=on)
    if twin is not None:
        return twin
    seats = seats_of([cohort.id], on=on)[cohort.id]
    waiting = _waiting_twin(cohort, guest.who)
    if waiting is not None:
        # Standing in the room is an answer: a place kept for them is taken by the same word.
        accept(waiting, by_id=door.opened_by_id, now=now, on=on)
        return waiting.person
    if seats.is_full or seats.left == 0:
        raise NoSeat
    terms = Terms(guest.form_key, frozenset({Purpose.TAKING_PART}), noted_by_id=door.opened_by_id)
    receipt = apply_adult(guest.who, cohort.id, terms=terms, now=now, on=on)
    for application in receipt.applications:
        # Whoever stands in the room is not asked to wait for a coordinator's yes.
        if application.state is ApplicationState.WAITING:
            seat(receipt.applicant, cohort, since=on, now=now, application=application)
    return receipt.applicant


def _check_word(door: Door, guest: Guest, *, now: datetime) -> None:
    if door.closes_at <= now or door.opened_by_id is None:
        raise DoorClosed
    if door.wrong_words >= MOST_WRONG:
        raise WordGuessed
    if fold(guest.word) != fold(door.word):
        counted = update(Door).where(Door.id == door.id).values(wrong_words=Door.wrong_words + 1)
        db.session.execute(counted)
        raise WrongWord


def _twin(cohort: Cohort, who: Who, *, on: date) -> Person | None:
    """Find whoever has a place here already under the same name: the form sent again, or earlier."""
    if who.person is not None:
        return who.person if is_in(who.person.id, cohort.id, on=on) else None
    new = who.new or NewPerson("", "")
    placed = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort.id)
        .where(Person.folded == fold(f"{new.family_name} {new.given_name}"))
        .where(or_(Enrolment.until.is_(None), Enrolment.until >= on))
    )
    return next((one for one in db.session.scalars(placed) if _is_same(one, new)), None)


def _waiting_twin(cohort: Cohort, who: Who) -> Application | None:
    waits = (
        select(Application)
        .where(Application.cohort_id == cohort.id)
        .where(Application.state == ApplicationState.WAITING)
        .order_by(Application.sent_at, Application.id)
    )
    for one in db.session.scalars(waits):
        is_own = who.person is not None and one.person_id == who.person.id
        if is_own or (who.person is None and _is_same(one.person, who.new)):
            return one
    return None


def _is_same(known: Person, new: NewPerson | None) -> bool:
    if new is None or known.folded != fold(f"{new.family_name} {new.given_name}"):
        return False
    patronymics = {fold(known.patronymic), fold(new.patronymic)} - {""}
    return len(patronymics) < 2
