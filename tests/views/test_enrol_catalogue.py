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
        (date(2022, 9, 2), None, True),
        (date(2022, 11, 1), None, False),
        (None, date(2022, 8, 31), False),
    ],
)
def test_it_lists_what_takes_applications_today_or_soon(
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
    assert "Scratch: first games (beginner), group 1" in page
    assert "Scratch: first games (beginner), group 2" in page


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


def test_what_opens_soon_is_shown_and_cannot_be_chosen(stranger: Any, cast: Cast) -> None:
    cast.module.enrolment_opens_on = date(2022, 9, 3)
    db.session.commit()
    page = stranger.get("/catalogue").text
    assert "Enrolment opens on 3 September 2022." in page
    assert f"/enrol/family?cohort={cast.cohort.id}" not in page
    assert (
        "takes no applications now" in stranger.get(f"/enrol/family?cohort={cast.cohort.id}").text
    )


def test_a_stranger_gets_no_cookie_but_the_language(bare_app: Any, cast: Cast) -> None:
    browser = Browser(bare_app)
    for path in ("/catalogue", "/catalogue?zone=Europe/Warsaw&age=9", "/"):
        assert "Set-Cookie" not in browser.get(path).headers, path
    answer = browser.get("/language/en?back=/catalogue")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{COOKIE}=en;")
    assert answer.location == "/catalogue"
    assert "Choose a group" in browser.get("/catalogue").text
    for path in ("/language/ru", "/language/x"):
        assert browser.get(path).status_code == 404
    for elsewhere in ("//evil.example", "https://evil.example"):
        assert browser.get(f"/language/uk?back={elsewhere}").location == "/"


def test_a_page_that_did_not_change_is_not_sent_again(stranger: Any, cast: Cast) -> None:
    etag = stranger.get("/catalogue").headers["ETag"]
    assert stranger.get("/catalogue", headers={"If-None-Match": etag}).status_code == 304
    cast.cohort.capacity += 1
    db.session.commit()
    assert stranger.get("/catalogue", headers={"If-None-Match": etag}).status_code == 200


def test_a_town_is_named_only_where_the_coordinator_opened_it(
    stranger: Any, as_: Any, cast: Cast
) -> None:
    cast.cohort.place_id = cast.yoga_cohort.place_id = cast.place.id
    place = f"/places/{cast.place.id}"
    db.session.commit()
    coordinator = as_(cast.coordinator)
    assert "Кремінна" not in stranger.get("/catalogue").text
    assert coordinator.post(f"{place}/show-town").status_code == 303
    page = stranger.get("/catalogue").text
    # Of the two groups there the sensitive one keeps quiet, and neither names the place.
    assert page.count("in person, Кремінна") == 1
    assert cast.place.name not in page
    assert coordinator.post(f"{place}/hide-town").status_code == 303
    assert "Кремінна" not in stranger.get("/catalogue").text


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Warsaw", ["time of Warsaw – Mondays, 16:00–17:00"]),
        # The last session is on 31 October: clocks change here a week before they do there.
        ("America/New_York", ["Mondays, 10:00–11:00", "Monday, 31 October, 11:00"]),
        ("Europe/Helsinki", []),
        ("Mars/Base", []),
    ],
)
def test_hours_are_told_on_the_visitors_wall_too(
    stranger: Any, cast: Cast, zone: str, told: list[str]
) -> None:
    cast.sessions[-1].starts_at += timedelta(days=7, hours=1)
    cast.sessions[-1].day += timedelta(days=7)
    db.session.commit()
    page = stranger.get("/catalogue", query_string={"zone": zone}).text
    assert "Mondays, 17:00–18:00" in page
    assert ("(Kyiv time)" in page) is bool(told)
    for words in told:
        assert words in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("age=9", ["Scratch: first games"]),
        ("age=40", ["Cybersecurity for librarians", "Йога-терапія"]),
        ("age=7", []),
        ("direction=scratch", ["Scratch: first games"]),
        ("way=in-person", ["Йога-терапія"]),
        ("age=x&way=y&direction=", ["Scratch: first games", "Йога-терапія"]),
    ],
)
def test_groups_are_found_by_age_direction_and_way(
    stranger: Any, cast: Cast, asked: str, shown: list[str]
) -> None:
    page = stranger.get(f"/catalogue?{asked}").text.split("data-zones", 1)[1]
    for title in ("Scratch: first games", "Cybersecurity for librarians", "Йога-терапія"):
        if title in shown or asked.startswith(("age=4", "direction", "way=in")) or not shown:
            assert (title in page) is (title in shown), title
    assert ("No group is like that today" in page) is (not shown)


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
