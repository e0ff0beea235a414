"""A library that begins: every page opens on an empty database and says what to do next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.clock import now, today
from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.people.models import Person
from lms.people.services import NewPerson, add_person, grant_role
from tests.views.routes import routes, values_of


@pytest.fixture
def alone(app: Flask) -> Person:
    """The one person of a library that begins, with every role."""
    begin_write()
    person = add_person(NewPerson("Ковальська", "Оксана"), now=now())
    for role in RoleName:
        grant_role(person, role, since=today())
    db.session.commit()
    return person


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_every_list_opens_empty(
    alone: Person, app: Flask, as_: Callable[..., Any], locale: str
) -> None:
    browser = as_(alone)
    browser.post("/language", data={"locale": locale, "back": "/"})
    opened = []
    for route in routes(app, "GET"):
        if any(route.is_number(name) for name in route.arguments if name != "year"):
            continue
        values = {**values_of(route), "year": 2022}
        answer = browser.get(route.path(app, values))
        assert answer.status_code in {200, 303, 404, 410}, (route.endpoint, answer.status_code)
        opened += [route.endpoint] if answer.status_code == 200 else []
    assert {"home.cards", "courses.programmes", "enrolment.catalogue"} <= set(opened)


def test_files_are_for_their_owner_only(alone: Person, app: Flask) -> None:
    folder = Path(app.config["LMS_DATA"])
    assert (folder / "outbox").stat().st_mode & 0o077 == 0


def test_a_new_database_is_for_its_owner_only(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    make_app({"LMS_DATA": tmp_path / "new", "LMS_DATABASE_URL": ""})
    assert (tmp_path / "new" / "lms.sqlite").stat().st_mode & 0o077 == 0
