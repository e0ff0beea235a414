"""A group is assessed with reasons, its projects are ticked, its completion is confirmed."""

from datetime import date, timedelta

from sqlalchemy import event, func, select

from lms.certificates.services import issue
from lms.completion.models import Completion, Project
from lms.completion.services import (
    assess_cohort,
    confirm_cohort,
    needs_project,
    ready_cohorts,
    show_projects,
    unconfirm_cohort,
    unshow_projects,
)
from lms.courses.models import SessionState
from lms.db import db
from tests.cast import enrol_row
from tests.graduation import GRADUATION, finish_club, graduate, hold


def _codes(row):
    return [reason.code for reason in row.assessment.reasons]


def _row(rows, person):
    return next(row for row in rows if row.enrolment.person_id == person.id)


def test_everybody_has_reasons_in_ukrainian_order(cast):
    finish_club(cast)
    rows = assess_cohort(cast.cohort.id)
    assert [row.enrolment.person_id for row in rows] == [
        cast.child.id,
        cast.sibling.id,
        cast.other_child.id,
    ]
    assert [row.assessment.is_met for row in rows] == [True, True, False]
    assert _codes(rows[0]) == ["attendance_enough", "project_shown"]
    assert _codes(rows[2]) == ["attendance_short", "project_missing"]


def test_the_project_decides_when_the_sessions_are_enough(cast):
    finish_club(cast)
    assert unshow_projects([cast.enrolments[cast.child.id].id]) == 1
    row = _row(assess_cohort(cast.cohort.id), cast.child)
    assert not row.assessment.is_met
    assert _codes(row) == ["attendance_enough", "project_missing"]


def test_whoever_left_before_the_end_has_not_completed(cast):
    finish_club(cast)
    cast.enrolments[cast.child.id].until = cast.sessions[1].day
    db.session.flush()
    row = _row(assess_cohort(cast.cohort.id), cast.child)
    assert not row.assessment.is_met
    assert _codes(row)[-1] == "left_the_group"


def test_a_session_lost_to_an_air_raid_lowers_nobodys_share(cast):
    finish_club(cast)
    hold(cast.sessions[:0], present=[])
    for session in cast.sessions[6:]:
        session.state, session.not_held_reason = SessionState.CANCELLED, "air_raid"
    db.session.flush()
    row = _row(assess_cohort(cast.cohort.id), cast.child)
    assert row.assessment.is_met
    assert row.facts.held == 6
    assert "remark_not_held" in _codes(row)


def test_the_queries_do_not_grow_with_the_group(cast):
    finish_club(cast)

    def queries():
        seen = []

        def count(*args):
            seen.append(args[2])

        db.session.expire_all()
        event.listen(db.engine, "before_cursor_execute", count)
        assess_cohort(cast.cohort.id)
        event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)

    few = queries()
    cast.cohort.capacity = 60
    for person in (cast.learner, cast.leader, cast.uncleared, cast.guardian, cast.director):
        enrol_row(person, cast.cohort)
    assert queries() == few <= 8


def test_a_confirmation_records_what_was_counted_that_day(cast):
    finish_club(cast)
    recorded = confirm_cohort(cast.cohort, by_id=cast.coordinator.id, now=GRADUATION)
    assert {completion.enrolment_id for completion in recorded} == {
        cast.enrolments[cast.child.id].id,
        cast.enrolments[cast.sibling.id].id,
    }
    kept = recorded[0]
    assert kept.completed_on == date(2022, 12, 20)
    assert kept.confirmed_by_id == cast.coordinator.id
    assert kept.facts["counted"]["attended"] == 8
    assert kept.facts["reasons"][0]["values"]["needed"] == 6


def test_confirming_twice_records_once(cast):
    graduate(cast)
    assert confirm_cohort(cast.cohort, by_id=None, now=GRADUATION) == []
    assert db.session.scalar(select(func.count(Completion.id))) == 2


def test_a_late_project_is_confirmed_by_a_second_confirmation(cast):
    hold(cast.sessions, present=[cast.child, cast.sibling])
    assert confirm_cohort(cast.cohort, by_id=None, now=GRADUATION) == []
    place = cast.enrolments[cast.child.id].id
    assert show_projects([place, place], on=GRADUATION.date(), confirmed_by_id=None) == 1
    assert show_projects([place], on=GRADUATION.date(), confirmed_by_id=None) == 0
    assert len(confirm_cohort(cast.cohort, by_id=None, now=GRADUATION)) == 1


def test_the_tick_of_a_confirmed_completion_stays(cast):
    graduate(cast)
    assert unshow_projects([cast.enrolments[cast.child.id].id]) == 0
    assert db.session.scalar(select(func.count(Project.id))) == 2


def test_taking_back_spares_whoever_has_a_certificate(cast):
    first, _second = graduate(cast)
    issue(first.id, award="code_club", by_id=None, now=GRADUATION)
    assert unconfirm_cohort(cast.cohort) == 1
    db.session.expire_all()
    assert db.session.scalars(select(Completion.id)).all() == [first.id]


def test_only_a_kind_that_asks_for_a_project_offers_the_tick(cast):
    assert needs_project(cast.cohort)
    assert not needs_project(cast.training_cohort)


def test_a_group_is_ready_when_its_sessions_are_over_and_until_it_is_confirmed(cast):
    since = cast.sessions[-1].day
    asked = {"on": since + timedelta(days=1), "since": since}
    assert ready_cohorts(["code_club"], **asked) == []
    finish_club(cast)
    assert ready_cohorts(["code_club"], **asked) == [(cast.cohort.id, cast.cohort.name, 3)]
    assert ready_cohorts(["training"], **asked) == []
    assert ready_cohorts(["code_club"], on=since, since=since + timedelta(days=1)) == []
    graduate_again = confirm_cohort(cast.cohort, by_id=None, now=GRADUATION)
    assert graduate_again
    assert ready_cohorts(["code_club"], **asked) == []


def test_a_planned_session_ahead_keeps_a_group_going(cast):
    finish_club(cast)
    cast.sessions[-1].state = SessionState.PLANNED
    db.session.flush()
    last = cast.sessions[-1].day
    assert ready_cohorts(["code_club"], on=last, since=cast.sessions[0].day) == []
