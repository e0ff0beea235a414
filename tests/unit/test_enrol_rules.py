"""Whether a group is open, who gets a place, when a link is seen, how a timetable is told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from lms.enrolment.rules import (
    Meeting,
    Rhythm,
    Seats,
    first_clash,
    gets_place,
    is_fresh,
    is_link_shown,
    is_open,
    summarise,
    told_in,
)

DAY = date(2022, 9, 10)
ENDS = date(2022, 12, 20)
NOON = datetime(2022, 9, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "on", "expected"),
    [
        (None, None, DAY, True),
        (None, None, ENDS, True),
        (None, None, date(2022, 12, 21), False),
        (DAY, None, DAY, True),
        (date(2022, 9, 11), None, DAY, False),
        (None, DAY, DAY, True),
        (None, date(2022, 9, 9), DAY, False),
        (None, date(2023, 1, 1), date(2022, 12, 31), True),
    ],
)
def test_a_module_is_open(
    opens: date | None, closes: date | None, on: date, expected: bool
) -> None:
    assert is_open(opens, closes, ENDS, on=on) is expected


@pytest.mark.parametrize(
    ("seats", "at_once", "expected"),
    [
        (Seats(5, 0), True, True),
        (Seats(5, 4), True, True),
        (Seats(5, 5), True, False),
        (Seats(5, 4, 1), True, False),
        (Seats(5, 3, 1), True, True),
        (Seats(5, 0), False, False),
        (Seats(5, 6, 2), True, False),
    ],
)
def test_who_gets_a_place(seats: Seats, at_once: bool, expected: bool) -> None:
    assert gets_place(seats, accepts_at_once=at_once) is expected
    assert seats.left == max(0, seats.left)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(hours=24, seconds=1), False),
        (timedelta(hours=24), True),
        (timedelta(), True),
        (timedelta(minutes=-59), True),
        (timedelta(minutes=-60), False),
    ],
)
def test_a_link_is_seen_from_a_day_before_to_the_end(before: timedelta, expected: bool) -> None:
    assert is_link_shown(NOON, 60, now=NOON - before) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(None, False), (NOON, True), (NOON - timedelta(hours=24), False)],
)
def test_what_is_fresh_can_be_taken_back(moment: datetime | None, expected: bool) -> None:
    assert is_fresh(moment, now=NOON) is expected


def weekly(weekday: int, hour: int, weeks: int, minutes: int = 60) -> list[Meeting]:
    monday = datetime(2022, 9, 5, tzinfo=UTC)
    return [
        Meeting(monday + timedelta(weeks=week, days=weekday, hours=hour), minutes)
        for week in range(weeks)
    ]


def test_a_weekly_group_has_a_rhythm() -> None:
    told = summarise(weekly(0, 14, 5), zone="Europe/Kyiv")
    assert told.rhythms == (Rhythm((0,), time(17), time(18)),)
    assert told.count == 5


def test_two_weekdays_at_the_same_hour_are_one_rhythm() -> None:
    told = summarise(weekly(2, 14, 4) + weekly(0, 14, 4), zone="Europe/Kyiv")
    assert told.rhythms == (Rhythm((0, 2), time(17), time(18)),)


def test_other_hours_are_another_rhythm() -> None:
    told = summarise(weekly(0, 14, 3) + weekly(3, 15, 3, 90), zone="Europe/Kyiv")
    assert told.rhythms == (
        Rhythm((0,), time(17), time(18)),
        Rhythm((3,), time(18), time(19, 30)),
    )


def test_the_hours_are_those_of_the_zone_asked_for() -> None:
    assert summarise(weekly(0, 14, 2), zone="Europe/London").rhythms[0].begins == time(15)


def test_days_that_do_not_come_again_are_no_rhythm() -> None:
    told = summarise(weekly(0, 14, 3) + weekly(4, 9, 1), zone="Europe/Kyiv")
    assert told.rhythms == ()
    assert (told.count, told.first is not None) == (4, True)


def test_no_session_is_no_timetable() -> None:
    assert summarise([], zone="Europe/Kyiv").first is None


def test_hours_elsewhere_are_told_for_each_run_between_the_changes_of_clocks() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    first = datetime(2022, 10, 3, 17, tzinfo=kyiv)
    meetings = [Meeting((first + timedelta(weeks=week)).astimezone(UTC), 60) for week in range(8)]
    told = told_in(meetings, zone="America/New_York", home="Europe/Kyiv")
    # Kyiv changes on 30 October, New York on 6 November: seven hours, six, seven again.
    assert [(run.count, run.first.hour) for run in told if run.first] == [(4, 10), (1, 11), (3, 10)]
    assert [run.rhythms[0].begins.hour for run in told if run.rhythms] == [10, 10]
    for same in ("Europe/Kyiv", "Europe/Helsinki", "Europe/Sofia"):
        assert told_in(meetings, zone=same, home="Europe/Kyiv") == ()
    assert told_in([], zone="America/New_York", home="Europe/Kyiv") == ()


@pytest.mark.parametrize(
    ("one", "other", "minute"),
    [
        ([(0, 60)], [(30, 60)], 30),
        ([(0, 60)], [(60, 60)], None),
        ([(60, 60)], [(0, 60)], None),
        ([(0, 120)], [(30, 30)], 30),
        ([(0, 60), (500, 60)], [(200, 60), (559, 10)], 559),
        ([], [(0, 60)], None),
    ],
)
def test_groups_clash_where_their_moments_overlap(
    one: list[tuple[int, int]], other: list[tuple[int, int]], minute: int | None
) -> None:
    start = datetime(2022, 9, 5, 14, tzinfo=UTC)

    def meetings(of: list[tuple[int, int]]) -> list[Meeting]:
        return [Meeting(start + timedelta(minutes=at), length) for at, length in of]

    found = first_clash(meetings(one), meetings(other))
    expected = None if minute is None else start + timedelta(minutes=minute)
    assert found == expected == first_clash(meetings(other), meetings(one))
