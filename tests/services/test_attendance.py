"""Saving, finishing and locking registers, and gathering progress, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from lms.attendance.closing import finish_due, lock_due
from lms.attendance.models import (
    AttendanceRecord,
    HeadCount,
    HeadCountChange,
    MarkChange,
    Register,
)
from lms.attendance.progress import progress_of
from lms.attendance.register import Found, find_register, roster
from lms.attendance.rules import Heads, Mark, Mode, Status, SubmittedMark
from lms.attendance.services import (
    BadHeads,
    Entry,
    RegisterRefused,
    Saved,
    SubmittedHeads,
    count_heads,
    finish,
    save_register,
)
from lms.courses.models import NotHeldReason, Session, SessionState
from lms.courses.services import cancel_session
from lms.db import db
from lms.people.services import NewPerson, add_person
from tests.cast import BEFORE, Cast, enrol_row

HERE = Mark(Status.PRESENT, Mode.ONLINE)
AWAY = Mark(Status.ABSENT, Mode.ONLINE)
DURING = datetime(2022, 9, 5, 14, 30, tzinfo=UTC)
LATER = datetime(2022, 9, 20, 12, 0, tzinfo=UTC)


def find(session: Session) -> Found:
    found = find_register(session.id, is_writing=True)
    assert found is not None
    return found


def save(session: Session, *marks: SubmittedMark, by: Any = None, **more: Any) -> Saved:
    now = more.pop("now", DURING)
    entry = Entry(marks=marks, **more)
    return save_register(find(session), entry, by_id=by.id if by else None, now=now, lock_days=3)


def test_marks_history_and_state_are_recorded(cast: Cast) -> None:
    saved = save(cast.sessions[0], SubmittedMark(cast.child.id, HERE), by=cast.mentor)
    assert (saved.version, saved.changed) == (1, 1)
    again = SubmittedMark(cast.child.id, AWAY, HERE, 1)
    save(cast.sessions[0], again, by=cast.mentor, now=DURING + timedelta(minutes=1))
    record = db.session.scalars(select(AttendanceRecord)).one()
    assert (record.status, record.mode, record.version) == (Status.ABSENT, Mode.ONLINE, 2)
    assert (record.marked_by_id, record.marked_at) == (
        cast.mentor.id,
        DURING + timedelta(minutes=1),
    )
    changes = db.session.scalars(select(MarkChange).order_by(MarkChange.id)).all()
    assert [(each.was_status, each.status, each.changed_at) for each in changes] == [
        (None, Status.PRESENT, DURING),
        (Status.PRESENT, Status.ABSENT, DURING + timedelta(minutes=1)),
    ]
    assert cast.sessions[0].state is SessionState.HELD


def test_a_clash_overwrites_nothing(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE), by=cast.mentor)
    saved = save(
        cast.sessions[0],
        SubmittedMark(cast.child.id, AWAY),
        SubmittedMark(cast.sibling.id, AWAY),
        by=cast.coordinator,
    )
    assert [(each.person_id, each.theirs) for each in saved.conflicts] == [(cast.child.id, HERE)]
    statuses = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert statuses == {cast.child.id: Status.PRESENT, cast.sibling.id: Status.ABSENT}


def test_nothing_is_entered_before_the_day_or_for_what_was_cancelled(cast: Cast) -> None:
    with pytest.raises(RegisterRefused) as refused:
        save(cast.sessions[1], SubmittedMark(cast.child.id, HERE))
    assert refused.value.reason is not None
    assert refused.value.reason.code == "register_too_early"
    cancel_session(cast.sessions[0], reason=NotHeldReason.AIR_RAID)
    with pytest.raises(RegisterRefused):
        count_heads(find(cast.sessions[0]), Heads(1), by_id=None, now=DURING, lock_days=3)


def test_a_late_joiner_and_a_leaver_are_listed_by_their_dates(cast: Cast) -> None:
    cast.enrolments[cast.sibling.id].until = cast.sessions[1].day
    cast.enrolments[cast.other_child.id].since = cast.sessions[1].day
    db.session.flush()
    listed = [[row.person_id for row in roster(find(each))] for each in cast.sessions[:3]]
    assert listed == [
        [cast.child.id, cast.sibling.id],
        [cast.child.id, cast.sibling.id, cast.other_child.id],
        [cast.child.id, cast.other_child.id],
    ]


def test_a_mark_keeps_its_owner_on_the_list(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.sibling.id, HERE))
    cast.enrolments[cast.sibling.id].since = cast.sessions[2].day
    db.session.flush()
    assert cast.sibling.id in [row.person_id for row in roster(find(cast.sessions[0]))]


def test_namesakes_are_told_apart(cast: Cast) -> None:
    twin = add_person(NewPerson("Знам’янська", "Соломія", "Петрівна"), now=BEFORE)
    enrol_row(twin, cast.cohort)
    names = [row.name for row in roster(find(cast.sessions[0]))]
    assert names[:2] == ["Знам’янська Соломія Андріївна", "Знам’янська Соломія Петрівна"]


def test_a_head_count_is_kept_with_its_history(cast: Cast) -> None:
    with pytest.raises(BadHeads):
        count_heads(find(cast.sessions[0]), Heads(1, 1, 3), by_id=None, now=DURING, lock_days=3)
    for heads in (Heads(4, 0, 1), Heads(4, 1, 1)):
        count_heads(find(cast.sessions[0]), heads, by_id=cast.mentor.id, now=DURING, lock_days=3)
    count = db.session.scalars(select(HeadCount)).one()
    assert (count.in_person, count.online, count.first_time) == (4, 1, 1)
    changes = db.session.scalars(select(HeadCountChange).order_by(HeadCountChange.id)).all()
    assert [(each.was_in_person, each.online) for each in changes] == [(None, 0), (4, 1)]
    assert cast.sessions[0].state is SessionState.HELD


def test_two_who_count_are_shown_to_each_other(cast: Cast) -> None:
    first = SubmittedHeads(Heads(4))
    save(cast.sessions[0], heads=first)
    saved = save(cast.sessions[0], heads=SubmittedHeads(Heads(5)))
    assert saved.heads_conflict == Heads(4)
    assert db.session.scalars(select(HeadCount.in_person)).one() == 4


def test_done_finishes_once(cast: Cast) -> None:
    for _tap in range(2):
        finish(find(cast.sessions[0]), by_id=cast.mentor.id, now=DURING, lock_days=3)
    register = db.session.get(Register, cast.sessions[0].id)
    assert register is not None
    assert (register.finished_at, register.finished_by_id) == (DURING, cast.mentor.id)
    # Still open until it is locked.
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE))


def test_the_clock_finishes_at_nine_and_locks_three_days_later(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE))
    assert finish_due(now=datetime(2022, 9, 5, 17, 59, tzinfo=UTC), lock_days=3) == 0
    assert finish_due(now=LATER, lock_days=3) == 1
    assert finish_due(now=LATER, lock_days=3) == 0
    assert db.session.scalars(select(Register.finished_at)).one() == datetime(
        2022, 9, 5, 18, tzinfo=UTC
    )
    assert lock_due(now=datetime(2022, 9, 8, 17, 59, tzinfo=UTC), lock_days=3) == 0
    assert lock_due(now=LATER, lock_days=3) == 1
    assert lock_due(now=LATER, lock_days=3) == 0
    # Marks of a register that names people stay.
    assert db.session.scalar(select(func.count(AttendanceRecord.id))) == 1


def test_a_locked_register_wants_a_reason_also_when_no_timer_ran(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE))
    change = SubmittedMark(cast.child.id, AWAY, HERE, 1)
    with pytest.raises(RegisterRefused):
        save(cast.sessions[0], change, now=LATER)
    save(cast.sessions[0], change, now=LATER, reason="знайшли записку")
    last = db.session.scalars(select(MarkChange).order_by(MarkChange.id.desc())).first()
    assert last is not None
    assert last.reason == "знайшли записку"


def test_a_late_entry_is_not_locked_at_its_first_tap(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE), now=LATER)
    save(cast.sessions[0], SubmittedMark(cast.sibling.id, HERE), now=LATER + timedelta(hours=1))
    assert db.session.scalar(select(func.count(AttendanceRecord.id))) == 2


def test_a_sensitive_register_keeps_a_head_count_only(cast: Cast) -> None:
    """Marks may stand until it is locked; then they are counted and erased with their history."""
    enrol_row(cast.learner, cast.yoga_cohort)
    enrol_row(cast.leader, cast.yoga_cohort)
    session = cast.yoga_sessions[0]
    during = session.starts_at + timedelta(minutes=5)
    save(
        session,
        SubmittedMark(cast.learner.id, Mark(Status.PRESENT, Mode.IN_PERSON)),
        SubmittedMark(cast.leader.id, Mark(Status.LATE, Mode.ONLINE)),
        heads=SubmittedHeads(Heads(3, 0, 1)),
        now=during,
    )
    finish_due(now=LATER, lock_days=3)
    assert db.session.scalar(select(func.count(AttendanceRecord.id))) == 2
    assert lock_due(now=LATER, lock_days=3) == 1
    assert db.session.scalar(select(func.count(AttendanceRecord.id))) == 0
    assert db.session.scalar(select(func.count(MarkChange.id))) == 0
    db.session.expire_all()
    count = db.session.scalars(select(HeadCount)).one()
    assert (count.in_person, count.online, count.first_time) == (4, 1, 3)


def test_progress_is_gathered_by_membership(cast: Cast) -> None:
    marks = (HERE, AWAY, Mark(Status.EXCUSED, Mode.ONLINE), Mark(Status.MADE_UP, Mode.ONLINE))
    for session, mark in zip(cast.sessions, marks, strict=False):
        save(session, SubmittedMark(cast.child.id, mark), now=session.starts_at)
    cancel_session(cast.sessions[4], reason=NotHeldReason.NO_POWER)
    cast.enrolments[cast.sibling.id].since = cast.sessions[2].day
    db.session.flush()
    facts = progress_of(enrolment.id for enrolment in cast.enrolments.values())
    child = facts[cast.enrolments[cast.child.id].id]
    assert (child.held, child.attended, child.excused, child.made_up) == (4, 1, 1, 1)
    assert child.not_held == 1
    assert child.remaining == tuple(session.day for session in cast.sessions[5:])
    sibling = facts[cast.enrolments[cast.sibling.id].id]
    assert (sibling.held, sibling.attended) == (2, 0)


def test_progress_of_a_cohort_costs_the_same_for_any_number(cast: Cast) -> None:
    ids = [enrolment.id for enrolment in cast.enrolments.values()]
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    progress_of(ids[:1])
    one = len(counted)
    progress_of(ids)
    assert len(counted) - one == one == 3


def test_whoever_moved_to_another_group_keeps_what_was_attended(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE))
    cast.enrolments[cast.child.id].until = date(2022, 9, 10)
    cast.training_cohort.module_id = cast.cohort.module_id
    moved = enrol_row(cast.child, cast.training_cohort, date(2022, 9, 11))
    facts = progress_of([moved.id])[moved.id]
    assert (facts.held, facts.attended) == (1, 1)


def test_whoever_moves_within_a_day_keeps_what_was_attended(cast: Cast) -> None:
    save(cast.sessions[0], SubmittedMark(cast.child.id, HERE))
    cast.enrolments[cast.child.id].until = date(2022, 9, 10)
    cast.training_cohort.module_id = cast.cohort.module_id
    moved = enrol_row(cast.child, cast.training_cohort, date(2022, 9, 10))
    facts = progress_of([moved.id])[moved.id]
    assert (facts.held, facts.attended) == (1, 1)
