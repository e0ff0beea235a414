"""What the people slice gives to the suite."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint

from lms.contracts import (
    Card,
    Eraser,
    JobKind,
    KnownPart,
    MenuItem,
    Merger,
    RoleName,
    Sentence,
    Setting,
)
from lms.db import db
from lms.hookspecs import hook
from lms.limits import forget_tries
from lms.people import cli, doubles, pages, views
from lms.people.duplicates import fill_keys
from lms.people.erasing import ERASERS
from lms.people.jobs import JOBS, forget_asked
from lms.people.known import known_of
from lms.people.mergers import MERGERS
from lms.people.merging import forget_steps
from lms.people.models import Person
from lms.people.sentences import SENTENCES
from lms.people.services import grant_role
from lms.people.signing import forget_spent
from lms.people.traces import wipe
from lms.settings import positive


@hook
def register_blueprints() -> list[Blueprint]:
    """Give signing in, the pages about people, and their commands."""
    return [views.bp, doubles.bp, pages.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell who somebody is here."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Empty the person, close the account, end roles, families and consents."""
    return ERASERS


@hook
def register_settings() -> list[Setting]:
    """Give the lives of sign-in links and the number of tries."""
    return [
        Setting(
            "LMS_SIGN_IN_LINK_HOURS", "24", "Hours that a mailed sign-in link lives.", positive
        ),
        Setting("LMS_COPIED_LINK_HOURS", "72", "Hours that a copied sign-in link lives.", positive),
        Setting(
            "LMS_SIGN_IN_TRIES", "10", "Tries to sign in for one name in 15 minutes.", positive
        ),
    ]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of clearance, links and limits."""
    return SENTENCES


@hook
def register_jobs() -> list[JobKind]:
    """Give the mailing of sign-in links."""
    return JOBS


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of roles, families, consents, checks and accounts when two records become one."""
    return MERGERS


@hook
def chores_due(now: datetime) -> None:
    """Forget links, tries and what undoing old merges needs; finish what an erasure left on the disk."""
    forget_asked(now=now)
    forget_spent(now=now)
    forget_tries(now=now)
    forget_steps(now=now)
    fill_keys()
    db.session.commit()
    wipe(now=now)


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the coordinator the list of people."""
    return pages.menu(person)


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator how many records may be one person."""
    return doubles.cards(person)


@hook
def enrolled(enrolment: Any) -> None:
    """Make whoever got a place a learner from its first day."""
    grant_role(enrolment.person, RoleName.LEARNER, since=enrolment.since)


__all__ = ["RoleName", "cli"]
