"""Verbs of a journal: read the group, try it, write it as a whole, take it back."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.attendance.models import HeadCountChange, MarkChange
from lms.attendance.register import Found, find_register
from lms.attendance.rules import Status
from lms.attendance.services import marks_of
from lms.attendance.sheets import FromSheet, Lines, record_sheet, reopen, take_back
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, NotHeldReason, Session, SessionState
from lms.courses.services import cancel_session, plan_session, restore_session
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.i18n import say_clock
from lms.imports.grid import find_grid
from lms.imports.grid_days import Span
from lms.imports.grid_names import Member
from lms.imports.grid_plan import DayState, Decisions, GridPlan, Group, Meeting
from lms.imports.grid_planning import plan_grid
from lms.imports.models import Import, ImportChange, ImportSession, ImportState
from lms.imports.reading import Sheet
from lms.imports.services import ImportRefused, remember, remembered
from lms.imports.signs import SignMeaning, may_be_remembered
from lms.people.models import Person

Told = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True)
class Clerk:
    """Who writes, when, and after how many days a register is locked."""

    now: datetime
    today: date
    lock_days: int
    by_id: int | None = None


def load_group(cohort: Cohort, clerk: Clerk) -> Group:
    """Read what a journal is held against: members with their days, sessions with their marks."""
    found = [
        one
        for number in db.session.scalars(
            select(Session.id)
            .where(Session.cohort_id == cohort.id)
            .order_by(Session.starts_at, Session.id)
        ).all()
        if (one := find_register(number)) is not None
    ]
    is_sensitive = kind_of(cohort.course.programme.kind).is_sensitive
    return Group(
        span=Span(cohort.module.starts_on, cohort.module.ends_on),
        today=clerk.today,
        members=() if is_sensitive else _members(cohort.id),
        meetings=tuple(_meeting(one, clerk) for one in found),
        is_sensitive=is_sensitive,
        may_make=bool(found),
    )


def _members(cohort_id: int) -> tuple[Member, ...]:
    rows = db.session.execute(
        select(Person, Enrolment.since, Enrolment.until)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id, Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id, Enrolment.since)
    )
    spans: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    people: dict[int, Person] = {}
    for person, since, until in rows:
        people[person.id] = person
        spans[person.id].append((since, until))
    return tuple(
        Member(one.id, one.family_name, one.given_name, one.patronymic, tuple(spans[one.id]))
        for one in people.values()
    )


def _meeting(found: Found, clerk: Clerk) -> Meeting:
    session = found.session
    marks = {} if found.is_sensitive else marks_of(session.id)
    return Meeting(
        session_id=session.id,
        day=session.day,
        clock=say_clock(session.starts_at, found.zone),
        is_cancelled=session.state is SessionState.CANCELLED,
        is_moved=session.state is SessionState.MOVED,
        is_locked=found.standing(now=clerk.now, lock_days=clerk.lock_days).is_locked,
        marks={person_id: mark.status for person_id, mark in marks.items()},
        heads=found.heads.total if found.heads else None,
    )


def signs_mark(cohort_id: int) -> str:
    """Make the mark under which the signs of a group's journal are remembered."""
    return hashlib.sha256(f"signs of the group {cohort_id}".encode()).hexdigest()


def known_signs(cohort_id: int) -> dict[str, str]:
    """Find what the signs of a group's journal were said to mean."""
    known = remembered(signs_mark(cohort_id)) or {}
    return {sign: meaning for sign, meaning in known.items() if meaning}


def remember_signs(cohort_id: int, said: Mapping[str, str], *, now: datetime) -> None:
    """Remember short signs for the next journal of the group; words about somebody never are."""
    fit = {
        sign: meaning
        for sign, meaning in said.items()
        if may_be_remembered(sign) and meaning in set(SignMeaning)
    }
    if fit:
        remember(signs_mark(cohort_id), {**known_signs(cohort_id), **fit}, now=now)


def try_grid(sheet: Sheet, cohort: Cohort, decisions: Decisions, clerk: Clerk) -> GridPlan:
    """Tell what a journal would change; writes nothing.

    :raises NoGrid: where no journal stands in the sheet.
    """
    group = load_group(cohort, clerk)
    days = [meeting.day for meeting in group.meetings]
    said = {**known_signs(cohort.id), **decisions.signs}
    decided = Decisions(said, decisions.names, decisions.days, decisions.marks, decisions.reason)
    return plan_grid(find_grid(sheet, group.span, days), group, decided)


