"""The register: one page, opened, saved, finished, not held, and its history."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lms.attendance.models import AttendanceRecord, HeadCount, MarkChange, Register
from lms.clock import today
from lms.courses.models import Assignment, Session, SessionState
from lms.courses.services import end_assignment
from lms.db import begin_write, db
from lms.people.models import Check
from tests.cast import Cast
from tests.mentoring import settle

SignIn = Callable[[Any], Any]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast as plain values, so that nothing is read in between requests."""
    settle(cast)
    return cast


def fields(html: str) -> dict[str, str]:
    """Read what the page's form would send: hidden fields and chosen marks."""
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html))
    chosen = re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', html)
    return {**sent, **dict(chosen)}


def address(session: Session) -> str:
    return f"/registers/{session.id}"


def test_it_opens_with_names_in_ukrainian_order(cast: Cast, as_: SignIn) -> None:
    html = as_(cast.mentor).get(address(cast.sessions[0])).text
    names = re.findall(r'mark-name">([^<]+)<', html)
    assert names == ["Знам’янська Соломія", "Знам’янський Лук’ян", "Швець Ярина"]


def test_it_requires_somebody_who_leads_the_group(cast: Cast, as_: SignIn) -> None:
    url = address(cast.sessions[0])
    assert as_(cast.coordinator).get(url).status_code == 200
    assert as_(cast.leader).get(url).status_code == 404
    assert as_(cast.leader).post(url).status_code == 404
    assert as_(cast.uncleared).get(url).status_code == 404
    for person in (cast.guardian, cast.director, cast.learner):
        assert as_(person).get(url).status_code == 403


def test_it_refuses_a_stranger(cast: Cast, stranger: Any) -> None:
    answer = stranger.get(address(cast.sessions[0]))
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "x", "999999"])
def test_it_answers_404_for_what_is_no_session(cast: Cast, as_: SignIn, number: str) -> None:
    browser = as_(cast.coordinator)
    for path in ("", "/history", "/not-held"):
        assert browser.get(f"/registers/{number}{path}").status_code == 404


def test_an_ended_assignment_closes_it_at_the_next_request(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.mentor)
    assert browser.get(address(cast.sessions[0])).status_code == 200
    db.session.rollback()
    begin_write()
    assignment = db.session.scalar(select(Assignment).where(Assignment.person_id == cast.mentor.id))
    end_assignment(assignment, on=today())
    db.session.commit()
    assert browser.get(address(cast.sessions[0])).status_code == 404


def test_an_expired_check_closes_it_at_the_next_request(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.mentor)
    db.session.rollback()
    begin_write()
    for check in db.session.scalars(select(Check).where(Check.person_id == cast.mentor.id)):
        check.expires_on = check.done_on
    db.session.commit()
    assert browser.get(address(cast.sessions[0])).status_code == 404


