"""A library of its own for measuring: a temporary SQLite database, filled, served by gunicorn."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from bench.client import Client, hidden_fields
from lms.app import create_app
from lms.db import begin_write, db

WORKERS, THREADS = 2, 4
PATIENCE = 60.0


@dataclass(frozen=True)
class Site:
    """A running server: where it listens, where its files lie, and links that sign in."""

    port: int
    folder: Path
    links: dict[str, str] = field(default_factory=dict)

    def stranger(self) -> Client:
        """Give a browser in which nobody is signed in."""
        return Client(self.port)

    def signed_in(self, who: str) -> Client:
        """Give a browser in which somebody signed in by a link, as people do."""
        client = self.stranger()
        path = f"/sign-in/link/{self.links[who]}"
        client.ask("POST", path, hidden_fields(client.ask("GET", path).text), status=303)
        return client


def settings(folder: Path) -> dict[str, str]:
    """Name the settings that differ from the defaults: where the files lie, and a key."""
    return {"LMS_DATA": str(folder), "LMS_SECRET_KEY": "for measuring only", "LMS_JOBS": "worker"}


def make_app(folder: Path) -> Flask:
    """Make the application on the files of a site, without the probe."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    return create_app(environ=environ | settings(folder))


@contextmanager
def filled(app: Flask) -> Iterator[None]:
    """Open a transaction that writes, and commit it at the end."""
    with app.app_context():
        begin_write()
        yield
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder on the disk of the temporary files, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def served(place: Path, links: dict[str, str]) -> Iterator[Site]:
    """Serve the files of a folder by gunicorn as the program is served, until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--worker-class",
        "gthread",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
        "bench.wsgi:app",
    ]
    server = subprocess.Popen(command, env=environ | settings(place), stdout=subprocess.DEVNULL)
    try:
        _await(port, server)
        yield Site(port, place, links)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            Client(port).ask("GET", "/health")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not answer in time")
