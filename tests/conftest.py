"""An application on a real database for each test: SQLite copied from a template, or PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from flask_babel import refresh
from sqlalchemy import text

from lms.app import create_app
from lms.cli import upgrade_database
from lms.clock import now
from lms.db import begin_write, db
from lms.people.models import Person
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from lms.people.views import TOKEN
from tests.cast import Cast, make_cast
from tests.postgresql import on_server, postgresql

BOTH = ("sqlite", "postgresql")
BASE_SETTINGS: dict[str, Any] = {
    "TESTING": True,
    "LMS_SECRET_KEY": "a key for tests only",
    "LMS_DEMONSTRATION": False,
    "LMS_JOBS": "inline",
    "LMS_PUBLIC_URL": "https://library.example",
    "WTF_CSRF_ENABLED": False,
    "SERVER_NAME": None,
}


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all migrations run, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app({**BASE_SETTINGS, "LMS_DATA": folder})
    with app.app_context():
        upgrade_database()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    return folder / "lms.sqlite"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of the tests' own."""
    with postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A PostgreSQL database with all migrations run, cloned for each test."""
    folder = tmp_path_factory.mktemp("postgresql")
    on_server(postgresql_server, "CREATE DATABASE lms_template")
    settings = {"LMS_DATA": folder, "LMS_DATABASE_URL": f"{postgresql_server}/lms_template"}
    app = create_app({**BASE_SETTINGS, **settings})
    with app.app_context():
        upgrade_database()
        db.session.remove()
        db.engine.dispose()
    return postgresql_server, folder


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Settings of a fresh, migrated database; ``services/`` tests run on both kinds."""
    if getattr(request, "param", "sqlite") == "postgresql":
        server, _folder = request.getfixturevalue("postgresql_template")
        name = f"lms_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"
        on_server(server, f"CREATE DATABASE {name} TEMPLATE lms_template")
        yield {"LMS_DATA": tmp_path, "LMS_DATABASE_URL": f"{server}/{name}"}
        on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return
    shutil.copy(request.getfixturevalue("template_database"), tmp_path / "lms.sqlite")
    yield {"LMS_DATA": tmp_path}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what stands in ``services/`` on both databases.

    A module of which the database is not the point may say ``DATABASES = ("sqlite",)``, so that a
    change need not wait for it; ``./run test --every-database`` tries all on both.
    """
    is_service = "services" in Path(metafunc.definition.path).parts
    if is_service and "database" in metafunc.fixturenames:
        chosen = getattr(metafunc.module, "DATABASES", BOTH)
        is_all = metafunc.config.getoption("--every-database")
        metafunc.parametrize("database", BOTH if is_all else chosen, indirect=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the rooms that try one database in a hurry be tried on both."""
    parser.addoption("--every-database", action="store_true", help="services on both databases")


@pytest.fixture
def make_app(database: dict[str, Any]) -> Iterator[Callable[..., Flask]]:
    """Make applications on the test's database, with settings or plug-ins of the test's own."""
    made: list[Flask] = []

    def make(settings: dict[str, Any] | None = None, **plugins: Any) -> Flask:
        app = create_app({**BASE_SETTINGS, **database, **(settings or {})}, plugins_beside=plugins)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def bare_app(make_app: Callable[..., Flask]) -> Flask:
    """The application without an open context: what threads and HTTP clients need."""
    return make_app()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application with an open context for services and models."""
    with bare_app.app_context():
        begin_write()
        yield bare_app
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The standing cast: people, a club's cohort, a training, a yoga group; committed."""
    made = make_cast()
    db.session.commit()
    return made


def _forget() -> None:
    """Forget what an open context would carry from one request to the next."""
    if has_app_context():
        g.pop("_login_user", None)
        refresh()
        db.session.rollback()
        db.session.expire_all()


class Browser:
    """A client that opens an application context of its own for each request.

    pytest-flask and an open context would make Flask-Login remember the first user, and let a
    forgotten commit pass.
    """

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if token:
            with self.client.session_transaction() as cookie:
                cookie[TOKEN] = token

    def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        _forget()
        answer = getattr(self.client, method)(*args, **kwargs)
        _forget()
        return answer

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("get", *args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("post", *args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("open", *args, **kwargs)


@pytest.fixture
def stranger(bare_app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(bare_app)


@pytest.fixture
def as_(app: Flask) -> Callable[[Person], Browser]:
    """Sign a person of the cast in: ``as_(cast.coordinator).get("/…")``."""

    def sign_in(person: Person) -> Browser:
        begin_write()
        token = begin_sign_in(open_account(person).id, days=1, now=now())
        db.session.commit()
        return Browser(app, token)

    return sign_in
