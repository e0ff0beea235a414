"""Who may open what: every route of the application × every role × rows that are not theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.access import rule_of
from tests.cast import Cast
from tests.views.routes import routes, values_of

PEOPLE = ("coordinator", "director", "mentor", "leader", "guardian", "learner")


def test_strangers_open_only_what_is_public(cast: Cast, app: Flask, stranger: Any) -> None:
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
    cast: Cast, app: Flask, as_: Callable[..., Any], name: str
) -> None:
    from flask import current_app

    person = getattr(cast, name)
    browser = as_(person)
    for route in routes(app, "GET", "POST"):
        rule = rule_of(current_app.view_functions[route.endpoint])
        assert rule is not None
        if rule.is_public or not rule.roles:
            continue
        held = {"coordinator": "coordinator", "director": "director"}.get(name, name)
        is_admitted = any(str(role) == held for role in rule.roles)
        answer = browser.open(route.path(app, values_of(route)), method=route.method)
        if is_admitted:
            assert answer.status_code < 500, (route.endpoint, answer.status_code)
            assert answer.status_code != 403, route.endpoint
        else:
            assert answer.status_code == 403, (name, route.endpoint, answer.status_code)


@pytest.mark.parametrize("number", [0, -1, 2**63, "x", "1e3", 2_000_000_000])
@pytest.mark.parametrize("name", PEOPLE)
def test_numbers_that_are_no_row_are_not_found(
    cast: Cast, app: Flask, as_: Callable[..., Any], name: str, number: Any
) -> None:
    browser = as_(getattr(cast, name))
    for route in routes(app, "GET", "POST"):
        if not any(route.is_number(argument) for argument in route.arguments):
            continue
        if route.arguments == ["year"]:
            continue  # a year without rows is an empty report, not an unknown address
        answer = browser.open(route.path(app, values_of(route, number)), method=route.method)
        assert answer.status_code in {403, 404, 405}, (route.endpoint, number, answer.status_code)
        if isinstance(number, int) and number <= 0:
            assert answer.status_code in {404, 405}, route.endpoint


def test_a_role_that_ended_is_refused_at_the_very_next_request(
    cast: Cast, app: Flask, as_: Callable[..., Any]
) -> None:
    from lms.clock import today
    from lms.contracts import RoleName
    from lms.db import begin_write, db
    from lms.people.services import end_role

    browser = as_(cast.coordinator)
    assert browser.get("/people/").status_code == 200
    begin_write()
    end_role(cast.coordinator.id, RoleName.COORDINATOR, on=today())
    db.session.commit()
    assert browser.get("/people/").status_code == 403


def test_every_changing_route_is_refused_without_a_token(
    cast: Cast, make_app: Callable[..., Flask], as_: Callable[..., Any]
) -> None:
    from lms.people.views import TOKEN
    from tests.conftest import Browser

    guarded = make_app({"WTF_CSRF_ENABLED": True})
    with as_(cast.coordinator).client.session_transaction() as cookie:
        token = cookie[TOKEN]
    browser = Browser(guarded, token)
    for route in routes(guarded, "POST", "PUT", "PATCH", "DELETE"):
        answer = browser.open(route.path(guarded, values_of(route)), method=route.method)
        assert answer.status_code == 400, (route.endpoint, answer.status_code)


def test_a_get_never_writes(cast: Cast, app: Flask, as_: Callable[..., Any]) -> None:
    from sqlalchemy import event

    from lms.db import db

    written: list[str] = []

    def watch(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            written.append(statement)

    browser = as_(cast.coordinator)
    event.listen(db.engine, "before_cursor_execute", watch)
    for route in routes(app, "GET"):
        written.clear()
        browser.get(route.path(app, values_of(route, cast.cohort.id)))
        assert written == [], route.endpoint
