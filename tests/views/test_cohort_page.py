"""The page of a group: sessions, adults, and who may see it."""

from collections.abc import Callable
from datetime import date
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
