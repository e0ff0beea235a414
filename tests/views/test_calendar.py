"""The calendar's address: made, copied, renewed; and what ends it at the very next fetch."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import Assignment, Session
from lms.courses.services import plan_session
from lms.db import begin_write, db
from lms.people.models import Account, Check, ContactRule, Guardianship, Person
from lms.people.rules import CheckKind
from lms.people.services import end_role, grant_role
from tests.cast import Cast, enrol_row
from tests.conftest import Browser
from tests.mentoring import counted_queries, settle


@pytest.fixture
def ahead(cast: Cast) -> Cast:
    """The cast with a session of each group tomorrow."""
    begin_write()
    for number, cohort in enumerate((cast.cohort, cast.training_cohort, cast.yoga_cohort)):
        cohort = db.session.merge(cohort)
        day = today() + timedelta(days=1 + number)
        plan_session(cohort, day=day, starts_at=now().time().replace(hour=9, microsecond=0))
    db.session.commit()
    return settle(cast)


def _address(browser: Browser) -> str:
    """Make a calendar as a person does and answer its path."""
    assert browser.post("/calendar/new").status_code == 303
    page = browser.get("/calendar").text
    found = page.partition('value="https://library.example')[2].partition('"')[0]
    assert found.startswith("/calendar/")
    assert found.endswith(".ics")
    return found


def _titles(stranger: Browser, path: str) -> list[str]:
    answer = stranger.get(path)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    return [line.partition(":")[2] for line in text.splitlines() if line.startswith("SUMMARY")]


def _change(*statements: Any) -> None:
    begin_write()
    for statement in statements:
        db.session.execute(statement)
    db.session.commit()


def test_a_guardian_makes_copies_renews_and_ends_it(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    browser = as_(ahead.guardian)
    assert "Зробити мій календар" in browser.get("/calendar").text
    first = _address(browser)
    assert _titles(stranger, first) == ["Scratch: перші ігри"]
    assert f"webcal://library.example{first}" in browser.get("/calendar").text
    second = _address(browser)
    assert stranger.get(first).status_code == 404
    assert _titles(stranger, second) == ["Scratch: перші ігри"]
    assert browser.post("/calendar/end").status_code == 303
    assert stranger.get(second).status_code == 404
    assert "Зробити мій календар" in browser.get("/calendar").text


def test_one_person_with_two_roles_has_one_calendar(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    begin_write()
    mentor = db.session.merge(ahead.mentor)
    grant_role(mentor, RoleName.LEARNER, since=today())
    enrol_row(mentor, db.session.merge(ahead.training_cohort), today())
    db.session.commit()
    path = _address(as_(ahead.mentor))
    assert _titles(stranger, path) == ["Scratch: перші ігри", "Кібербезпека для бібліотекарів"]


def test_its_headers_keep_it_private_and_spare_the_network(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    path = _address(as_(ahead.guardian))
    answer = stranger.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    again = stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    _change(update(Session).values(minutes=90))
    assert stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def _end_guardianship(cast: Cast) -> list[Any]:
    yesterday = today() - timedelta(days=1)
    return [
        update(Guardianship)
        .where(Guardianship.guardian_id == cast.guardian.id)
        .values(until=yesterday)
    ]


def _let_a_check_run_out(cast: Cast) -> list[Any]:
    return [
        update(Check)
        .where(Check.person_id == cast.mentor.id, Check.kind == CheckKind.TRAINING)
        .values(expires_on=today() - timedelta(days=1))
    ]


def _end_assignment(cast: Cast) -> list[Any]:
    yesterday = today() - timedelta(days=1)
    return [
        update(Assignment).where(Assignment.person_id == cast.mentor.id).values(until=yesterday)
    ]


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("guardian", _end_guardianship),
        ("mentor", _let_a_check_run_out),
        ("mentor", _end_assignment),
    ],
)
def test_what_ended_is_gone_at_the_next_fetch(
    ahead: Cast,
    as_: Callable[[Person], Browser],
    stranger: Browser,
    name: str,
    end: Callable[[Cast], list[Any]],
) -> None:
    path = _address(as_(getattr(ahead, name)))
    assert _titles(stranger, path) == ["Scratch: перші ігри"]
    _change(*end(ahead))
    assert _titles(stranger, path) == []


def test_no_role_no_account_or_no_wish_is_no_calendar(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    path = _address(as_(ahead.guardian))
    mine = Person.id == ahead.guardian.id
    for shut, opened in (
        (
            update(Person).where(mine).values(contact_rule=ContactRule.CALL_ONLY),
            update(Person).where(mine).values(contact_rule=ContactRule.USUAL),
        ),
        (
            update(Account).where(Account.person_id == ahead.guardian.id).values(closed_at=now()),
            update(Account).where(Account.person_id == ahead.guardian.id).values(closed_at=None),
        ),
        (
            update(Person).where(mine).values(erased_at=now()),
            update(Person).where(mine).values(erased_at=None),
        ),
    ):
        _change(shut)
        assert stranger.get(path).status_code == 404
        _change(opened)
        assert stranger.get(path).status_code == 200
    begin_write()
    end_role(ahead.guardian.id, RoleName.GUARDIAN, on=today())
    db.session.commit()
    assert stranger.get(path).status_code == 404


def test_a_child_about_whom_nothing_may_leave_stands_in_no_calendar(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    path = _address(as_(ahead.other_guardian))
    assert _titles(stranger, path) == ["Scratch: перші ігри"]
    _change(
        update(Person)
        .where(Person.id == ahead.other_child.id)
        .values(contact_rule=ContactRule.DO_NOT_WRITE)
    )
    assert _titles(stranger, path) == []


def test_whoever_asked_not_to_be_written_to_is_offered_none(
    ahead: Cast, as_: Callable[[Person], Browser]
) -> None:
    browser = as_(ahead.guardian)
    _change(
        update(Person)
        .where(Person.id == ahead.guardian.id)
        .values(contact_rule=ContactRule.DO_NOT_WRITE)
    )
    page = browser.get("/calendar").text
    assert "Ви просили не писати" in page
    assert "<title>Луганська" in page
    assert browser.post("/calendar/new").status_code == 404
    assert "/calendar" not in browser.get("/family").text


def test_it_is_for_families_learners_and_those_who_teach(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    for person in (ahead.coordinator, ahead.director):
        assert as_(person).get("/calendar").status_code == 403
        assert as_(person).post("/calendar/new").status_code == 403
    assert stranger.get("/calendar").status_code in {302, 303}
    for token in ("x" * 43, "x", "x" * 300, "%00" * 43, "є" * 43):
        assert stranger.get(f"/calendar/{token}.ics").status_code == 404
    assert stranger.post(f"/calendar/{'x' * 43}.ics").status_code == 405


def test_the_way_to_it_stands_on_three_homes(ahead: Cast, as_: Callable[[Person], Browser]) -> None:
    for person, home in (
        (ahead.guardian, "/family"),
        (ahead.learner, "/learning"),
        (ahead.mentor, "/today"),
    ):
        page = as_(person).get(home).text
        assert 'href="/calendar"' in page, home


def test_its_token_stands_in_no_log_and_not_in_the_database(
    ahead: Cast,
    as_: Callable[[Person], Browser],
    stranger: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    path = _address(as_(ahead.guardian))
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    stranger.get(path)
    stranger.get(path + "x")
    assert token not in caplog.text
    dumped = "\n".join(db.session.connection().connection.iterdump())  # type: ignore[attr-defined]
    db.session.rollback()
    assert "calendar_feed" in dumped
    assert token not in dumped


def test_a_fetch_asks_few_questions(
    ahead: Cast, as_: Callable[[Person], Browser], stranger: Browser
) -> None:
    begin_write()
    grant_role(db.session.merge(ahead.mentor), RoleName.GUARDIAN, since=today())
    grant_role(db.session.merge(ahead.mentor), RoleName.LEARNER, since=today())
    db.session.commit()
    path = _address(as_(ahead.mentor))
    with counted_queries() as statements:
        stranger.get(path)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8
