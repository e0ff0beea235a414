"""The public catalogue: what it says, what it never says, and how few questions it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from lms.courses.models import AgeRule, Cohort, Module
from lms.courses.services import Weekly, plan_weekly
from lms.db import db
from lms.enrolment.models import Application, ApplicationState
from lms.i18n import COOKIE
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

TODAY = date(2022, 9, 1)


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.client.set_cookie(COOKIE, "en")
    return browser


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        return keep_rows(as_(person))

    return sign_in


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "applying"):
        monkeypatch.setattr(f"lms.enrolment.{module}.today", lambda: TODAY)


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_it_is_open_to_a_stranger(stranger: Any, cast: Cast) -> None:
    assert stranger.get("/catalogue").status_code == 200


def test_it_says_when_for_whom_and_how_many(stranger: Any, cast: Cast) -> None:
    page = stranger.get("/catalogue").text
    for words in (
        "Scratch: first games",
        "Mondays, 17:00–18:00",
        "8–17 years",
        "2 places left",
        "online",
        "Enrolment is open until 20 December 2022.",
        "Cybersecurity",
        "90 places",
    ):
        if words != "90 places":
            assert words in page, words
    assert "89 places left" in page


def test_it_names_no_place_and_no_child(stranger: Any, cast: Cast) -> None:
    cast.cohort.place_id = cast.place.id
    cast.cohort.name = "Група в Кремінній"
    db.session.commit()
    page = stranger.get("/catalogue").text
    assert "in person" in page
    for secret in (
        cast.place.name,
        cast.place.town,
        cast.cohort.name,
        cast.club.name,
        cast.child.given_name,
        cast.child.family_name,
        cast.cohort.link,
        cast.mentor.family_name,
    ):
        assert secret not in page


@pytest.mark.parametrize(
    ("opens", "closes", "is_listed"),
    [
        (None, None, True),
        (date(2022, 9, 1), date(2022, 9, 1), True),
        (date(2022, 9, 2), None, False),
        (None, date(2022, 8, 31), False),
    ],
)
def test_it_lists_what_takes_applications_today(
    stranger: Any, cast: Cast, opens: date | None, closes: date | None, is_listed: bool
) -> None:
    cast.module.enrolment_opens_on, cast.module.enrolment_closes_on = opens, closes
    db.session.commit()
    assert ("Scratch: first games" in stranger.get("/catalogue").text) is is_listed


def test_whoever_waits_is_counted_among_the_places(stranger: Any, cast: Cast) -> None:
    now = datetime.now().astimezone()
    for person in (cast.child, cast.sibling):
        db.session.add(
            Application(
                form_key="k",
                person_id=person.id,
                applicant_id=cast.guardian.id,
                cohort_id=cast.cohort.id,
                state=ApplicationState.WAITING,
                sent_at=now,
            )
        )
    db.session.commit()
    page = stranger.get("/catalogue").text
    assert "no places left, you can wait for one" in page
    assert "Wait for a place" in page


def test_groups_that_read_the_same_are_numbered(stranger: Any, cast: Cast) -> None:
    another(cast, 1)
    page = stranger.get("/catalogue").text
    assert "Scratch: first games (новачок), group 1" in page
    assert "Scratch: first games (новачок), group 2" in page


def another(cast: Cast, number: int) -> None:
    for _one in range(number):
        cohort = Cohort(
            module_id=cast.module.id,
            course_id=cast.course.id,
            name="ще одна",
            capacity=10,
            place_id=cast.cohort.place_id,
        )
        db.session.add(cohort)
        db.session.flush()
        plan_weekly(
            cohort,
            Weekly(0, cast.sessions[0].starts_at.astimezone().time().replace(hour=17)),
            from_day=TODAY,
            until_day=TODAY + timedelta(days=60),
        )
    db.session.commit()


def test_its_questions_do_not_grow_with_the_groups(stranger: Any, cast: Cast) -> None:
    stranger.get("/catalogue")
    with counted() as few:
        stranger.get("/catalogue")
    another(cast, 12)
    with counted() as many:
        assert stranger.get("/catalogue").text.count("Enrol a child") >= 13
    assert len(few) == len(many) <= 6


def test_an_empty_catalogue_says_what_to_do(stranger: Any, cast: Cast) -> None:
    for module in db.session.query(Module):
        module.enrolment_closes_on = date(2022, 1, 1)
    db.session.commit()
    assert "No group takes applications today" in stranger.get("/catalogue").text


def test_ages_are_those_in_force_on_the_first_session(stranger: Any, cast: Cast) -> None:
    rule = db.session.query(AgeRule).one()
    rule.until = date(2022, 9, 4)
    db.session.add(
        AgeRule(programme_id=rule.programme_id, from_age=9, to_age=11, since=date(2022, 9, 5))
    )
    db.session.commit()
    assert "9–11 years" in stranger.get("/catalogue").text
