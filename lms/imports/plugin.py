"""What the imports slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Eraser, JobKind, MenuItem, Panel, RoleName, Sentence
from lms.hookspecs import hook
from lms.imports import cli, grid_cli, grid_jobs, grid_views, jobs, views
from lms.imports.erasing import ERASERS
from lms.imports.grid_sentences import GRID_SENTENCES
from lms.imports.sentences import SENTENCES

cli.bind(views.bp)
grid_cli.bind(views.bp)


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages and the commands of importing."""
    return [views.bp, grid_views.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of importing."""
    return {**SENTENCES, **GRID_SENTENCES}


@hook
def register_jobs() -> list[JobKind]:
    """Give looking through and importing as long work."""
    return [*jobs.JOBS, *grid_jobs.JOBS]


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
        return [MenuItem(_l("Sheets"), "imports.listing", weight=17)]
    return []


@hook
def cohort_panels(cohort: Any, person: Any) -> list[Panel]:
    """Lead the coordinator from a group to bringing its journal."""
    if not person.has(RoleName.COORDINATOR):
        return []
    links = ((_("Bring the journal from a table"), url_for("grids.bring", cohort_id=cohort.id)),)
    return [Panel(_("A journal kept elsewhere"), links=links, weight=60)]