def write_grid(
    made: Import, cohort: Cohort, plan: GridPlan, clerk: Clerk, *, told: Told = _silent
) -> dict[str, int]:
    """Write a planned journal: all of it in the caller's transaction, or nothing.

    :param plan: made in the same transaction, after the lock of writing.
    :raises ImportRefused: when it is over already, or a locked register needs a reason.
    :raises RegisterRefused: when a register does not take it.
    """
    if made.state in {ImportState.DONE, ImportState.UNDONE, ImportState.DROPPED}:
        raise ImportRefused("import_is_over")
    if plan.needs_reason:
        raise ImportRefused("grid_reason_needed")
    statuses: dict[int, dict[int, Status]] = defaultdict(dict)
    for cell in plan.writes:
        if cell.person_id is not None and cell.status is not None:
            statuses[cell.column][cell.person_id] = cell.status
    heads = {one.column: one.count for one in plan.counted}
    taken = [day for day in plan.days if day.column.number in {*statuses, *heads}]
    for done, day in enumerate(taken, start=1):
        session, was, why = _session_of(cohort, day.state, day.session_id, day.column.day)
        found = find_register(session.id, is_writing=True)
        if found is None:
            raise ImportRefused("import_is_over")
        number = day.column.number
        sheet = FromSheet(statuses[number], heads.get(number), plan.reason)
        lines = record_sheet(
            found, sheet, by_id=clerk.by_id, now=clerk.now, lock_days=clerk.lock_days
        )
        db.session.add(
            ImportSession(import_id=made.id, session_id=session.id, was_state=was, was_reason=why)
        )
        db.session.add_all(_noted(made.id, lines))
        told(done, len(taken))
    made.state, made.imported_at = ImportState.DONE, clerk.now
    made.counts = plan.counts
    db.session.flush()
    return made.counts


def _noted(import_id: int, lines: Lines) -> Iterable[ImportChange]:
    for number in lines.marks:
        yield ImportChange(import_id=import_id, mark_change_id=number)
    for number in lines.heads:
        yield ImportChange(import_id=import_id, head_count_change_id=number)


def _session_of(
    cohort: Cohort, state: DayState, session_id: int | None, day: date
) -> tuple[Session, SessionState | None, str]:
    """Find, make or restore the session of a date; answer it with how it stood."""
    if state is DayState.MAKE or session_id is None:
        starts_at, minutes = _usual_time(cohort, day)
        return plan_session(cohort, day=day, starts_at=starts_at, minutes=minutes), None, ""
    session = db.session.get_one(Session, session_id)
    was, why = session.state, str(session.not_held_reason or "")
    if state is DayState.RESTORE:
        restore_session(session)
    return session, was, why


def _usual_time(cohort: Cohort, day: date) -> tuple[time, int]:
    """Answer when the group usually meets on this weekday, or else on any day."""
    zone = ZoneInfo(cohort.zone)
    rows = db.session.execute(
        select(Session.day, Session.starts_at, Session.minutes).where(
            Session.cohort_id == cohort.id
        )
    ).all()
    times = Counter(
        (on.weekday() == day.weekday(), starts.astimezone(zone).time(), minutes)
        for on, starts, minutes in rows
    )
    if not times:
        raise ImportRefused("grid_day_no_time")
    best = max(times, key=lambda one: (one[0], times[one], -one[1].hour))
    return best[1], best[2]


def undo_grid(made: Import, clerk: Clerk) -> dict[str, int]:
    """Take a journal back: exactly what it wrote, as far as nobody touched it since.

    :returns: how many marks and counts were taken back, and how many stay.
    :raises ImportRefused: when it was not imported, or was taken back already.
    """
    if made.state is not ImportState.DONE:
        raise ImportRefused("import_not_done")
    marks = _by_session(made.id, ImportChange.mark_change_id, MarkChange)
    heads = _by_session(made.id, ImportChange.head_count_change_id, HeadCountChange)
    touched = db.session.scalars(
        select(ImportSession)
        .where(ImportSession.import_id == made.id)
        .order_by(ImportSession.session_id)
    ).all()
    removed = kept = 0
    for one in touched:
        found = find_register(one.session_id, is_writing=True)
        if found is None or found.session.state in {SessionState.CANCELLED, SessionState.MOVED}:
            continue
        lines = Lines(tuple(marks[one.session_id]), tuple(heads[one.session_id]))
        back, stays = take_back(
            found, lines, by_id=clerk.by_id, now=clerk.now, lock_days=clerk.lock_days
        )
        removed, kept = removed + back, kept + stays
        _put_state_back(one)
    made.state, made.undone_at = ImportState.UNDONE, clerk.now
    db.session.flush()
    return {"removed": removed, "kept": kept}


def _by_session(import_id: int, column: object, model: type) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = db.session.execute(
        select(model.session_id, model.id)  # type: ignore[attr-defined]
        .join(ImportChange, column == model.id)  # type: ignore[attr-defined]
        .where(ImportChange.import_id == import_id)
        .order_by(model.id)  # type: ignore[attr-defined]
    )
    for session_id, number in rows:
        found[session_id].append(number)
    return found


def _put_state_back(one: ImportSession) -> None:
    """Let a session stand as before: one that the journal made is cancelled, since it has a history."""
    session = db.session.get_one(Session, one.session_id, populate_existing=True)
    if one.was_state in {SessionState.HELD, SessionState.BROKEN_OFF} or not reopen(session):
        return
    if one.was_state is not SessionState.PLANNED:
        cancel_session(session, reason=NotHeldReason(one.was_reason or NotHeldReason.OTHER))
