"""A journal: written once, twice the same, never over somebody's mark, taken back."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.attendance.family_letters import write_to_missed
from lms.attendance.history import mark_changes, say_reason
from lms.attendance.models import AttendanceRecord, HeadCount, MarkChange, Register
from lms.attendance.register import find_register
from lms.attendance.rules import Mark, Mode, Status, SubmittedMark
from lms.attendance.services import Entry, marks_of, save_register
from lms.attendance.sheets import SHEET
from lms.courses.models import Cohort, NotHeldReason, Session, SessionState
from lms.courses.services import cancel_session
from lms.db import begin_write, db
from lms.enrolment.models import Enrolment
from lms.imports.grid import NoGrid
from lms.imports.grid_account import account_of
from lms.imports.grid_plan import CellState, DayState, Decisions
from lms.imports.grid_services import known_signs, remember_signs, undo_grid
from lms.imports.models import ImportChange, ImportState
from lms.imports.services import ImportRefused
from lms.people.models import Person
from tests.grids import AT, CLERK, LOCKING, TODAY, journal, tried, written

DATABASES = ("sqlite",)

TWO = ("1;Знам’янська Соломія;+;н;хв", "2;Лук’ян Знам’янський;+;зап;")


@pytest.fixture(autouse=True)
def writing(app):
    begin_write()


def number(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def statuses(session: Session) -> dict[int, Status]:
    return {person_id: mark.status for person_id, mark in marks_of(session.id).items()}


def mark(session: Session, person: Person, status: Status, by: Person) -> None:
    found = find_register(session.id, is_writing=True)
    stored = marks_of(session.id).get(person.id)
    row = SubmittedMark(
        person.id, Mark(status, Mode.ONLINE), stored, found.version if stored else 0
    )
    save_register(found, Entry(marks=(row,)), by_id=by.id, now=AT, lock_days=365)


def test_a_journal_is_written_into_the_registers(cast):
    people = number(Person)
    made, plan = written(journal(*TWO), cast.cohort)
    assert statuses(cast.sessions[0]) == {
        cast.child.id: Status.PRESENT,
        cast.sibling.id: Status.PRESENT,
    }
    assert statuses(cast.sessions[1]) == {
        cast.child.id: Status.ABSENT,
        cast.sibling.id: Status.LATE,
    }
    assert statuses(cast.sessions[2]) == {cast.child.id: Status.EXCUSED}
    assert cast.sessions[0].state is SessionState.HELD
    assert made.counts["marks"] == 5
    assert made.counts["people"] == 2
    assert {change.reason for change in mark_changes(cast.sessions[0].id)} == {say_reason(SHEET)}
    assert number(Person) == people
    assert plan.open_questions == 0


def test_the_same_journal_brought_twice_changes_nothing(cast):
    written(journal(*TWO), cast.cohort)
    before = [number(model) for model in (AttendanceRecord, MarkChange, ImportChange, Register)]
    made, plan = written(journal(*TWO), cast.cohort)
    assert plan.counts["marks"] == 0
    assert plan.counts["same"] == 5
    assert made.state is ImportState.DONE
    after = [number(model) for model in (AttendanceRecord, MarkChange, ImportChange, Register)]
    assert after == before


def test_a_mark_that_stands_is_not_overwritten_without_a_word(cast):
    mark(cast.sessions[0], cast.child, Status.LATE, cast.mentor)
    _made, plan = written(journal(*TWO), cast.cohort)
    assert plan.counts["differs"] == 1
    assert statuses(cast.sessions[0])[cast.child.id] is Status.LATE
    (cell,) = [cell for cell in plan.cells if cell.state is CellState.DIFFERS]
    written(journal(*TWO), cast.cohort, Decisions(marks={cell.key: "keep"}))
    assert statuses(cast.sessions[0])[cast.child.id] is Status.LATE
    written(journal(*TWO), cast.cohort, Decisions(marks={cell.key: "sheet"}))
    assert statuses(cast.sessions[0])[cast.child.id] is Status.PRESENT


def test_what_was_made_up_later_stays_made_up(cast):
    mark(cast.sessions[1], cast.child, Status.ABSENT, cast.mentor)
    mark(cast.sessions[1], cast.child, Status.MADE_UP, cast.mentor)
    _made, plan = written(journal(*TWO), cast.cohort)
    assert statuses(cast.sessions[1])[cast.child.id] is Status.MADE_UP
    assert plan.counts["differs"] == 0


def test_a_locked_register_needs_a_reason(cast):
    mark(cast.sessions[0], cast.other_child, Status.PRESENT, cast.mentor)
    found = find_register(cast.sessions[0].id, is_writing=True)
    long_ago = AT - timedelta(days=60)
    save_register(found, Entry(finishes=True), by_id=None, now=long_ago, lock_days=3)
    assert tried(journal(*TWO), cast.cohort, clerk=LOCKING).needs_reason
    with pytest.raises(ImportRefused) as refusal:
        written(journal(*TWO), cast.cohort, clerk=LOCKING)
    assert refusal.value.reason.code == "grid_reason_needed"
    assert statuses(cast.sessions[0]) == {cast.other_child.id: Status.PRESENT}
    written(journal(*TWO), cast.cohort, Decisions(reason="знайшли зошит"), clerk=LOCKING)
    assert say_reason(SHEET + "знайшли зошит") in {
        change.reason for change in mark_changes(cast.sessions[0].id)
    }


def test_who_was_not_in_the_group_on_a_day_gets_no_mark_there(cast):
    cast.enrolments[cast.child.id].since = date(2022, 9, 10)
    db.session.flush()
    _made, plan = written(journal(*TWO), cast.cohort)
    assert plan.counts["outside"] == 1
    assert cast.child.id not in statuses(cast.sessions[0])
    assert statuses(cast.sessions[1])[cast.child.id] is Status.ABSENT


def test_nobody_is_added_and_strangers_are_asked_about(cast):
    before = number(Person), number(Enrolment)
    content = journal("1;Кіт Мурко;+;+;+", "2;Знаминська Соломія;+;+;+")
    _made, plan = written(content, cast.cohort)
    assert (number(Person), number(Enrolment)) == before
    assert plan.counts["marks"] == 0
    assert [row.code for row in plan.rows] == ["grid_name_unknown", "grid_name_several"]
    assert cast.child.id in plan.rows[1].candidates
    said = Decisions(names={"2": "leave", "3": str(cast.child.id)})
    assert tried(content, cast.cohort, said).counts["marks"] == 3
    stranger = Decisions(names={"2": str(cast.guardian.id)})
    assert tried(content, cast.cohort, stranger).counts["marks"] == 0


def test_two_rows_of_one_person_are_asked_about(cast):
    plan = tried(journal("1;Соломія;+;+;+", "2;Знам’янська С.;н;;"), cast.cohort)
    assert {row.code for row in plan.rows} == {"grid_name_twice"}
    assert plan.counts["marks"] == 0


def test_a_date_without_a_session_is_asked_and_made(cast):
    content = journal("1;Соломія;+;н", headings="№;ПІБ;05.09;07.09")
    plan = tried(content, cast.cohort)
    assert [day.state for day in plan.days] == [DayState.THERE, DayState.DECIDE]
    made, _plan = written(content, cast.cohort, Decisions(days={"1": "make"}))
    new = db.session.scalars(
        select(Session).where(Session.cohort_id == cast.cohort.id, Session.day == date(2022, 9, 7))
    ).one()
    assert new.starts_at.hour == 14  # 17:00 in Kyiv, as on its Mondays
    assert statuses(new) == {cast.child.id: Status.ABSENT}
    undo_grid(made, CLERK)
    assert statuses(new) == {}
    assert new.state is SessionState.CANCELLED


def test_marks_of_a_cancelled_session_are_asked_about(cast):
    cancel_session(cast.sessions[0], reason=NotHeldReason.AIR_RAID)
    plan = tried(journal(*TWO), cast.cohort)
    assert plan.days[0].state is DayState.DECIDE
    made, _plan = written(journal(*TWO), cast.cohort, Decisions(days={"0": "restore"}))
    assert cast.sessions[0].state is SessionState.HELD
    undo_grid(made, CLERK)
    assert cast.sessions[0].state is SessionState.CANCELLED
    assert cast.sessions[0].not_held_reason is NotHeldReason.AIR_RAID


def test_days_to_come_are_left_out(cast):
    early = type(CLERK)(AT - timedelta(days=100), TODAY - timedelta(days=100), 365)
    plan = tried(journal(*TWO), cast.cohort, clerk=early)
    assert [day.code for day in plan.days] == ["", "", "grid_day_ahead"]


def test_a_sum_without_names_is_a_head_count(cast):
    made, _plan = written(journal(";Всього;12;9;"), cast.cohort)
    assert find_register(cast.sessions[0].id).heads.online == 12
    assert number(AttendanceRecord) == 0
    assert tried(journal(";Всього;12;9;"), cast.cohort).counts["heads"] == 0
    assert tried(journal(";Всього;11;9;"), cast.cohort).counts["questions"] == 1
    undo_grid(made, CLERK)
    assert number(HeadCount) == 0
    assert cast.sessions[0].state is SessionState.PLANNED


def test_a_sum_below_names_is_only_compared(cast):
    plan = tried(journal(*TWO, ";Всього;7;1;0"), cast.cohort)
    assert plan.counts["heads"] == 0
    assert [(one.count, one.named) for one in plan.heads] == [(7, 2)]


def test_where_no_name_may_stand_a_journal_becomes_numbers(cast):
    content = journal("1;Кіт Ольга;+;+", "2;Пес Ірина;+;н", headings="№;ПІБ;07.09;14.09")
    _made, plan = written(content, cast.yoga_cohort)
    assert find_register(cast.yoga_sessions[0].id).heads.in_person == 2
    assert find_register(cast.yoga_sessions[1].id).heads.in_person == 1
    assert number(AttendanceRecord) == 0
    assert "Кіт" not in str(account_of(plan))
    assert tried(content, cast.yoga_cohort).counts["heads"] == 0


def test_an_unknown_sign_is_asked_once_and_remembered_if_short(cast):
    content = journal("1;Соломія;Ω;грип;+")
    assert dict(tried(content, cast.cohort).signs) == {"ω": 1, "грип": 1}
    remember_signs(cast.cohort.id, {"ω": "present", "грип": "excused"}, now=AT)
    assert known_signs(cast.cohort.id) == {"ω": "present"}
    assert dict(tried(content, cast.cohort).signs) == {"грип": 1}
    _made, _plan = written(content, cast.cohort, Decisions(signs={"грип": "excused"}))
    assert statuses(cast.sessions[1])[cast.child.id] is Status.EXCUSED
    assert not db.session.scalar(select(MarkChange.id).where(MarkChange.reason.contains("грип")))


def test_taking_back_leaves_what_somebody_changed_since(cast):
    mark(cast.sessions[0], cast.sibling, Status.PRESENT, cast.mentor)
    made, _plan = written(journal(*TWO), cast.cohort)
    mark(cast.sessions[1], cast.child, Status.EXCUSED, cast.mentor)
    changes = number(MarkChange)
    assert undo_grid(made, CLERK) == {"removed": 3, "kept": 1}
    assert statuses(cast.sessions[0]) == {cast.sibling.id: Status.PRESENT}
    assert statuses(cast.sessions[1]) == {cast.child.id: Status.EXCUSED}
    assert statuses(cast.sessions[2]) == {}
    assert cast.sessions[2].state is SessionState.PLANNED
    assert number(MarkChange) == changes + 3
    with pytest.raises(ImportRefused):
        undo_grid(made, CLERK)


def test_no_letter_leaves_for_an_absence_out_of_a_journal(cast):
    near = type(CLERK)(AT, TODAY, 365)
    last = cast.sessions[-1]
    last.day = TODAY - timedelta(days=1)
    db.session.flush()
    written(journal("1;Соломія;н", headings="№;ПІБ;20.12"), cast.cohort, clerk=near)
    assert statuses(last) == {cast.child.id: Status.ABSENT}
    register = db.session.get_one(Register, last.id, populate_existing=True)
    assert register.told_at == AT
    register.finished_at = AT
    db.session.flush()
    assert write_to_missed(now=AT + timedelta(hours=3)) == 0


SIGN = st.sampled_from(["+", "н", "хв", "з", "", "-", "0", "Ω", "12"])
NAME = st.sampled_from(
    [
        "Знам’янська Соломія",
        "Лук’ян",
        "Швець Я.",
        "Швець",
        "Кіт Мурко",
        "",
        "Всього",
        "Знам’янський С.",
    ]
)
HEADING = st.sampled_from(["05.09", "12.09", "7.9", "19 вересня", "1.11", "", "Всього", "26.12.22"])
DAYS = st.dates(date(2022, 9, 1), date(2022, 12, 20))


@st.composite
def grids(draw):
    headings = draw(st.lists(HEADING, min_size=1, max_size=5))
    rows = draw(
        st.lists(
            st.tuples(NAME, st.lists(SIGN, min_size=len(headings), max_size=len(headings))),
            min_size=1,
            max_size=6,
        )
    )
    lines = [";".join(["ПІБ", "05.09", *headings])]
    lines += [";".join([name, "+", *signs]) for name, signs in rows]
    return "\n".join(lines).encode()


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=grids(), since=DAYS, length=st.integers(0, 60), makes=st.booleans())
def test_no_journal_marks_anybody_outside_the_membership(cast, content, since, length, makes):
    nested = db.session.begin_nested()
    try:
        _is_within(cast.cohort, cast.enrolments[cast.child.id], content, since, length, makes)
    finally:
        nested.rollback()
        db.session.expire_all()


def _is_within(
    cohort: Cohort, row: Enrolment, content: bytes, since: date, length: int, makes: bool
) -> None:
    row.since, row.until = since, since + timedelta(days=length)
    db.session.flush()
    decisions = Decisions(days={str(column): "make" for column in range(9)} if makes else {})
    try:
        written(content, cohort, decisions)
    except NoGrid:
        return
    rows = db.session.execute(
        select(AttendanceRecord.person_id, Session.day).join(
            Session, Session.id == AttendanceRecord.session_id
        )
    ).all()
    spans = {
        one.person_id: (one.since, one.until)
        for one in db.session.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort.id))
    }
    for person_id, day in rows:
        first, last = spans[person_id]
        assert first <= day
        assert last is None or day <= last
    before = number(AttendanceRecord), number(MarkChange), number(HeadCount), number(Session)
    again, plan = written(content, cohort, decisions)
    assert again.counts["marks"] == again.counts["heads"] == 0
    assert not plan.writes
    after = number(AttendanceRecord), number(MarkChange), number(HeadCount), number(Session)
    assert after == before
