"""The hooks by which slices and foreign plug-ins meet: each a signature and one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pluggy

from lms.contracts import (
    AwardKind,
    Card,
    Eraser,
    Indicator,
    JobKind,
    KnownPart,
    LetterKind,
    MenuItem,
    Merger,
    Panel,
    Reason,
    RoleName,
    Sentence,
    SessionChange,
    Setting,
)

if TYPE_CHECKING:
    from flask import Blueprint

spec = pluggy.HookspecMarker("lms")
hook = pluggy.HookimplMarker("lms")


@spec
def register_programme_kinds() -> Iterable[Any]:
    """Give the ways of running a programme (``courses.kind.ProgrammeKind``); asked once per app."""


@spec
def register_blueprints() -> Iterable[Blueprint]:
    """Give the pages and, on ``blueprint.cli``, the commands of a slice; asked once per app."""


@spec
def register_settings() -> Iterable[Setting]:
    """Give further settings; asked once per app, before anything else."""


@spec
def register_jobs() -> Iterable[JobKind]:
    """Give the kinds of long work; asked once per app."""


@spec
def register_sentences() -> Mapping[str, Sentence]:
    """Give for each reason code the function that makes its sentence; asked once per app."""


@spec
def register_award_kinds() -> Iterable[AwardKind]:
    """Give what can be issued at the end; asked once per app."""


@spec
def register_indicators() -> Iterable[Indicator]:
    """Give lines of the annual report with their counting rules; asked once per app."""


@spec
def register_erasers() -> Iterable[Eraser]:
    """Give for each table with personal columns how it is erased for a person; asked once per app."""


@spec
def known_about(person: Any) -> Iterable[KnownPart]:
    """Give what is known about a person, without a word about anybody else."""


@spec(firstresult=True)
def print_document(html: str) -> bytes | None:
    """Print a whole document as PDF, fetching nothing; the first answer counts."""


@spec
def register_letter_kinds() -> Iterable[LetterKind]:
    """Give the kinds of letters that a slice writes, each with an example; asked once per app."""


@spec
def register_mergers() -> Iterable[Merger]:
    """Give for each table that names a person what becomes of its rows when records are merged."""


@spec
def enrolment_blockers(person: Any, cohort: Any) -> Iterable[Reason]:
    """Veto a place in a group with reasons to show; none means no objection."""


@spec
def assignment_blockers(person: Any, cohort: Any) -> Iterable[Reason]:
    """Veto an adult's assignment to a group with reasons to show; none means no objection."""


@spec
def enrolled(enrolment: Any) -> None:
    """Hear that somebody got a place; same transaction, raising undoes it."""


@spec
def session_changed(session: Any, change: SessionChange) -> None:
    """Hear that a session was cancelled, moved or restored; same transaction, raising undoes it."""


@spec
def contact_rule_changed(person: Any) -> None:
    """Hear that somebody may be reached otherwise from now on; same transaction."""


@spec
def chores_due(now: datetime) -> None:
    """Do what time alone brings about, safely at any moment; called about once a minute."""


@spec(firstresult=True)
def home_endpoint(role: RoleName) -> str | None:
    """Name the endpoint of a role's home page; the first answer counts."""


@spec
def menu_items(person: Any) -> Iterable[MenuItem]:
    """Give lines of the menu for this principal."""


@spec
def home_cards(person: Any) -> Iterable[Card]:
    """Give cards for the home page of this principal."""


@spec
def enrolment_panels(enrolment: Any) -> Iterable[Panel]:
    """Give parts of the page about one enrolment."""


@spec
def cohort_panels(cohort: Any, person: Any) -> Iterable[Panel]:
    """Give parts of the page about one group, for this principal."""


@spec
def module_panels(module: Any, person: Any) -> Iterable[Panel]:
    """Give parts of the page about one module, for this principal."""
