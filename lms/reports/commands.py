"""The command ``lms report YEAR``."""

import click

from lms.reports.output import as_json, as_text
from lms.reports.rules import LATEST, OLDEST
from lms.reports.services import draw_up


@click.argument("year", type=click.IntRange(OLDEST + 1, LATEST))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def report(year: int, form: str) -> None:
    """Count the annual report of YEAR beside the year before."""
    drawn = draw_up(year)
    click.echo(as_json(drawn) if form == "json" else as_text(drawn))
