"""Each measure of the year on rows laid by hand: what counts, once, and what does not."""

import json
from datetime import UTC, date, datetime, time

import pytest

from lms.attendance.models import AttendanceRecord, HeadCount, Mode, Status
from lms.courses.models import Cohort, NotHeldReason, SessionState
from lms.courses.services import add_module, cancel_session, move_session, plan_session
from lms.db import db
from lms.events.models import EventFormat
from lms.events.services import NewEvent, add_event, cancel_event
from lms.plugins import suite
from lms.reports.annual import FORM
from lms.reports.output import as_json, as_text
from lms.reports.overview import beside, months_of, people_of, programmes_of
from lms.reports.rules import Outcome, Overlap
from lms.reports.services import NewFigure, draw_up, enter_figure
from lms.reports.tally import Selector

NOON = datetime(2022, 12, 31, 10, 0, tzinfo=UTC)
CLUB = Selector(kind="code_club")


def _mark(session, person, status=Status.PRESENT, mode=Mode.ONLINE, state=SessionState.HELD):
    session.state = state
    db.session.add(
        AttendanceRecord(
            session_id=session.id, person_id=person.id, status=status, mode=mode, marked_at=NOON
        )
    )
    db.session.flush()


def _heads(session, in_person, online=0, first_time=0):
    session.state = SessionState.HELD
    db.session.add(
        HeadCount(
            session_id=session.id,
            in_person=in_person,
            online=online,
            first_time=first_time,
            counted_at=NOON,
        )
    )
    db.session.flush()


def _figures(year=2022):
    return {line.key: line.value.figure for line in draw_up(year).lines}


def _second_module(cast):
    module = add_module(
        cast.club_programme, name="Зима", starts_on=date(2022, 11, 1), ends_on=date(2023, 2, 1)
    )
    cohort = Cohort(
        module_id=module.id, course_id=cast.course.id, name="Python, вівторок", capacity=5
    )
    db.session.add(cohort)
    db.session.flush()
    return [
        plan_session(cohort, day=day, starts_at=time(17))
        for day in (date(2022, 11, 8), date(2022, 12, 31), date(2023, 1, 3))
    ]


def test_an_empty_year_has_no_figures_and_no_noughts(cast):
    figures = _figures(1995)
    assert set(figures.values()) == {None}


def test_planned_sessions_are_known_to_be_none_held(cast):
    figures = _figures()
    assert figures["events_held"] == figures["event_attendance"] == 0
    assert figures["code_club_learners"] == figures["code_club_modules"] == 0
    assert figures["it_school_sessions"] is None


def test_held_and_broken_off_sessions_count_and_no_others(cast):
    held, broken, cancelled, moved, *_planned = cast.sessions
    _mark(held, cast.child)
    _mark(broken, cast.child, state=SessionState.BROKEN_OFF)
    cancel_session(cancelled, reason=NotHeldReason.AIR_RAID)
    move_session(moved, reason=NotHeldReason.NO_POWER, day=date(2022, 12, 28), starts_at=time(17))
    assert _figures()["events_held"] == 2
    found = beside(draw_up(2022).tally, CLUB)
    # The moved session is planned anew on its new day.
    assert (found.cancelled, found.moved, found.planned) == (1, 1, 5)


def test_marks_of_a_cancelled_session_do_not_count(cast):
    _mark(cast.sessions[0], cast.child)
    _mark(cast.sessions[1], cast.child)
    cast.sessions[1].state = SessionState.CANCELLED
    cast.sessions[1].not_held_reason = NotHeldReason.SHELLING
    db.session.flush()
    figures = _figures()
    assert (figures["events_held"], figures["event_attendance"]) == (1, 1)


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        (Status.PRESENT, 1),
        (Status.LATE, 1),
        (Status.ABSENT, 0),
        (Status.EXCUSED, 0),
        (Status.MADE_UP, 0),
    ],
)
def test_only_who_came_is_a_visit_and_a_learner(cast, status, counted):
    _mark(cast.sessions[0], cast.child, status)
    figures = _figures()
    assert figures["events_held"] == 1
    assert figures["event_attendance"] == figures["code_club_learners"] == counted


def test_a_person_counts_once_in_any_number_of_sessions_and_modules(cast):
    second = _second_module(cast)
    for session in (*cast.sessions[:2], second[0]):
        _mark(session, cast.child)
    _mark(second[0], cast.sibling)
    figures = _figures()
    assert (figures["code_club_learners"], figures["code_club_modules"]) == (2, 2)
    assert figures["event_attendance"] == 4
    found = beside(draw_up(2022).tally, CLUB)
    assert found.in_modules == found.in_groups == Overlap(persons=2, places=3, in_several=1)


def test_the_year_ends_on_the_wall_of_the_group(cast):
    _november, last, next_year = _second_module(cast)
    # 31 December 23:30 in Kyiv is still 2022 there, whatever it is elsewhere.
    late = plan_session(last.cohort, day=date(2022, 12, 31), starts_at=time(23, 30))
    for session in (last, late, next_year):
        _mark(session, cast.child)
    assert _figures(2022)["events_held"] == 2
    assert _figures(2023)["events_held"] == 1
    assert _figures(2023)["code_club_modules"] == 1


