"""Start-up refuses what is not fit to serve, with a sentence."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Blueprint

from lms import access
from lms.access import Undeclared
from lms.app import create_app
from lms.hookspecs import hook
from lms.plugins import PluginFault
from lms.settings import BadSetting
from tests.conftest import BASE_SETTINGS


class Fault:
    """A plug-in with one route."""

    def __init__(self, view: Any) -> None:
        self.bp = Blueprint("fault", __name__)
        self.bp.add_url_rule("/fault", view_func=view, endpoint="one")

    @hook
    def register_blueprints(self) -> list[Blueprint]:
        return [self.bp]


def test_a_route_without_access_rule_stops_the_start(tmp_path: Any) -> None:
    with pytest.raises(Undeclared, match=r"fault\.one"):
        create_app(
            {**BASE_SETTINGS, "LMS_DATA": tmp_path}, plugins_beside={"fault": Fault(lambda: "")}
        )


def test_a_declared_route_is_taken_in(tmp_path: Any) -> None:
    view = access.public(lambda: "here")
    app = create_app({**BASE_SETTINGS, "LMS_DATA": tmp_path}, plugins_beside={"fault": Fault(view)})
    assert app.test_client().get("/fault").text == "here"


class Misspelt:
    """A plug-in whose hook nobody knows."""

    @hook
    def enroled(self, enrolment: Any) -> None: ...


class WrongArgument:
    """A plug-in whose hook asks for what nobody gives."""

    @hook
    def enrolled(self, application: Any) -> None: ...


@pytest.mark.parametrize("plugin", [Misspelt(), WrongArgument()])
def test_a_misspelt_hook_or_argument_stops_the_start(tmp_path: Any, plugin: Any) -> None:
    with pytest.raises(PluginFault):
        create_app({**BASE_SETTINGS, "LMS_DATA": tmp_path}, plugins_beside={"fault": plugin})


class Twice:
    """A plug-in that gives a kind that is there already."""

    @hook
    def register_programme_kinds(self) -> list[Any]:
        return [SimpleNamespace(key="code_club")]


def test_two_kinds_of_one_key_stop_the_start(tmp_path: Any) -> None:
    with pytest.raises(PluginFault, match="code_club"):
        create_app({**BASE_SETTINGS, "LMS_DATA": tmp_path}, plugins_beside={"twice": Twice()})


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({}, "LMS_SECRET_KEY"),
        ({"LMS_SECRET_KEY": ""}, "LMS_SECRET_KEY"),
        ({"LMS_SECRET_KEY": "secret"}, "LMS_SECRET_KEY"),
        ({"LMS_DEMONSTRATION": "1", "LMS_PUBLIC_URL": "library.example"}, "LMS_PUBLIC_URL"),
        ({"LMS_DEMONSTRATION": "1", "LMS_HOST": "0.0.0.0"}, "LMS_HOST"),
        ({"LMS_DEMONSTRATION": "1", "LMS_JOBS": "somewhere"}, "LMS_JOBS"),
        ({"LMS_DEMONSTRATION": "1", "LMS_PORT": "many"}, "LMS_PORT"),
        ({"LMS_DEMONSTRATION": "perhaps"}, "LMS_DEMONSTRATION"),
    ],
)
def test_a_dangerous_or_unreadable_setting_stops_the_start(
    tmp_path: Any, environ: dict[str, str], word: str
) -> None:
    with pytest.raises(BadSetting, match=word):
        create_app({"LMS_DATA": tmp_path}, environ=environ)


def test_the_public_address_takes_paths_however_it_was_written(tmp_path: Any) -> None:
    environ = {"LMS_DEMONSTRATION": "1", "LMS_PUBLIC_URL": "https://library.example/"}
    app = create_app({"LMS_DATA": tmp_path, "LMS_JOBS": "worker"}, environ=environ)
    assert app.config["LMS_PUBLIC_URL"] == "https://library.example"


def test_two_applications_in_one_process_share_nothing(tmp_path: Any) -> None:
    one = create_app({**BASE_SETTINGS, "LMS_DATA": tmp_path / "one"})
    other = create_app(
        {**BASE_SETTINGS, "LMS_DATA": tmp_path / "two", "LMS_PLUGINS_OFF": frozenset({"hub"})}
    )
    assert "hub" in one.extensions["lms"].names
    assert "hub" not in other.extensions["lms"].names
    assert one.extensions["lms"].kinds is not other.extensions["lms"].kinds
