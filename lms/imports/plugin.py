"""What the imports slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from lms.contracts import Eraser, JobKind, MenuItem, RoleName, Sentence
from lms.hookspecs import hook
from lms.imports import cli, jobs, views
from lms.imports.erasing import ERASERS
from lms.imports.sentences import SENTENCES

cli.bind(views.bp)


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages and the command of importing."""
    return [views.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of importing."""
    return SENTENCES


@hook
def register_jobs() -> list[JobKind]:
    """Give looking through and importing as long work."""
    return jobs.JOBS


@hook
def register_erasers() -> list[Eraser]:
    """Empty the drawer of sheets that speak of an erased person."""
    return ERASERS


@hook
def chores_due(now: datetime) -> None:
    """Remove from the drawer what has lain there for a day."""
    jobs.tidy(now=now)


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give the coordinator the imports."""
    if person.has(RoleName.COORDINATOR):
        return [MenuItem(_l("Import"), "imports.listing", weight=17)]
    return []
