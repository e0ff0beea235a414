"""The command line: one group, ``lms``; slices add their commands by ``blueprint.cli``."""

import json
import os
import secrets
import signal
import sys
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext

from lms import settings
from lms.app import create_app
from lms.contracts import LMSError
from lms.db import db
from lms.i18n import say
from lms.jobs import start_worker
from lms.plugins import suite
from lms.ui import migrations_folder

KEY_FILE = "secret.key"


def alembic_config() -> Config:
    """Configure Alembic for the migrations beside this program, wherever they lie."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(migrations_folder() / "versions"))
    return config


def upgrade_database() -> None:
    """Bring the database of the current application to the newest structure."""
    config = alembic_config()
    newest = set(ScriptDirectory.from_config(config).get_heads())
    with db.engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    if current != newest:
        command.upgrade(config, "heads")


def _make() -> Flask:
    _read_key_file()
    os.environ.setdefault("LMS_JOBS", "worker")
    return create_app()


def _read_key_file() -> None:
    """Take the key that ``lms init`` made where none is set in the environment."""
    path = Path(os.environ.get("LMS_DATA", "var")) / KEY_FILE
    if "LMS_SECRET_KEY" not in os.environ and path.is_file():
        os.environ["LMS_SECRET_KEY"] = path.read_text(encoding="ascii").strip()


@click.group(cls=FlaskGroup, create_app=_make, add_default_commands=False)
def lms() -> None:
    """Run the library's courses, registers, certificates and report."""


@lms.command("init")
@with_appcontext
def init() -> None:
    """Start an empty real library: database and a key of your own."""
    upgrade_database()
    click.echo("База даних готова. / The database is ready.")
    click.echo("Далі: lms people add-coordinator / Next: lms people add-coordinator")


@lms.command("settings")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@with_appcontext
def list_settings(form: str) -> None:
    """List every setting with its value, default and meaning."""
    extra = [item for group in suite().manager.hook.register_settings() for item in group]
    rows = [
        {
            "name": item.name,
            "value": "…" if item.is_secret else _plain(current_app.config[item.name]),
            "default": item.default,
            "help": item.help,
        }
        for item in (*settings.SETTINGS, *extra)
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']}={row['value']}\n    {row['help']}")


def _plain(value: object) -> str:
    return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)


@lms.command("plugins")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@with_appcontext
def list_plugins(form: str) -> None:
    """List the plug-ins that are on and those that are switched off."""
    answer = {"on": suite().names, "off": sorted(suite().off)}
    if form == "json":
        click.echo(json.dumps(answer))
        return
    click.echo("\n".join([*answer["on"], *(f"{name} (off)" for name in answer["off"])]))


@lms.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest structure."""
    upgrade_database()


@lms.command("worker")
@with_appcontext
def worker() -> None:
    """Do background work until stopped."""
    consumer = start_worker(current_app._get_current_object())  # type: ignore[attr-defined]
    # The consumer took the signals for itself; this process ends when it is told to.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: consumer.stop_flag.set())
    consumer.stop_flag.wait()
    consumer.stop(graceful=True)


def make_key() -> None:
    """Make the key of a real library once, readable by its owner only."""
    folder = Path(os.environ.get("LMS_DATA", "var"))
    path = folder / KEY_FILE
    if os.environ.get("LMS_SECRET_KEY") or path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))


def main() -> None:
    """Run the command line; a refusal is one sentence, not a traceback."""
    if sys.argv[1:2] == ["init"] and os.environ.get("LMS_DEMONSTRATION", "0") in {"", "0"}:
        make_key()
    try:
        lms(prog_name="lms")
    except LMSError as refusal:
        text = str(refusal)
        if refusal.reason is not None:
            with create_app().app_context():
                text = say(refusal.reason)
        click.echo(text, err=True)
        sys.exit(1)
