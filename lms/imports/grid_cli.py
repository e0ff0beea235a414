"""``lms import-grid FILE --group ID``: try a group's journal from the command line, or import it."""

import json
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask import Blueprint

from lms.contracts import Reason
from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.i18n import say
from lms.imports.cli import read_file
from lms.imports.grid_account import account_of, for_programs
from lms.imports.grid_jobs import clerk_now
from lms.imports.grid_plan import Decisions, GridPlan
from lms.imports.grid_sentences import CELL_LABELS
from lms.imports.grid_services import signs_mark, try_grid, write_grid
from lms.imports.reading import read_sheet
from lms.imports.services import ImportRefused, add_import
from lms.imports.signs import SignMeaning, plain_sign


def bind(blueprint: Blueprint) -> None:
    """Hang the command on its blueprint."""
    blueprint.cli.command("import-grid")(import_grid)


@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--group", type=int, metavar="ID", required=True, help="The group of this journal.")
@click.option(
    "--sign",
    "signs",
    multiple=True,
    metavar="SIGN=MEANING",
    help="What a sign means: present, late, absent, excused, nothing.",
)
@click.option("--reason", default="", help="Why locked registers are changed.")
@click.option("--make-sessions", is_flag=True, help="Make the sessions that are missing.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
def import_grid(
    file: Path,
    group: int,
    signs: tuple[str, ...],
    reason: str,
    form: str,
    *,
    make_sessions: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Import the journal of a group (names down, dates across): all of it, or nothing."""
    sheet = read_sheet(read_file(file))
    clerk = clerk_now(None)
    decisions = Decisions(signs=_signs(signs), reason=reason[:180])
    plan = try_grid(sheet, _cohort(group), decisions, clerk)
    if make_sessions:
        decisions = _making(plan, decisions)
        plan = try_grid(sheet, _cohort(group), decisions, clerk)
    counts: dict[str, int] | None = None
    if not dry_run:
        if not yes and sys.stdin.isatty() and sys.stdout.isatty():
            click.confirm(_question(plan), abort=True, err=True)
        db.session.rollback()
        begin_write()
        cohort = _cohort(group)
        plan = try_grid(sheet, cohort, decisions, clerk)
        if plan.writes or plan.counted:
            made = add_import(
                secrets.token_urlsafe(32),
                "cli",
                signs_mark(group),
                by_id=None,
                now=clerk.now,
                grid_of=group,
            )
            counts = write_grid(made, cohort, plan, clerk, told=_told)
        db.session.commit()
    if form == "json":
        answer = for_programs(plan)
        if not dry_run:
            answer["imported"] = counts or {"marks": 0, "heads": 0}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _print(plan, None if dry_run else counts or {"marks": 0})


def _cohort(group: int) -> Cohort:
    cohort = db.session.get(Cohort, group)
    if cohort is None:
        raise ImportRefused("grid_no_group")
    return cohort


def _signs(texts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        sign, _sign, meaning = text.rpartition("=")
        if not sign or meaning not in set(SignMeaning):
            raise ImportRefused("grid_sign_unknown", text=text[:40])
        found[plain_sign(sign)] = meaning
    return found


def _making(plan: GridPlan, decisions: Decisions) -> Decisions:
    days = {str(day.column.number): "make" for day in plan.days if "make" in day.options}
    return Decisions(decisions.signs, {}, days, {}, decisions.reason)


def _question(plan: GridPlan) -> str:
    counts = plan.counts
    return (
        f"Записати позначок: {counts['marks']}, людей: {counts['people']}? / "
        f"Write {counts['marks']} marks of {counts['people']} people?"
    )


def _told(done: int, total: int) -> None:
    click.echo(f"\r{done} / {total}", nl=not sys.stderr.isatty() or done == total, err=True)


def _print(plan: GridPlan, counts: dict[str, int] | None) -> None:
    account: dict[str, Any] = account_of(plan)
    for column in account["columns"]:
        why = say(Reason(column["code"])) if column["code"] else "✓"
        if column["state"] != "empty":
            click.echo(f"{column['day']}\t{column['state']}\t{why}")
    for row in account["rows"]:
        why = say(Reason(row["code"])) if row["code"] else row["name"]
        click.echo(f"{row['row']}\t{row['label']}\t{why}")
    for shown, number, _sign in account["signs"]:
        click.echo(f"? {shown}: {number}")
    click.echo()
    for state, label in CELL_LABELS.items():
        number = plan.counts["marks"] if state == "write" else plan.counts[str(state)]
        click.echo(f"{label}: {number}")
    if counts is not None:
        click.echo(f"+ {counts.get('marks', 0)} · {counts.get('people', 0)}")
