"""Who may open what: every route of the application × every role × rows that are not theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from lms.access import rule_of
from lms.certificates.services import issue
from lms.clock import now, today
from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.hub.models import Consultation, ConsultationTopic, Format, Visitor
from lms.hub.services import add_topic
from lms.jobs import enqueue
from lms.people.services import end_role
from lms.people.views import TOKEN
from tests.cast import Cast
from tests.conftest import Browser
from tests.graduation import GRADUATION, graduate, graduate_training
from tests.mentoring import settle
from tests.views.routes import Route, routes, values_of

SignIn = Callable[..., Any]
PEOPLE = ("coordinator", "director", "mentor", "leader", "guardian", "learner")


# Any coordinator sees how an issuing went, whoever began it.
SHARED = {"certificates.issuing"}
NO_ROWS = (0, -1, 2**63, "x", "1e3", 2_000_000_000)


def ask(browser: Any, app: Flask, route: Route, values: dict[str, Any]) -> Any:
    """Send a bare request of the route's method."""
    send = {"GET": browser.get, "POST": browser.post}[route.method]
    return send(route.path(app, values))


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast as plain values, so that ids stay known between requests."""
    return settle(cast)


def test_strangers_open_only_what_is_public(people: Cast, app: Flask, stranger: Any) -> None:
    for route in routes(app, "GET"):
        answer = stranger.get(route.path(app, values_of(route)))
        rule = rule_of(app.view_functions[route.endpoint])
        assert rule is not None
        if rule.is_public:
            assert answer.status_code in {200, 303, 404, 410}, route.endpoint
        else:
            assert answer.status_code == 303, route.endpoint
            assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("name", PEOPLE)
def test_a_role_opens_only_what_is_declared_for_it(
    people: Cast, app: Flask, as_: SignIn, name: str
) -> None:

    person = getattr(people, name)
    browser = as_(person)
    for route in routes(app, "GET", "POST"):
        rule = rule_of(app.view_functions[route.endpoint])
        assert rule is not None
        if rule.is_public or not rule.roles:
            continue
        is_admitted = any(str(role) == name for role in rule.roles)
        answer = ask(browser, app, route, values_of(route))
        if is_admitted:
            assert answer.status_code < 500, (route.endpoint, answer.status_code)
            assert answer.status_code != 403, route.endpoint
        else:
            assert answer.status_code == 403, (name, route.endpoint, answer.status_code)


@pytest.mark.parametrize("number", NO_ROWS)
@pytest.mark.parametrize("name", PEOPLE)
def test_numbers_that_are_no_row_are_not_found(
    people: Cast, app: Flask, as_: SignIn, name: str, number: Any
) -> None:
    browser = as_(getattr(people, name))
    for route in routes(app, "GET", "POST"):
        if not any(route.is_number(argument) for argument in route.arguments):
            continue
        answer = ask(browser, app, route, values_of(route, number))
        rule = rule_of(app.view_functions[route.endpoint])
        assert rule is not None
        is_refused = bool(rule.roles) and not any(str(role) == name for role in rule.roles)
        # What is no number of a row is no address at all, whoever asks for it.
        if is_refused and number == NO_ROWS[-1]:
            assert answer.status_code == 403, (route.endpoint, number)
        else:
            assert answer.status_code == 404, (route.endpoint, number, answer.status_code)


def test_a_role_that_ended_is_refused_at_the_very_next_request(
    people: Cast, app: Flask, as_: SignIn
) -> None:

    browser = as_(people.coordinator)
    assert browser.get("/people/").status_code == 200
    begin_write()
    end_role(people.coordinator.id, RoleName.COORDINATOR, on=today())
    db.session.commit()
    assert browser.get("/people/").status_code == 403


def test_every_changing_route_is_refused_without_a_token(
    people: Cast, make_app: Callable[..., Flask], as_: SignIn
) -> None:

    guarded = make_app({"WTF_CSRF_ENABLED": True})
    with as_(people.coordinator).client.session_transaction() as cookie:
        token = cookie[TOKEN]
    browser = Browser(guarded, token)
    for route in routes(guarded, "POST", "PUT", "PATCH", "DELETE"):
        answer = ask(browser, guarded, route, values_of(route))
        assert answer.status_code == 400, (route.endpoint, answer.status_code)


def test_a_get_never_writes(people: Cast, app: Flask, as_: SignIn) -> None:

    written: list[str] = []

    def watch(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            written.append(statement)

    browser = as_(people.coordinator)
    event.listen(db.engine, "before_cursor_execute", watch)
    for route in routes(app, "GET"):
        written.clear()
        browser.get(route.path(app, values_of(route, people.cohort.id)))
        assert written == [], route.endpoint


@pytest.fixture
def others(cast: Cast, app: Flask) -> dict[str, dict[str, list[int]]]:
    """For each person the rows that exist and are not theirs, by the name of the parameter."""
    begin_write()
    childs, *_more = graduate(cast)
    adults, *_rest = graduate_training(cast)
    childs_paper = issue(childs.id, award="code_club", by_id=None, now=GRADUATION).id
    adults_paper = issue(adults.id, award="training", by_id=None, now=GRADUATION).id
    topic = add_topic("Застосунок «Дія»")
    noted = Consultation(
        key="another’s",
        day=today(),
        minutes=15,
        format=Format.ONLINE,
        visitor=Visitor.FIRST_TIME,
        leader_id=cast.mentor.id,
        noted_at=now(),
    )
    noted.topics.append(db.session.get_one(ConsultationTopic, topic.id))
    db.session.add(noted)
    job = enqueue(
        "issue_certificates",
        items=["1"],
        args={"cohort_id": cast.cohort.id},
        asked_by_id=cast.mentor.id,
        now=now(),
    )
    db.session.flush()
    club = {"session_id": [cast.sessions[0].id], "cohort_id": [cast.cohort.id]}
    found = {
        "mentor": {"session_id": [cast.yoga_sessions[0].id], "cohort_id": [cast.yoga_cohort.id]},
        "leader": {**club, "consultation_id": [noted.id]},
        "guardian": {
            "child_id": [cast.other_child.id, cast.learner.id, cast.guardian.id],
            "certificate_id": [adults_paper],
        },
        "learner": {"certificate_id": [childs_paper]},
        "coordinator": {"consultation_id": [noted.id], "job_id": [job.id]},
        "director": {"job_id": [job.id]},
    }
    db.session.commit()
    return found


@pytest.mark.parametrize("name", PEOPLE)
def test_anothers_rows_are_as_absent_as_rows_that_never_were(
    app: Flask, as_: SignIn, others: dict[str, dict[str, list[int]]], people: Cast, name: str
) -> None:
    browser = as_(getattr(people, name))
    tried = []
    for route in routes(app, "GET", "POST"):
        rule = rule_of(app.view_functions[route.endpoint])
        assert rule is not None
        is_admitted = not rule.roles or any(str(role) == name for role in rule.roles)
        if rule.is_public or not is_admitted or route.endpoint in SHARED:
            continue
        for argument in set(route.arguments) & set(others[name]):
            for number in others[name][argument]:
                values = {**values_of(route, people.cohort.id), argument: number}
                if "purpose" in values:
                    values["purpose"] = "taking_part"
                answer = ask(browser, app, route, values)
                assert answer.status_code == 404, (route.endpoint, argument, answer.status_code)
                tried.append(argument)
    assert set(tried) == set(others[name])


TEXTS = (
    "\0",
    "<img src=x onerror=alert(1)>",
    "я" * 3_000,
    "%ff%fe",
    "..%2f..%2fetc",
    "0",
    "-1",
    "{{7*7}}",
)


def _has_text(route: Route) -> bool:
    return any(not route.is_number(argument) for argument in route.arguments)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_in_addresses_do_no_harm(people: Cast, app: Flask, as_: SignIn, text: str) -> None:
    numbers = {"child_id": people.child.id, "year": 2022}
    for name in ("coordinator", "guardian", "learner"):
        browser = as_(getattr(people, name))
        for route in filter(_has_text, routes(app, "GET", "POST")):
            values = {
                argument: numbers.get(argument, 1) if route.is_number(argument) else text
                for argument in route.arguments
            }
            answer = ask(browser, app, route, values)
            # The page of a sign-in link asks for a press before it looks at the link.
            opens = {200} if route.endpoint == "people.use_link" else set()
            refused = {303, 308, 403, 404, 405, 410}
            assert answer.status_code in refused | opens, (route.endpoint, answer.status_code)
            assert "<img src=x" not in answer.text
