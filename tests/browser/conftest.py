"""Debian's Chromium before the demonstration, served by its own command."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from lms.demonstration.cast import Part
from tests.browser.watching import Watched
from tools import demonstration
from tools.chromium import EXECUTABLE, PHONE, SWITCHES


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": EXECUTABLE, "args": list(SWITCHES)}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database, filled once; to be copied, never to be changed."""
    return demonstration.fill(tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="module")
def folder(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the server of one module."""
    return demonstration.copy(filled, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[Flask]:
    """An application of the test's own on the server's data: to read rows and to sign people in."""
    made = demonstration.open_app(folder)
    yield made
    demonstration.close(made)


@pytest.fixture(scope="module")
def address(folder: Path, app: Flask) -> Iterator[str]:
    """Where the demonstration is served."""
    with demonstration.served(folder) as found:
        yield found


Open = Callable[..., Watched]


@pytest.fixture
def open_window(browser: Browser, address: str, app: Flask) -> Iterator[Open]:
    """Open windows that nobody shares: ``open_window(Part.MENTOR, size=PHONE, locale="en")``."""
    contexts: list[BrowserContext] = []

    def open_one(
        who: Part | int | None = None, *, size: tuple[int, int] = PHONE, locale: str = ""
    ) -> Watched:
        context = browser.new_context(
            base_url=address,
            viewport={"width": size[0], "height": size[1]},
            locale="uk-UA",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        cookies = []
        if who is not None:
            _client, cookie = demonstration.sign_in(app, who)
            cookies.append(
                {"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": address}
            )
        if locale:
            cookies.append({"name": "lms_locale", "value": locale, "url": address})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        return Watched(context, address)

    yield open_one
    for context in contexts:
        context.close()
