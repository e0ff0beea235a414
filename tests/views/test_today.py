"""«Today»: the home of whoever teaches, open on the register of the session that is now."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms.attendance import plugin
from lms.attendance.models import AttendanceRecord, Register
from lms.clock import now
from lms.courses.models import Cohort, Session, SessionState
from lms.courses.services import plan_session
from lms.db import begin_write, db
from tests.cast import Cast
from tests.mentoring import settle

SignIn = Callable[[Any], Any]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast as plain values, so that nothing is read in between requests."""
    settle(cast)
    return cast


def plan_today(cohort_id: int, *, hour: int = 0, minute: int = 5, days: int = 0) -> int:
    begin_write()
    cohort = db.session.get_one(Cohort, cohort_id)
    day = now().astimezone(ZoneInfo("Europe/Kyiv")).date() + timedelta(days=days)
    number = plan_session(cohort, day=day, starts_at=time(hour, minute)).id
    db.session.commit()
    return number


def test_it_opens_on_the_register_of_today(cast: Cast, as_: SignIn) -> None:
    number = plan_today(cast.cohort.id)
    browser = as_(cast.mentor)
    assert browser.get("/home").location == "/today"
    html = browser.get("/today").text
    assert f'data-save-url="/registers/{number}"' in html
    assert "Знам’янська Соломія" in html


def test_saving_from_it_comes_back_to_it(cast: Cast, as_: SignIn) -> None:
    number = plan_today(cast.cohort.id)
    browser = as_(cast.mentor)
    sent = {"back": "today", f"mark-{cast.child.id}": "present", "finish": "1"}
    assert browser.post(f"/registers/{number}", data=sent).location == "/today"
    assert db.session.scalars(select(AttendanceRecord.session_id)).one() == number
    wrong = {"back": "today", f"mark-{cast.child.id}": "there"}
    answer = browser.post(f"/registers/{number}", data=wrong)
    assert answer.status_code == 422
    assert f'data-save-url="/registers/{number}"' in answer.text


def test_without_a_session_it_says_so_and_lists_what_waits(cast: Cast, as_: SignIn) -> None:
    html = as_(cast.mentor).get("/today").text
    assert "data-register" not in html
    for session in cast.sessions:
        assert f'href="/registers/{session.id}"' in html


def test_the_link_of_the_next_session_appears_a_day_before(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.mentor)
    plan_today(cast.cohort.id, days=3)
    assert cast.cohort.link not in browser.get("/today").text
    begin_write()
    soon = (now() + timedelta(hours=20)).astimezone(ZoneInfo("Europe/Kyiv"))
    cohort = db.session.get_one(Cohort, cast.cohort.id)
    plan_session(cohort, day=soon.date(), starts_at=soon.time().replace(microsecond=0))
    db.session.commit()
    assert cast.cohort.link in browser.get("/today").text


@pytest.mark.parametrize("person", ["coordinator", "director", "guardian", "learner"])
def test_it_is_for_those_who_teach(cast: Cast, as_: SignIn, person: str) -> None:
    assert as_(getattr(cast, person)).get("/today").status_code == 403


def test_nobody_uncleared_sees_a_name_on_it(cast: Cast, as_: SignIn) -> None:
    plan_today(cast.cohort.id)
    html = as_(cast.uncleared).get("/today").text
    assert "Знам’янська" not in html
    assert "/registers/" not in html


def test_the_coordinator_sees_all_registers_that_wait(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.coordinator)
    html = browser.get("/registers").text
    for session in (*cast.sessions, *cast.training_sessions, *cast.yoga_sessions):
        assert f'href="/registers/{session.id}"' in html
    assert as_(cast.mentor).get("/registers").status_code == 403


def test_it_costs_the_same_queries_for_any_number_of_sessions(
    cast: Cast, as_: SignIn, app: Flask
) -> None:
    browser = as_(cast.mentor)
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    plan_today(cast.cohort.id)
    counted.clear()
    browser.get("/today")
    few = len(counted)
    for hour in (1, 2, 3):
        plan_today(cast.cohort.id, hour=hour)
    counted.clear()
    browser.get("/today")
    assert len(counted) == few
    assert few <= 14


def test_hook_home_cards_counts_what_waits(cast: Cast, app: Flask) -> None:
    class Coordinator:
        roles = frozenset({"coordinator"})

        def has(self, *names: str) -> bool:
            return bool(set(names) & self.roles)

    with app.test_request_context("/"):
        cards = plugin.home_cards(Coordinator())
    waiting = [card for card in cards if card.endpoint == "attendance.waiting"]
    assert [card.figure for card in waiting] == [
        str(len(cast.sessions) + len(cast.training_sessions) + len(cast.yoga_sessions))
    ]


def test_the_command_finishes_and_locks(cast: Cast, as_: SignIn, app: Flask) -> None:
    url = f"/registers/{cast.sessions[0].id}"
    as_(cast.mentor).post(url, data={f"mark-{cast.child.id}": "present", "finish": "1"})
    begin_write()
    register = db.session.get_one(Register, cast.sessions[0].id)
    register.finished_at = now() - timedelta(days=3, minutes=1)
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["registers", "close", "--format", "json"])
    assert answer.output.strip() == '{"finished": 0, "locked": 1}'
    db.session.rollback()
    assert db.session.get_one(Register, cast.sessions[0].id).locked_at is not None
    assert db.session.get_one(Session, cast.sessions[0].id).state is SessionState.HELD
