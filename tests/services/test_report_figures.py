"""Figures that are not counted: entered with a source, corrected, compared, taken back."""

from datetime import UTC, datetime

import pytest

from lms.attendance.models import AttendanceRecord, Mode, Status
from lms.courses.models import SessionState
from lms.db import db
from lms.reports.models import EnteredFigure
from lms.reports.rules import LARGEST, Outcome
from lms.reports.services import (
    FigureRefused,
    NewFigure,
    draw_up,
    enter_figure,
    find_entered,
    lines_to_enter,
    list_entered,
    remove_figure,
    years_known,
)

NOW = datetime(2023, 1, 9, 8, 0, tzinfo=UTC)


def _enter(year=2022, key="users_served", figure=50, source="Річний звіт, с. 3", **more):
    return enter_figure(NewFigure(year, key, figure, source, **more), by_id=None, now=NOW)


def _hold(cast):
    cast.sessions[0].state = SessionState.HELD
    db.session.add(
        AttendanceRecord(
            session_id=cast.sessions[0].id,
            person_id=cast.child.id,
            status=Status.PRESENT,
            mode=Mode.ONLINE,
            marked_at=NOW,
        )
    )
    db.session.flush()


def test_a_figure_is_shown_with_its_source(cast):
    _enter()
    line = draw_up(2022).line("users_served")
    assert (line.value.figure, line.value.source) == (50, "Річний звіт, с. 3")
    assert line.value.is_entered


def test_entering_again_corrects_the_same_row(cast):
    _enter()
    enter_figure(
        NewFigure(2022, "users_served", 51, "  Лист   від 3 січня "),
        by_id=cast.director.id,
        now=NOW,
    )
    rows = list_entered((2022,))
    assert [(row.figure, row.source, by) for row, by in rows] == [
        (51, "Лист від 3 січня", "Інна Моісеєва")
    ]


def test_last_years_figure_stands_beside_what_is_counted(cast):
    _hold(cast)
    _enter(2021, "events_held", 2)
    line = draw_up(2022).line("events_held")
    assert (line.value.figure, line.previous.figure) == (1, 2)
    assert (line.comparison.outcome, str(line.comparison.percent)) == (Outcome.COMPARED, "-50.0")


def test_a_figure_of_another_rule_is_shown_and_not_compared(cast):
    _hold(cast)
    _enter(2021, "events_held", 2, is_comparable=False)
    line = draw_up(2022).line("events_held")
    assert line.previous.figure == 2
    assert line.comparison.outcome is Outcome.NOT_COMPARED


def test_what_is_counted_from_rows_cannot_be_entered(cast):
    with pytest.raises(FigureRefused) as refusal:
        _enter(2022, "events_held")
    assert refusal.value.reason.code == "figure_is_counted"
    assert find_entered(2022, "events_held") is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"figure": -1}, "figure_out_of_range"),
        ({"figure": LARGEST + 1}, "figure_out_of_range"),
        ({"year": 1900}, "figure_out_of_range"),
        ({"year": 9999}, "figure_out_of_range"),
        ({"source": "  "}, "figure_without_source"),
        ({"key": "nonsense"}, "figure_without_line"),
    ],
)
def test_it_says_why_a_figure_is_refused(cast, more, code):
    with pytest.raises(FigureRefused) as refusal:
        _enter(**more)
    assert refusal.value.reason.code == code
    assert db.session.query(EnteredFigure).count() == 0


def test_rows_that_come_later_are_believed_more_than_hands(cast):
    _enter(2024, "events_held", 9)
    assert draw_up(2024).line("events_held").value.figure == 9
    cast.sessions[0].day = datetime(2024, 1, 8, tzinfo=UTC).date()
    _hold(cast)
    value = draw_up(2024).line("events_held").value
    assert (value.figure, value.is_entered) == (1, False)


def test_only_what_nothing_counts_is_offered(cast):
    offered = {(year, place.key) for year, place in lines_to_enter(draw_up(2022))}
    assert (2022, "users_served") in offered
    assert (2021, "users_served") in offered
    assert (2021, "events_held") in offered
    assert (2022, "events_held") not in offered
    assert not any(key == "other_events" for _year, key in offered)


def test_a_figure_taken_back_is_not_known_again(cast):
    remove_figure(_enter())
    assert draw_up(2022).line("users_served").value.figure is None


def test_a_year_with_nothing_but_entered_figures_is_known(cast):
    _enter(2019)
    assert years_known() == [2019, 2022]