def test_marks_are_saved_and_finish_the_register(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    sent = fields(browser.get(url).text)
    sent |= {f"mark-{cast.child.id}": "present", f"mark-{cast.sibling.id}": "late", "finish": "1"}
    answer = browser.post(url, data=sent)
    assert (answer.status_code, answer.location) == (303, url)
    marks = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert marks == {cast.child.id: "present", cast.sibling.id: "late"}
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.HELD
    register = db.session.get(Register, cast.sessions[0].id)
    assert register.finished_by_id == cast.mentor.id
    page = browser.get(url).text
    assert fields(page)[f"mark-{cast.child.id}"] == "present"


def test_everybody_is_present_without_script_fills_blanks_only(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    sent = fields(browser.get(url).text)
    browser.post(url, data=sent | {f"mark-{cast.child.id}": "excused", "all_present": "1"})
    marks = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert marks[cast.child.id] == "excused"
    assert list(marks.values()).count("present") == 2


def test_a_mark_is_cleared_and_the_history_tells_it(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    mark = f"mark-{cast.child.id}"
    browser.post(url, data=fields(browser.get(url).text) | {mark: "present"})
    browser.post(url, data=fields(browser.get(url).text) | {mark: "none"})
    assert db.session.scalar(select(AttendanceRecord.id)) is None
    changes = db.session.scalars(select(MarkChange).order_by(MarkChange.id)).all()
    assert [(change.was_status, change.status) for change in changes] == [
        (None, "present"),
        ("present", None),
    ]
    # The slip was the only mark: the session has not been held after all.
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.PLANNED
    html = browser.get(f"{url}/history").text
    assert "Знам’янська Соломія" in html
    assert html.count("Остап Ґ.") >= 2


def test_a_mark_that_is_none_is_refused_beside_its_row(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    for wrong in ("x" * 10_001, "<b>", "\0", "there"):
        sent = fields(browser.get(url).text)
        sent |= {f"mark-{cast.child.id}": wrong, f"mark-{cast.sibling.id}": "late"}
        answer = browser.post(url, data=sent)
        assert answer.status_code == 422
        assert f'aria-describedby="error-{cast.child.id}"' in answer.text
        assert fields(answer.text)[f"mark-{cast.sibling.id}"] == "late"
    assert db.session.scalar(select(AttendanceRecord.id)) is None


def test_two_mentors_lose_nothing(cast: Cast, as_: SignIn) -> None:
    mentor, coordinator, url = as_(cast.mentor), as_(cast.coordinator), address(cast.sessions[0])
    first, second = fields(mentor.get(url).text), fields(coordinator.get(url).text)
    child, sibling = f"mark-{cast.child.id}", f"mark-{cast.sibling.id}"
    mentor.post(url, data=first | {child: "present"})
    coordinator.post(url, data=second | {sibling: "absent"})
    marks = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert marks == {cast.child.id: "present", cast.sibling.id: "absent"}


def test_a_clash_shows_both_and_is_settled_by_one_tap(cast: Cast, as_: SignIn) -> None:
    mentor, coordinator, url = as_(cast.mentor), as_(cast.coordinator), address(cast.sessions[0])
    first, second = fields(mentor.get(url).text), fields(coordinator.get(url).text)
    child, sibling = f"mark-{cast.child.id}", f"mark-{cast.sibling.id}"
    mentor.post(url, data=first | {child: "present"})
    answer = coordinator.post(url, data=second | {child: "absent", sibling: "late"})
    assert answer.status_code == 409
    assert "Остап Ґ." in answer.text
    assert f'name="settle" value="{cast.child.id}.absent.online"' in answer.text
    assert f'name="settle" value="{cast.child.id}.present.online"' in answer.text
    marks = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert marks == {cast.child.id: "present", cast.sibling.id: "late"}
    settled = coordinator.post(
        url, data=fields(answer.text) | {"settle": f"{cast.child.id}.absent.online"}
    )
    assert settled.status_code == 303
    marks = dict(
        db.session.execute(select(AttendanceRecord.person_id, AttendanceRecord.status)).all()
    )
    assert marks[cast.child.id] == "absent"


def test_a_script_is_answered_in_json(cast: Cast, as_: SignIn) -> None:
    mentor, coordinator, url = as_(cast.mentor), as_(cast.coordinator), address(cast.sessions[0])
    script = {"X-Requested-With": "fetch"}
    first, second = fields(mentor.get(url).text), fields(coordinator.get(url).text)
    child, sibling = f"mark-{cast.child.id}", f"mark-{cast.sibling.id}"
    answer = mentor.post(url, data=first | {child: "present"}, headers=script).json
    assert answer["version"] == 1
    assert answer["seen"][f"seen-{cast.child.id}"] == "1.present.online"
    answer = coordinator.post(url, data=second | {sibling: "late"}, headers=script).json
    assert answer["marks"] == {child: "present"}
    assert answer["conflicts"] == []
    second |= {f"seen-{cast.sibling.id}": "2.late.online", sibling: "late"}
    answer = coordinator.post(url, data=second | {child: "excused"}, headers=script).json
    (clash,) = answer["conflicts"]
    assert (clash["mark"], clash["seen"]) == (child, "1.present.online")
    assert [choice["mark"] for choice in clash["choices"]] == ["excused.online", "present.online"]


def test_guests_are_counted_beside_the_names(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    sent = fields(browser.get(url).text)
    answer = browser.post(url, data=sent | {"in_person": "1", "online": "", "first_time": "2"})
    assert answer.status_code == 422
    assert 'aria-describedby="first_time-error"' in answer.text
    assert 'value="2"' in answer.text
    assert browser.post(url, data=sent | {"online": "2", "first_time": "2"}).status_code == 303
    count = db.session.get(HeadCount, cast.sessions[0].id)
    assert (count.in_person, count.online, count.first_time) == (0, 2, 2)
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.HELD


def test_a_sensitive_register_names_nobody(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.leader), address(cast.yoga_sessions[0])
    html = browser.get(url).text
    assert "data-mark-row" not in html
    sent = fields(html)
    answer = browser.post(url, data=sent | {"in_person": "5", "online": "x", "first_time": "1"})
    assert answer.status_code == 422
    assert 'value="x"' in answer.text
    sent |= {
        "in_person": "5",
        "online": "0",
        "first_time": "1",
        f"mark-{cast.learner.id}": "present",
    }
    assert browser.post(url, data=sent).status_code == 303
    assert db.session.scalar(select(AttendanceRecord.id)) is None
    assert db.session.get(HeadCount, cast.yoga_sessions[0].id).in_person == 5


def test_a_locked_register_asks_for_a_reason(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    child = f"mark-{cast.child.id}"
    browser.post(url, data=fields(browser.get(url).text) | {child: "present", "finish": "1"})
    db.session.rollback()
    begin_write()
    register = db.session.get(Register, cast.sessions[0].id)
    register.locked_at = register.finished_at
    db.session.commit()
    html = browser.get(url).text
    assert 'name="reason"' in html
    assert "data-save-url" not in html
    answer = browser.post(url, data=fields(html) | {child: "absent"})
    assert answer.status_code == 422
    assert 'aria-describedby="reason-help reason-error"' in answer.text
    assert fields(answer.text)[child] == "absent"
    sent = fields(html) | {child: "absent", "reason": "знайшли записку"}
    assert browser.post(url, data=sent).status_code == 303
    last = db.session.scalars(select(MarkChange).order_by(MarkChange.id.desc())).first()
    assert (last.was_status, last.status, last.reason) == ("present", "absent", "знайшли записку")


def test_a_session_not_held_says_why_and_is_taken_back(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    assert browser.post(f"{url}/not-held", data={}).status_code == 422
    assert browser.post(f"{url}/not-held", data={"reason": "rain"}).status_code == 422
    assert browser.post(f"{url}/not-held", data={"reason": "air_raid"}).status_code == 303
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.CANCELLED
    assert "data-register" not in browser.get(url).text
    refused = browser.post(url, data={f"mark-{cast.child.id}": "present"})
    assert refused.status_code == 422
    assert browser.post(f"{url}/restore").status_code == 303
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.PLANNED


def test_what_was_held_is_not_cancelled(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    browser.post(url, data={f"mark-{cast.child.id}": "present"})
    answer = browser.post(f"{url}/not-held", data={"reason": "no_power"})
    assert answer.status_code == 422
    assert db.session.get(Session, cast.sessions[0].id).state is SessionState.HELD


def test_nobody_outside_the_group_is_marked(cast: Cast, as_: SignIn) -> None:
    browser, url = as_(cast.mentor), address(cast.sessions[0])
    browser.post(url, data={f"mark-{cast.learner.id}": "present"})
    assert db.session.scalar(select(AttendanceRecord.id)) is None