def test_anonymous_heads_add_to_attendance_and_to_no_person(cast):
    _heads(cast.yoga_sessions[0], 6, 3, first_time=2)
    _mark(cast.sessions[0], cast.child)
    figures = _figures()
    assert figures["event_attendance"] == 10
    assert (figures["yoga_sessions"], figures["yoga_groups"]) == (1, 1)
    assert figures["code_club_learners"] == 1


def test_a_hybrid_session_is_one_event_split_by_how_people_came(cast):
    _mark(cast.training_sessions[0], cast.learner, mode=Mode.IN_PERSON)
    _mark(cast.training_sessions[0], cast.mentor, mode=Mode.ONLINE)
    figures = _figures()
    assert (figures["events_held"], figures["cyber_trainings"]) == (1, 1)
    assert figures["librarian_training_attendance"] == 2
    found = beside(draw_up(2022).tally, Selector(programme="cyber"))
    assert (found.in_person, found.online) == (1, 1)


def test_training_attendance_counts_pairs_of_person_and_session(cast):
    for session in cast.training_sessions:
        _mark(session, cast.learner)
    assert _figures()["librarian_training_attendance"] == 2


def test_other_events_are_part_of_the_whole(cast):
    today = date(2022, 12, 31)
    _mark(cast.sessions[0], cast.child)
    add_event(
        NewEvent("Вечір", date(2022, 5, 4), EventFormat.HYBRID, in_person=20, online=5),
        on=today,
        now=NOON,
    )
    gone = add_event(
        NewEvent("Лекція", date(2022, 5, 5), EventFormat.IN_PERSON, in_person=9),
        on=today,
        now=NOON,
    )
    cancel_event(gone, on=today)
    figures = _figures()
    assert (figures["events_held"], figures["other_events"]) == (2, 1)
    assert (figures["event_attendance"], figures["other_event_attendance"]) == (26, 25)


def test_a_whole_with_a_part_switched_off_is_not_compared(make_app):
    app = make_app({"LMS_PLUGINS_OFF": frozenset({"events", "hub"})})
    with app.app_context():
        enter_figure(NewFigure(2021, "events_held", 7, "Звіт"), by_id=None, now=NOON)
        enter_figure(NewFigure(2022, "users_served", 7, "Звіт"), by_id=None, now=NOON)
        report = draw_up(2022)
        whole, consultations = report.line("events_held"), report.line("consultations")
        assert report.line("other_events") is None
        assert not whole.value.is_whole
        assert consultations.is_missing
        assert consultations.comparison.outcome is Outcome.MISSING
        db.session.rollback()


def test_last_year_is_counted_where_it_has_rows(cast):
    second = _second_module(cast)
    _mark(second[0], cast.child)
    _mark(second[1], cast.child)
    _mark(second[2], cast.child)
    line = draw_up(2023).line("events_held")
    assert (line.value.figure, line.previous.figure) == (1, 2)
    assert (line.comparison.difference, str(line.comparison.percent)) == (-1, "-50.0")


def test_months_and_programmes_sum_to_the_year(cast):
    _mark(cast.sessions[0], cast.child)
    _mark(cast.training_sessions[0], cast.child)
    _heads(cast.yoga_sessions[0], 4)
    report = draw_up(2022)
    months, programmes = months_of(report), programmes_of(report.tally)
    assert [row.month for row in months if row.events] == [9, 10]
    assert sum(row.events for row in months) == 3
    assert sum(row.visits for row in months) == 6
    assert {row.before for row in months} == {None}
    assert sum(row.sessions for row in programmes) == 3
    assert sum(row.attendance for row in programmes) == 6
    persons = {row.group.programme_key: row.persons for row in programmes}
    assert persons == {"code_club": 1, "cyber": 1, "yoga": None}
    # The child was in two programmes and is one person of the library.
    assert people_of(report.tally) == Overlap(persons=1, places=2, in_several=1)


def test_marks_of_a_sensitive_group_are_visits_and_nobody(cast):
    _mark(cast.yoga_sessions[0], cast.learner)
    report = draw_up(2022)
    assert report.line("event_attendance").value.figure == 1
    assert people_of(report.tally).persons == 0
    assert programmes_of(report.tally)[0].persons is None


def test_the_json_has_one_line_in_the_order_of_the_form(cast):
    _mark(cast.sessions[0], cast.child)
    enter_figure(NewFigure(2021, "events_held", 3, "Звіт"), by_id=None, now=NOON)
    text = as_json(draw_up(2022))
    assert "\n" not in text
    found = json.loads(text)
    assert found["period"] == 2022
    assert [row["key"] for row in found["indicators"]] == [place.key for place in FORM]
    assert found["indicators"][0] == {
        "key": "events_held",
        "figure": 1,
        "previous": 3,
        "unit": "заходів",
        "difference": -2,
        "percent": -66.7,
        "text": "−66,7 %",
    }
    unknown = next(row for row in found["indicators"] if row["key"] == "it_school_learners")
    assert unknown["figure"] is None
    assert unknown["text"] == "немає даних"


def test_the_text_says_what_is_not_known(cast):
    text = as_text(draw_up(2022))
    assert "немає даних" in text
    assert "Освітні та соціокультурні заходи" in text


def test_every_line_of_the_form_has_an_indicator(app):
    indicators = suite().indicators
    assert {place.key for place in FORM} <= set(indicators)
    for place in FORM:
        assert str(indicators[place.key].rule)
        assert indicators[place.key].of == place.of
