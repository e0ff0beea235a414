"""Commands of the demonstration: fill, refresh, hash, start."""

import sys

import click
from flask import Blueprint, current_app
from flask.cli import with_appcontext

from lms.cli import upgrade_database
from lms.clock import today
from lms.contracts import LMSError
from lms.db import begin_write, db
from lms.demonstration.digest import year_hash
from lms.demonstration.generate import fill, is_filled
from lms.demonstration.present import refresh
from lms.demonstration.serving import refuse_taken_port, serve
from lms.demonstration.year import read_figures


class DemonstrationOff(LMSError):
    """Invented people come only where the demonstration is switched on."""

    code = "demonstration_off"


def refuse_off() -> None:
    """Refuse to lay invented people into a real library's database.

    :raises DemonstrationOff: when the setting is off.
    """
    if not current_app.config["LMS_DEMONSTRATION"]:
        raise DemonstrationOff(
            "Показ вимкнено: запустіть з LMS_DEMONSTRATION=1.\n"
            "The demonstration is off: run with LMS_DEMONSTRATION=1."
        )


def register(bp: Blueprint) -> None:
    """Hang the commands on the blueprint of the demonstration."""
    for command in (fill_command, refresh_command, hash_command, start_command):
        bp.cli.add_command(command)


@click.command("fill")
@with_appcontext
def fill_command() -> None:
    """Lay the year 2022, once, on an empty database."""
    refuse_off()
    is_new = prepare()
    click.echo("Рік 2022 готовий." if is_new else "Рік 2022 уже тут.")


@click.command("refresh")
@with_appcontext
def refresh_command() -> None:
    """Lay or move the groups of today; the year 2022 stays untouched."""
    refuse_off()
    if not is_filled():
        prepare()
        return
    begin_write()
    refresh(on=today())
    db.session.commit()


@click.command("hash")
@with_appcontext
def hash_command() -> None:
    """Print one SHA-256 over all rows of the year."""
    click.echo(year_hash(read_figures().period))


@click.command("start")
@with_appcontext
def start_command() -> None:
    """Prepare what is missing, serve, and print the address."""
    refuse_off()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    refuse_taken_port(app.config["LMS_HOST"], app.config["LMS_PORT"])
    prepare()
    # A connection must not be shared with the processes that are forked from this one.
    db.session.remove()
    db.engine.dispose()
    sys.exit(serve(app, ready=_say_ready))


def prepare() -> bool:
    """Bring the database up to date, fill it once, and refresh today; answer whether it was new."""
    upgrade_database()
    begin_write()
    is_new = not is_filled()
    if is_new:
        click.echo("Наповнюємо показовий рік бібліотеки: це кілька секунд…", err=True)
        fill()
    refresh(on=today())
    db.session.commit()
    return is_new


def _say_ready(address: str) -> None:
    click.echo(f"Відкрийте у браузері: {address}  (зупинити: Ctrl+C)")
