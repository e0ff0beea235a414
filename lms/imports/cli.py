"""``lms import FILE``: try a sheet from the command line, or import it."""

# ruff: noqa: E501  (tables of words are read better in one line)

import json
import secrets
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Blueprint, current_app
from sqlalchemy import inspect, select

from lms.clock import now, today
from lms.contracts import LMSError
from lms.courses.models import Module, Programme
from lms.db import begin_write, db
from lms.i18n import say
from lms.imports.account import for_programs
from lms.imports.columns import Meaning
from lms.imports.limits import MOST_BYTES
from lms.imports.planning import Registry, Status, Target, with_changes_said
from lms.imports.reading import read_sheet
from lms.imports.registry import (
    cohorts_of,
    load_registry,
    load_target,
    mark_key,
    modules_for,
    suggest,
)
from lms.imports.sentences import STATUS_LABELS
from lms.imports.services import (
    Dry,
    ImportRefused,
    account_for,
    add_import,
    headings_mark,
    import_rows,
    remembered,
    understand,
)
from lms.imports.writing import Done, Terms
from lms.people.names import fold


@dataclass(frozen=True)
class Asked:
    """What was asked on the command line beside the file."""

    meanings: dict[str, str | None]
    groups: dict[str, list[int]]
    module_id: int | None
    takes_changes: bool


def bind(blueprint: Blueprint) -> None:
    """Hang the command on its blueprint."""
    blueprint.cli.command("import")(import_file)


@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--programme", metavar="KEY", help="Ask for places in the newest module of this programme."
)
@click.option(
    "--module", type=int, metavar="ID", help="Ask for places in the groups of this module."
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="DIRECTION=ID",
    help="The group that a direction of the sheet means (again and again).",
)
@click.option(
    "--mapping",
    "mappings",
    multiple=True,
    metavar="HEADING=MEANING",
    help="What a column means; nothing after = leaves it out.",
)
@click.option("--changes", is_flag=True, help="Take over changed telephones and addresses as well.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
def import_file(
    file: Path,
    programme: str | None,
    module: int | None,
    groups: tuple[str, ...],
    mappings: tuple[str, ...],
    form: str,
    *,
    changes: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Import a sheet of applications (CSV or XLSX): every row is accounted for, all or none."""  # fmt: skip
    content = read_file(file)
    asked = Asked(_meanings(mappings), _groups(groups), _module(programme, module), changes)
    dry = _try(content, asked)
    answer = for_programs(dry)
    done: Done | None = None
    if not dry_run:
        if not yes and sys.stdin.isatty() and sys.stdout.isatty():
            click.confirm(_question(dry), abort=True, err=True)
        dry, done = _import(dry, asked)
        answer = for_programs(dry)
        answer["imported"] = {"people": done.people, "applications": done.applications, "changes": done.changed}  # fmt: skip
    if form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _print(dry, done)


def read_file(file: Path) -> bytes:
    """Read as much of a file as is believed, and a byte more to know that it is too large."""
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _meanings(mappings: Iterable[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text in mappings:
        heading, _sign, meaning = text.rpartition("=")
        if meaning and meaning not in set(Meaning):
            raise ImportRefused("import_meaning_unknown", text=meaning)
        found[heading.strip()] = meaning or None
    return found


def _groups(groups: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for text in groups:
        direction, _sign, number = text.rpartition("=")
        if not number.isdecimal():
            raise click.BadParameter(f"{text}: DIRECTION=ID")
        ids = found.setdefault(fold(direction), [])
        if int(number):
            ids.append(int(number))
    return found


def _has_tables() -> bool:
    return inspect(db.engine).has_table("import_row")


def _module(programme: str | None, module: int | None) -> int | None:
    if programme is None and module is None:
        return None
    open_ones = [key for key, _programme, _name in modules_for(today())]
    found = module
    if found is None:
        newest = (
            select(Module.id)
            .join(Programme, Programme.id == Module.programme_id)
            .where(Programme.key == programme, Module.id.in_(open_ones))
            .order_by(Module.starts_on.desc())
        )
        found = db.session.scalars(newest).first()
    if found not in open_ones:
        raise ImportRefused("import_no_such_module")
    return found


def _try(content: bytes, asked: Asked) -> Dry:
    has_tables = _has_tables()
    sheet = read_sheet(content)
    told = _Progress()
    first, _entries = understand(sheet, meanings=asked.meanings, answers={}, key=mark_key(), on=today(), told=told)  # fmt: skip
    unknown = set(asked.meanings) - {column.heading for column in first.columns}
    if unknown:
        raise ImportRefused("import_heading_unknown", text=min(unknown))
    known = remembered(headings_mark(first)) if has_tables and not asked.meanings else None
    if known:
        first, _entries = understand(sheet, meanings=known, answers={}, key=mark_key(), on=today(), told=told)  # fmt: skip
    if not _entries:
        raise ImportRefused("import_no_rows")
    registry = load_registry(on=today()) if has_tables else Registry()
    dry = account_for(first, _entries, registry, _target(asked, _entries))
    told.end()
    db.session.rollback()
    return dry


def _target(asked: Asked, entries: Iterable[Any]) -> Target:
    if asked.module_id is None:
        return Target()
    directions = {direction for entry in entries for direction in entry.directions}
    chosen = suggest(directions, cohorts_of(asked.module_id)) | asked.groups
    return load_target(asked.module_id, chosen)


def _import(dry: Dry, asked: Asked) -> tuple[Dry, Done]:
    if not _has_tables():
        raise LMSError("Спершу: lms init / First: lms init")
    entries = [one.entry for one in dry.rows]
    click.echo("… записую / writing", err=True)
    begin_write()
    # Held against the database again, now that nobody else can write.
    dry = account_for(dry.layout, entries, load_registry(on=today()), _target(asked, entries))
    moment = now()
    made = add_import(secrets.token_urlsafe(32), "cli", headings_mark(dry.layout), by_id=None, now=moment)  # fmt: skip
    terms = Terms(
        moment,
        today(),
        str(current_app.config["LMS_ZONE"]),
        asked.module_id,
        None if asked.takes_changes else frozenset(),
    )
    done = import_rows(made, dry, terms)
    db.session.commit()
    return dry, done


def _question(dry: Dry) -> str:
    counts = dry.counts
    return f"Внести нових: {counts['new']}? / Import {counts['new']} new?"


class _Progress:
    """Shows on the error stream how far the rows are looked through, a few times a second."""

    def __init__(self) -> None:
        self.shown = 0.0
        self.total = 0

    def __call__(self, done: int, total: int) -> None:
        self.total = total
        if time.monotonic() - self.shown > 0.3:
            self.shown = time.monotonic()
            click.echo(f"\r{done} / {total}", nl=not sys.stderr.isatty(), err=True)

    def end(self) -> None:
        if self.total:
            click.echo(f"\r{self.total} / {self.total}", err=True)


def _print(dry: Dry, done: Done | None) -> None:
    for heading, meaning in dry.layout.by_heading.items():
        click.echo(f"{heading}: {meaning or '–'}")
    click.echo()
    for one in map(with_changes_said, dry.rows):
        names = ", ".join(child.name.full for child in one.entry.children) or "–"
        click.echo(f"{one.entry.number}\t{STATUS_LABELS[one.status]}\t{names}")
        for reason in one.all_reasons:
            click.echo(f"\t· {say(reason)}")
    click.echo()
    for status in Status:
        click.echo(f"{STATUS_LABELS[status]}: {dry.counts[status]}")
    if done is not None:
        click.echo(f"+ {done.people} · {done.applications} · {done.changed}")
