"""The register's rules: merging, finishing, locking, head-counts, progress."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.attendance.progress import Meeting, Membership, count_progress
from lms.attendance.rules import (
    MARKS,
    Heads,
    Mark,
    Mode,
    Sitting,
    Stamps,
    Status,
    StoredMark,
    SubmittedMark,
    assess_heads,
    fill_blanks,
    finish_moment,
    nearest,
    next_mark,
    plan_save,
    standing_at,
)
from lms.courses.models import SessionState
from lms.courses.rules import share_percent

HERE = Mark(Status.PRESENT, Mode.ONLINE)
AWAY = Mark(Status.ABSENT, Mode.ONLINE)
LATE = Mark(Status.LATE, Mode.IN_PERSON)


def test_taps_go_round() -> None:
    marks = [None]
    for _tap in range(5):
        marks.append(next_mark(marks[-1]))
    assert marks[1:] == ["present", "absent", "excused", "late", "present"]


@pytest.mark.parametrize(
    ("stored", "submitted", "writes", "conflicts"),
    [
        (None, SubmittedMark(1, HERE), 1, 0),
        (None, SubmittedMark(1, None), 0, 0),
        # Untouched here, changed by somebody else: theirs stands.
        (StoredMark(AWAY, 5), SubmittedMark(1, HERE, HERE, 2), 0, 0),
        (StoredMark(AWAY, 5), SubmittedMark(1, None), 0, 0),
        # Both changed it: to the same, to something else.
        (StoredMark(HERE, 5), SubmittedMark(1, HERE), 0, 0),
        (StoredMark(AWAY, 5), SubmittedMark(1, HERE), 0, 1),
        (StoredMark(AWAY, 5), SubmittedMark(1, LATE, HERE, 2), 0, 1),
        # Cleared here, unchanged by others; cleared there, changed here.
        (StoredMark(HERE, 2), SubmittedMark(1, None, HERE, 2), 1, 0),
        (None, SubmittedMark(1, AWAY, HERE, 2), 0, 1),
        # «Everybody is present» overrules nobody.
        (StoredMark(AWAY, 5), SubmittedMark(1, HERE, is_fill=True), 0, 0),
        # Online instead of in person is a change too.
        (
            StoredMark(HERE, 2),
            SubmittedMark(1, Mark(Status.PRESENT, Mode.IN_PERSON), HERE, 2),
            1,
            0,
        ),
        # One's own mark, whose answer was lost, is no clash.
        (StoredMark(AWAY, 5, by_id=9), SubmittedMark(1, HERE), 1, 0),
    ],
)
def test_a_row_is_merged(
    stored: StoredMark | None, submitted: SubmittedMark, writes: int, conflicts: int
) -> None:
    plan = plan_save({1: stored} if stored else {}, [submitted], by_id=9)
    assert (len(plan.writes), len(plan.conflicts)) == (writes, conflicts)


some_marks = st.one_of(st.none(), st.sampled_from(sorted(MARKS.values(), key=str)))
forms = st.dictionaries(st.integers(1, 6), some_marks)


@given(start=forms, first=forms, second=forms)
def test_two_who_mark_at_once_lose_nothing(
    start: dict[int, Mark | None], first: dict[int, Mark | None], second: dict[int, Mark | None]
) -> None:
    """Each touched row of either form stands in the end, or is shown as a conflict."""
    stored = {number: StoredMark(mark, 1) for number, mark in start.items() if mark}
    opened = dict(stored)

    def send(form: dict[int, Mark | None], version: int) -> tuple[set[int], list[SubmittedMark]]:
        rows = [
            SubmittedMark(
                number,
                mark,
                opened[number].mark if number in opened else None,
                opened[number].version if number in opened else 0,
            )
            for number, mark in form.items()
        ]
        plan = plan_save(stored, rows)
        for write in plan.writes:
            if write.mark is None:
                stored.pop(write.person_id)
            else:
                stored[write.person_id] = StoredMark(write.mark, version)
        return {conflict.person_id for conflict in plan.conflicts}, rows

    shown, rows = send(first, 2)
    assert not shown
    touched = {row.person_id: row.mark for row in rows if row.mark != row.seen}
    shown, rows = send(second, 3)
    standing = {number: mark.mark for number, mark in stored.items()}
    for row in rows:
        if row.mark != row.seen:
            assert standing.get(row.person_id) == row.mark or row.person_id in shown
            touched.pop(row.person_id, None) if row.person_id not in shown else None
    for number, mark in touched.items():
        assert standing.get(number) == mark


@given(form=forms, stored=forms)
def test_everybody_present_fills_blanks_only(
    form: dict[int, Mark | None], stored: dict[int, Mark | None]
) -> None:
    standing = {number: StoredMark(mark, 4) for number, mark in stored.items() if mark}
    rows = [SubmittedMark(number, mark) for number, mark in form.items()]
    plan = plan_save(standing, fill_blanks(range(1, 7), rows, HERE))
    filled = {write.person_id for write in plan.writes if form.get(write.person_id) is None}
    assert filled == {
        number for number in range(1, 7) if number not in standing and form.get(number) is None
    }


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (datetime(2022, 9, 5, 15, tzinfo=UTC), datetime(2022, 9, 5, 18, tzinfo=UTC)),
        (datetime(2022, 9, 5, 17, 30, tzinfo=UTC), datetime(2022, 9, 5, 19, 30, tzinfo=UTC)),
        # After the clocks went back 21:00 in Kyiv is an hour later in UTC.
        (datetime(2022, 10, 31, 15, tzinfo=UTC), datetime(2022, 10, 31, 19, tzinfo=UTC)),
    ],
)
def test_it_finishes_at_nine_or_two_hours_after(ends: datetime, expected: datetime) -> None:
    assert finish_moment(ends.date(), ends, "Europe/Kyiv") == expected


def test_it_finishes_by_the_wall_of_the_group() -> None:
    ends = datetime(2022, 11, 5, 21, tzinfo=UTC)
    assert finish_moment(date(2022, 11, 5), ends, "America/Toronto") == datetime(
        2022, 11, 6, 1, tzinfo=UTC
    )


def stamps(**more: object) -> Stamps:
    ends = datetime(2022, 9, 5, 15, tzinfo=UTC)
    return Stamps(date(2022, 9, 5), ends, "Europe/Kyiv", **({"is_held": True} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "now", "is_finished", "is_locked"),
    [
        (stamps(), datetime(2022, 9, 5, 17, 59, tzinfo=UTC), False, False),
        (stamps(), datetime(2022, 9, 5, 18, tzinfo=UTC), True, False),
        (stamps(), datetime(2022, 9, 8, 17, 59, tzinfo=UTC), True, False),
        (stamps(), datetime(2022, 9, 8, 18, tzinfo=UTC), True, True),
        # Nothing was entered: it waits, however late.
        (stamps(is_held=False), datetime(2023, 9, 8, tzinfo=UTC), False, False),
        # Entered for the first time a week later: it stays open that evening and three days more.
        (
            stamps(entered_at=datetime(2022, 9, 12, 9, tzinfo=UTC)),
            datetime(2022, 9, 12, 17, tzinfo=UTC),
            False,
            False,
        ),
        (
            stamps(entered_at=datetime(2022, 9, 12, 9, tzinfo=UTC)),
            datetime(2022, 9, 15, 19, tzinfo=UTC),
            True,
            True,
        ),
        # «Done» before the evening counts from then.
        (
            stamps(finished_at=datetime(2022, 9, 5, 15, 5, tzinfo=UTC)),
            datetime(2022, 9, 8, 15, 5, tzinfo=UTC),
            True,
            True,
        ),
    ],
)
def test_it_stands(known: Stamps, now: datetime, is_finished: bool, is_locked: bool) -> None:
    standing = standing_at(known, now=now, lock_days=3)
    assert (standing.is_finished, standing.is_locked) == (is_finished, is_locked)


def test_nobody_is_new_who_is_not_there() -> None:
    assert assess_heads(Heads(2, 3, 5)).is_allowed
    assert not assess_heads(Heads(2, 3, 6)).is_allowed
    assert not assess_heads(Heads(-1, 3, 0)).is_allowed


def test_the_session_that_is_now_lies_open() -> None:
    def at(hour: int) -> datetime:
        return datetime(2022, 9, 5, hour, tzinfo=UTC)

    day = [Sitting(1, at(9), at(10)), Sitting(2, at(14), at(16)), Sitting(3, at(18), at(19))]
    assert [nearest(day, now=at(hour)).session_id for hour in (7, 11, 13, 15, 17, 23)] == [  # type: ignore[union-attr]
        1,
        1,
        2,
        2,
        2,
        3,
    ]
    assert nearest([], now=at(9)) is None


FIRST = date(2022, 9, 5)
states = st.sampled_from(list(SessionState))
terms = st.lists(
    st.tuples(states, st.one_of(st.none(), st.sampled_from(list(Status)))), max_size=12
)


def _term(
    weeks: list[tuple[SessionState, Status | None]],
) -> tuple[list[Meeting], dict[int, Status]]:
    meetings = [
        Meeting(number, FIRST + timedelta(weeks=number), state)
        for number, (state, _mark) in enumerate(weeks)
    ]
    marks = {number: mark for number, (_state, mark) in enumerate(weeks) if mark}
    return meetings, marks


def _share(meetings: list[Meeting], marks: dict[int, Status], since: date = FIRST) -> int | None:
    return share_percent(count_progress([Membership(1, since, None)], {1: meetings}, marks))


@given(terms)
def test_a_share_is_within_bounds(weeks: list[tuple[SessionState, Status | None]]) -> None:
    share = _share(*_term(weeks))
    assert share is None or 0 <= share <= 100


@given(terms, st.sampled_from([SessionState.CANCELLED, SessionState.MOVED]))
def test_what_was_not_held_counts_for_nothing(
    weeks: list[tuple[SessionState, Status | None]], state: SessionState
) -> None:
    """One more session lost to an air raid changes no share."""
    meetings, marks = _term(weeks)
    lost = Meeting(99, FIRST + timedelta(days=3), state)
    assert _share([*meetings, lost], marks) == _share(meetings, marks)


@given(terms, st.integers(0, 11))
def test_cancelling_a_missed_session_lowers_no_share(
    weeks: list[tuple[SessionState, Status | None]], number: int
) -> None:
    meetings, marks = _term(weeks)
    if number >= len(meetings) or marks.get(number) in {
        Status.PRESENT,
        Status.LATE,
        Status.MADE_UP,
    }:
        return
    before = _share(meetings, marks)
    cancelled = [
        Meeting(each.session_id, each.day, SessionState.CANCELLED)
        if each.session_id == number
        else each
        for each in meetings
    ]
    after = _share(cancelled, marks)
    if before is not None and after is not None and marks.get(number) is not Status.EXCUSED:
        assert after >= before


@given(terms, st.integers(0, 12))
def test_joining_late_lowers_no_share(
    weeks: list[tuple[SessionState, Status | None]], joined: int
) -> None:
    """Whoever joins in week n is measured as if the earlier weeks had never been."""
    meetings, marks = _term(weeks)
    since = FIRST + timedelta(weeks=joined)
    later = [each for each in meetings if each.session_id >= joined]
    assert _share(meetings, marks, since) == _share(later, marks)


def test_leaving_ends_the_measure() -> None:
    held = [Meeting(n, FIRST + timedelta(weeks=n), SessionState.HELD) for n in range(4)]
    left = Membership(1, FIRST, FIRST + timedelta(weeks=1))
    facts = count_progress([left], {1: held}, {0: Status.PRESENT, 3: Status.PRESENT})
    assert (facts.held, facts.attended) == (2, 1)


def test_whoever_moved_keeps_what_was_attended() -> None:
    old = [Meeting(1, FIRST, SessionState.HELD)]
    new = [Meeting(2, FIRST + timedelta(weeks=1), SessionState.BROKEN_OFF)]
    moved = [Membership(1, FIRST, FIRST), Membership(2, FIRST + timedelta(days=1), None)]
    facts = count_progress(moved, {1: old, 2: new}, {1: Status.LATE, 2: Status.MADE_UP})
    assert (facts.held, facts.attended, facts.made_up) == (2, 1, 1)
