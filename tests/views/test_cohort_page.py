"""The page of a group: sessions, adults, and who may see it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from lms.clock import today
from lms.courses.models import Assignment, Session, SessionState
from lms.db import begin_write, db
from lms.people.models import Check
from tests.cast import Cast


def _path(cast: Cast) -> str:
    return f"/cohorts/{cast.cohort.id}"


def test_the_coordinator_sees_sessions_and_adults(cast: Cast, as_: Callable[..., Any]) -> None:
    page = as_(cast.coordinator).get(_path(cast)).text
    assert "Ґалаґан Остап Юрійович" in page
    assert page.count("заплановано") >= 8


def test_the_mentor_of_the_group_sees_it_and_others_do_not(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    assert as_(cast.mentor).get(_path(cast)).status_code == 200
    assert as_(cast.leader).get(_path(cast)).status_code == 404
    assert as_(cast.guardian).get(_path(cast)).status_code == 403


def test_a_check_that_ran_out_closes_the_page_the_same_day(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    browser = as_(cast.mentor)
    begin_write()
    db.session.execute(delete(Check).where(Check.person_id == cast.mentor.id))
    db.session.commit()
    assert browser.get(_path(cast)).status_code == 404


def test_an_adult_without_clearance_is_refused_with_the_checks_that_lack(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    data = {
        "assign-person_id": str(cast.uncleared.id),
        "assign-role": "mentor",
        "assign-since": "2022-09-01",
    }
    answer = as_(cast.coordinator).post(f"{_path(cast)}/adults", data=data)
    assert answer.status_code == 422
    assert "Немає допуску" in answer.text
    assert (
        db.session.scalar(select(Assignment.id).where(Assignment.person_id == cast.uncleared.id))
        is None
    )


def test_a_cancelled_session_says_why_and_can_be_taken_back(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    browser, number = as_(cast.mentor), cast.sessions[0].id
    browser.post(f"/sessions/{number}/cancel", data={"reason": "air_raid"})
    assert "тривога" in browser.get(_path(cast)).text
    browser.post(f"/sessions/{number}/restore")
    assert db.session.get_one(Session, number).state is SessionState.PLANNED


def test_a_moved_session_keeps_its_row_and_names_the_new_one(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    number = cast.sessions[0].id
    as_(cast.mentor).post(
        f"/sessions/{number}/move",
        data={"reason": "no_power", "day": "2022-09-07", "starts_at": "17:00"},
    )
    old = db.session.get_one(Session, number)
    assert old.state is SessionState.MOVED
    assert old.moved_to_id is not None
    assert db.session.get_one(Session, old.moved_to_id).day == date(2022, 9, 7)


def test_what_was_held_is_not_cancelled(cast: Cast, as_: Callable[..., Any]) -> None:
    begin_write()
    db.session.get_one(Session, cast.sessions[0].id).state = SessionState.HELD
    db.session.commit()
    answer = as_(cast.coordinator).post(
        f"/sessions/{cast.sessions[0].id}/cancel", data={"reason": "air_raid"}
    )
    assert answer.status_code == 422
    assert "вже відбулося" in answer.text


def test_ending_an_assignment_refuses_the_next_request(cast: Cast, as_: Callable[..., Any]) -> None:
    mentor = as_(cast.mentor)
    number = db.session.scalar(select(Assignment.id).where(Assignment.person_id == cast.mentor.id))
    as_(cast.coordinator).post(f"{_path(cast)}/adults/{number}/end")
    assert mentor.get(_path(cast)).status_code == 404
    assert db.session.get_one(Assignment, number).until < today()


def test_an_assignment_ended_on_its_first_day_holds_no_longer(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    begin_write()
    assignment = db.session.scalars(
        select(Assignment).where(Assignment.person_id == cast.mentor.id)
    ).one()
    assignment.since = today()
    number = assignment.id
    db.session.commit()
    mentor = as_(cast.mentor)
    assert mentor.get(_path(cast)).status_code == 200
    as_(cast.coordinator).post(f"{_path(cast)}/adults/{number}/end")
    assert mentor.get(_path(cast)).status_code == 404


def test_whoever_was_with_a_group_once_can_be_assigned_again(
    cast: Cast, as_: Callable[..., Any]
) -> None:
    number, since = db.session.execute(
        select(Assignment.id, Assignment.since).where(Assignment.person_id == cast.mentor.id)
    ).one()
    coordinator, mentor = as_(cast.coordinator), as_(cast.mentor)
    for first_day in (since, since + timedelta(days=1)):
        coordinator.post(f"{_path(cast)}/adults/{number}/end")
        assert mentor.get(_path(cast)).status_code == 404
        data = {
            "assign-person_id": str(cast.mentor.id),
            "assign-role": "mentor",
            "assign-since": first_day.isoformat(),
        }
        assert coordinator.post(f"{_path(cast)}/adults", data=data).status_code == 303
        assert mentor.get(_path(cast)).status_code == 200
        db.session.rollback()


def test_a_clearance_of_long_ago_assigns_nobody_today(cast: Cast, as_: Callable[..., Any]) -> None:
    begin_write()
    number = db.session.scalar(select(Assignment.id).where(Assignment.person_id == cast.mentor.id))
    db.session.execute(delete(Assignment).where(Assignment.id == number))
    for check in db.session.scalars(select(Check).where(Check.person_id == cast.mentor.id)):
        check.expires_on = today() - timedelta(days=1)
    db.session.commit()
    data = {
        "assign-person_id": str(cast.mentor.id),
        "assign-role": "mentor",
        "assign-since": cast.sessions[0].day.isoformat(),
    }
    assert as_(cast.coordinator).post(f"{_path(cast)}/adults", data=data).status_code == 422
    found = db.session.scalar(select(Assignment.id).where(Assignment.person_id == cast.mentor.id))
    assert found is None


def test_moving_at_once_to_two_days_leaves_one_session(cast: Cast, as_: Callable[..., Any]) -> None:
    number, mentor = cast.sessions[0].id, as_(cast.mentor)
    for day in ("2022-09-07", "2022-09-08"):
        data = {"reason": "no_power", "day": day, "starts_at": "17:00"}
        assert mentor.post(f"/sessions/{number}/move", data=data).status_code == 303
    planned = db.session.scalars(
        select(Session.day).where(
            Session.cohort_id == cast.cohort.id,
            Session.state == SessionState.PLANNED,
            Session.day < date(2022, 9, 12),
        )
    ).all()
    assert planned == [date(2022, 9, 8)]
