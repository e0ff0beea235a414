"""Moving, pausing, giving up and coming back: dates, seats, attendance, and each taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.attendance.models import AttendanceRecord, Mode, Status
from lms.attendance.progress import progress_of
from lms.completion.services import assess_cohort
from lms.courses.models import Session, SessionState
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.enrolment.moving import (
    Actor,
    come_back,
    give_up,
    move,
    pause,
    return_to,
    take_back,
    undo_move,
)
from lms.enrolment.offers import Passing, pass_on
from lms.enrolment.refusals import (
    AlreadyIn,
    EndsBeforeItBegan,
    NoSeat,
    PlaceEnded,
    TooLateToUndo,
)
from lms.enrolment.seats import leave, seats_of
from lms.letters.models import Letter
from tests.cast import Cast
from tests.waiting_room import full, on_the_list, second_group

NOW = datetime(2022, 9, 20, 9, 0, tzinfo=UTC)
ON = NOW.date()
DAY = timedelta(days=1)


def actor(cast: Cast, at: datetime = NOW) -> Actor:
    return Actor(cast.coordinator.id, at, at.date())


def attend(cast: Cast, *days: date) -> None:
    """Hold the sessions of the first eight weeks; the child came on these days."""
    for session in db.session.scalars(select(Session).where(Session.cohort_id == cast.cohort.id)):
        session.state = SessionState.HELD
        if session.day in days:
            db.session.add(
                AttendanceRecord(
                    session_id=session.id,
                    person_id=cast.child.id,
                    status=Status.PRESENT,
                    mode=Mode.ONLINE,
                    marked_at=NOW,
                )
            )
    db.session.flush()


def spans(cast: Cast) -> list[tuple[int, date, date | None]]:
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == cast.child.id)
        .order_by(Enrolment.since, Enrolment.id)
    )
    return [(row.cohort_id, row.since, row.until) for row in rows]


def test_a_move_keeps_what_was_attended_and_tells_family_and_mentors(cast: Cast) -> None:
    attend(cast, date(2022, 9, 5), date(2022, 9, 19))
    other = second_group(cast)
    made = move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    assert spans(cast) == [(cast.cohort.id, date(2022, 9, 5), ON - DAY), (other.id, ON, None)]
    facts = progress_of([made.id])[made.id]
    assert (facts.held, facts.attended) == (3, 2)
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [letter.person_id for letter in letters] == [cast.guardian.id, cast.mentor.id]
    assert cast.child.family_name not in str([letter.parts for letter in letters])


def test_a_move_is_taken_back_within_a_day(cast: Cast) -> None:
    other = second_group(cast)
    made = move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    undo_move(made, actor(cast, NOW + timedelta(hours=1)))
    assert spans(cast) == [(cast.cohort.id, date(2022, 9, 5), None)]
    again = move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    with pytest.raises(TooLateToUndo):
        undo_move(again, actor(cast, NOW + DAY))


def test_a_move_is_not_taken_back_when_the_old_place_is_gone(cast: Cast) -> None:
    other = second_group(cast)
    made = move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    cast.cohort.capacity = 2
    with pytest.raises(NoSeat):
        undo_move(made, actor(cast))


def test_nobody_moves_into_a_full_group_or_twice(cast: Cast) -> None:
    other = second_group(cast, capacity=1)
    move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    with pytest.raises(NoSeat):
        move(cast.enrolments[cast.sibling.id], other, actor(cast), day=ON)
    with pytest.raises(PlaceEnded):
        move(cast.enrolments[cast.child.id], other, actor(cast), day=ON)
    other.capacity = 2
    with pytest.raises(EndsBeforeItBegan):
        move(cast.enrolments[cast.sibling.id], other, actor(cast), day=date(2022, 9, 1))


def test_a_pause_keeps_the_place_and_its_sessions_lower_nothing(cast: Cast) -> None:
    full(cast)
    attend(cast, date(2022, 9, 5), date(2022, 9, 12), date(2022, 10, 10), date(2022, 10, 17))
    after = pause(
        cast.enrolments[cast.child.id],
        actor(cast),
        first_day=date(2022, 9, 13),
        last_day=date(2022, 10, 9),
    )
    assert spans(cast) == [
        (cast.cohort.id, date(2022, 9, 5), date(2022, 9, 12)),
        (cast.cohort.id, date(2022, 10, 10), None),
    ]
    for day in (date(2022, 9, 12), ON, date(2022, 10, 10)):
        assert seats_of([cast.cohort.id], on=day)[cast.cohort.id].is_full
    facts = progress_of([after.id])[after.id]
    assert (facts.held, facts.attended) == (5, 4)
    # One line for one child, with both spans counted.
    (line,) = [row for row in assess_cohort(cast.cohort.id) if row.name == cast.child.full_name]
    assert (line.enrolment.id, line.facts.held) == (after.id, 5)


def test_a_pause_ends_early_or_is_taken_back(cast: Cast) -> None:
    first = cast.enrolments[cast.child.id]
    after = pause(first, actor(cast), first_day=ON, last_day=ON + 30 * DAY)
    assert come_back(after, actor(cast)).id == first.id
    assert spans(cast) == [(cast.cohort.id, date(2022, 9, 5), None)]
    after = pause(first, actor(cast), first_day=ON, last_day=ON + 30 * DAY)
    come_back(after, actor(cast, NOW + 7 * DAY))
    assert spans(cast)[1] == (cast.cohort.id, ON + 7 * DAY, None)
    with pytest.raises(PlaceEnded):
        come_back(after, actor(cast, NOW + 7 * DAY))


def test_a_pause_before_the_first_day_moves_the_first_day(cast: Cast) -> None:
    before = actor(cast, datetime(2022, 9, 1, 9, tzinfo=UTC))
    pause(
        cast.enrolments[cast.child.id],
        before,
        first_day=date(2022, 9, 1),
        last_day=date(2022, 9, 30),
    )
    assert spans(cast) == [(cast.cohort.id, date(2022, 10, 1), None)]
    with pytest.raises(EndsBeforeItBegan):
        pause(
            cast.enrolments[cast.child.id],
            before,
            first_day=date(2022, 9, 1),
            last_day=date(2022, 9, 30),
        )


def test_a_place_is_given_up_and_taken_back_while_it_is_free(cast: Cast) -> None:
    enrolment = cast.enrolments[cast.child.id]
    give_up(enrolment, actor(cast))
    assert enrolment.until == ON - DAY
    with pytest.raises(PlaceEnded):
        give_up(enrolment, actor(cast))
    take_back(cast.child, cast.cohort, actor(cast))
    assert enrolment.until is None
    with pytest.raises(TooLateToUndo):
        take_back(cast.child, cast.cohort, actor(cast))


def test_a_place_given_up_before_it_began_comes_back_too(cast: Cast) -> None:
    early = actor(cast, datetime(2022, 9, 1, 9, tzinfo=UTC))
    give_up(cast.enrolments[cast.child.id], early)
    assert spans(cast) == []
    take_back(cast.child, cast.cohort, early)
    assert spans(cast) == [(cast.cohort.id, date(2022, 9, 5), None)]


def test_a_place_that_was_offered_to_the_next_does_not_come_back(cast: Cast) -> None:
    early = datetime(2022, 8, 25, 9, tzinfo=UTC)
    full(cast)
    on_the_list(cast.cohort)
    give_up(cast.enrolments[cast.child.id], actor(cast, early))
    assert len(pass_on([cast.cohort.id], Passing(now=early, hours=48))) == 1
    with pytest.raises(NoSeat):
        take_back(cast.child, cast.cohort, actor(cast, early))


def test_giving_up_during_a_pause_frees_the_place(cast: Cast) -> None:
    full(cast)
    after = pause(cast.enrolments[cast.child.id], actor(cast), first_day=ON, last_day=ON + 30 * DAY)
    give_up(after, actor(cast))
    assert seats_of([cast.cohort.id], on=ON)[cast.cohort.id].taken == 2


def test_coming_back_after_leaving_measures_both_spans_without_the_gap(cast: Cast) -> None:
    attend(cast, date(2022, 9, 5), date(2022, 9, 12), date(2022, 10, 17), date(2022, 10, 24))
    leave(cast.enrolments[cast.child.id], last_day=date(2022, 9, 12))
    back = return_to(
        cast.enrolments[cast.child.id], actor(cast, datetime(2022, 10, 12, 9, tzinfo=UTC))
    )
    facts = progress_of([back.id])[back.id]
    assert (facts.held, facts.attended) == (4, 4)
    (line,) = [row for row in assess_cohort(cast.cohort.id) if row.name == cast.child.full_name]
    assert line.enrolment.id == back.id
    with pytest.raises(AlreadyIn):
        return_to(
            cast.enrolments[cast.child.id], actor(cast, datetime(2022, 10, 12, 9, tzinfo=UTC))
        )
