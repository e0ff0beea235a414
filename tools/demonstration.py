"""The demonstration for tools and tests: filled once, copied, and served by its own command."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.app import create_app
from lms.clock import now
from lms.db import begin_write, db
from lms.demonstration.cast import Part, account_of
from lms.demonstration.cli import prepare
from lms.people.signing import begin_sign_in
from lms.people.views import TOKEN

KEY = "a key for pictures and tests only"
PATIENCE = 60.0


def open_app(folder: Path, **settings: Any) -> Flask:
    """Make the demonstration's application on the data of a folder."""
    return create_app(
        {
            "TESTING": True,
            "LMS_DATA": folder,
            "LMS_DATABASE_URL": "",
            "LMS_DEMONSTRATION": True,
            "LMS_SECRET_KEY": KEY,
            "LMS_JOBS": "inline",
            "LMS_PUBLIC_URL": "http://127.0.0.1",
            **settings,
        }
    )


def close(app: Flask) -> None:
    """Let go of an application's database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def fill(folder: Path) -> Path:
    """Fill the demonstration in a folder; answer the folder, whose files may be copied."""
    folder.mkdir(parents=True, exist_ok=True)
    app = open_app(folder)
    with app.app_context():
        prepare()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    close(app)
    return folder


def copy(template: Path, folder: Path) -> Path:
    """Copy a filled demonstration, so that one may be changed without the other."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "lms.sqlite", folder / "lms.sqlite")
    return folder


def sign_in(app: Flask, who: Part | int | None) -> tuple[FlaskClient, str]:
    """Sign somebody in; answer a client and the value of its cookie.

    :param who: one of the cast, the number of a person's account, or nobody.
    """
    client = app.test_client()
    if who is None:
        return client, ""
    with app.app_context():
        begin_write()
        token = begin_sign_in(_account_id(who), days=1, now=now())
        db.session.commit()
        db.session.remove()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = str(serializer.dumps({TOKEN: token}))
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return client, cookie


def _account_id(who: Part | int) -> int:
    if isinstance(who, int):
        return who
    account = account_of(who)
    if account is None:
        raise LookupError(who)
    return account.id


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[str]:
    """Serve the demonstration of a folder as its own command does; give the address.

    What the server says is kept in ``server.log`` beside the database.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment |= {
        "LMS_DATA": str(folder),
        "LMS_DEMONSTRATION": "1",
        "LMS_SECRET_KEY": KEY,
        "LMS_PORT": str(port),
        "LMS_PUBLIC_URL": address,
        **settings,
    }
    command = [str(Path(sys.executable).with_name("lms")), "demonstration", "start"]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(address, process, environment)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(
    address: str, process: "subprocess.Popen[bytes]", environment: Mapping[str, str]
) -> None:
    opener = build_opener(ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    log = Path(environment["LMS_DATA"], "server.log").read_text(encoding="utf-8")
    raise RuntimeError(f"the demonstration did not come up:\n{log[-2000:]}")
