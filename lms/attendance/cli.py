"""Commands about registers."""

import json

import click
from flask import Blueprint, current_app

from lms.attendance.closing import close_due
from lms.clock import now
from lms.db import begin_write, db


def bind(blueprint: Blueprint) -> None:
    """Hang the commands on the blueprint: ``lms registers …``."""
    blueprint.cli.command("close")(close)


@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def close(form: str) -> None:
    """Finish and lock the registers whose time has come; safe to run at any time."""
    days = int(current_app.config["LMS_REGISTER_LOCK_DAYS"])
    begin_write()
    finished, locked = close_due(now=now(), lock_days=days)
    db.session.commit()
    if form == "json":
        click.echo(json.dumps({"finished": finished, "locked": locked}))
        return
    click.echo(
        f"Завершено: {finished}. Закрито: {locked}. / Finished: {finished}. Locked: {locked}."
    )
