"""What the mentors slice gives to the suite."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.clock import today
from lms.contracts import (
    AwardKind,
    Card,
    Eraser,
    Indicator,
    JobKind,
    KnownPart,
    MenuItem,
    Merger,
    Panel,
    RoleName,
    Sentence,
)
from lms.courses.models import Cohort
from lms.hookspecs import hook
from lms.i18n import say_day
from lms.mentors import views
from lms.mentors.credentials import AWARD, KINDS, candidates_of, has_credential
from lms.mentors.hours import checks_of
from lms.mentors.indicators import INDICATORS
from lms.mentors.jobs import JOBS
from lms.mentors.known import known_of
from lms.mentors.merging import MERGERS
from lms.mentors.rules import expiring_checks
from lms.mentors.sentences import SENTENCES
from lms.mentors.services import expiring_soon
from lms.people.models import Person
from lms.people.sentences import CHECK_LABELS


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of mentors and of their credentials."""
    return [views.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell what is kept of a mentor."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Erase the words about a mentor; the category stays as a figure."""
    return [Eraser("mentor_profile", clear={"skills": ""})]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of hours and credentials."""
    return SENTENCES


@hook
def register_jobs() -> tuple[JobKind, ...]:
    """Give the issuing of credentials."""
    return JOBS


@hook
def register_award_kinds() -> list[AwardKind]:
    """Give the volunteer mentor's credential."""
    return [AwardKind(AWARD, _l("Volunteer mentor credential"), template=AWARD, kinds=KINDS)]


@hook
def register_indicators() -> tuple[Indicator, ...]:
    """Give the lines of mentors and of their credentials."""
    return INDICATORS


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of mentors’ profiles when two records become one."""
    return MERGERS


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give the coordinator the mentors, and a mentor their own page."""
    items = []
    if person.has(RoleName.COORDINATOR):
        items.append(MenuItem(_l("Mentors"), "mentors.listing", weight=50))
    if person.has(RoleName.MENTOR):
        items.append(MenuItem(_l("My mentoring"), "mentors.me", weight=55))
    return items


@hook
def home_cards(person: Any) -> list[Card]:
    """Tell the coordinator and the mentor which checks run out within thirty days."""
    cards = []
    if person.has(RoleName.COORDINATOR):
        soon = expiring_soon(on=today())
        if soon.first is not None:
            cards.append(
                Card(
                    title=_("Checks of mentors run out"),
                    text=_(
                        "%(mentors)s, the first on %(day)s.",
                        mentors=ngettext("%(num)d mentor", "%(num)d mentors", soon.mentors),
                        day=say_day(soon.first),
                    ),
                    figure=str(soon.checks),
                    endpoint="mentors.listing",
                    tone="warn",
                    weight=40,
                )
            )
    if person.has(RoleName.MENTOR):
        own = checks_of([person.person_id]).get(person.person_id, [])
        cards += [
            Card(
                title=_("A check of yours runs out"),
                text=_(
                    "%(check)s holds until %(day)s.",
                    check=CHECK_LABELS[check.kind],
                    day=say_day(check.expires_on),
                ),
                endpoint="mentors.me",
                tone="warn",
                weight=40,
            )
            for check in expiring_checks(own, on=today())
            if check.expires_on is not None
        ]
    return cards


@hook
def cohort_panels(cohort: Cohort, person: Any) -> list[Panel]:
    """Lead the coordinator from a group to the credentials of its module's mentors."""
    if not person.has(RoleName.COORDINATOR) or not has_credential(cohort.module.programme.kind):
        return []
    candidates = candidates_of(cohort.module_id)
    waiting = sum(1 for candidate in candidates if candidate.is_waiting)
    if not candidates:
        return []
    return [
        Panel(
            title=_("Credentials of mentors"),
            lines=(
                ngettext(
                    "%(num)d mentor has earned the credential of this module and waits for it.",
                    "%(num)d mentors have earned the credential of this module and wait for it.",
                    waiting,
                ),
            ),
            links=(
                (
                    _("Credentials of the module"),
                    url_for("mentors.credentials", module_id=cohort.module_id),
                ),
            ),
            weight=80,
        )
    ]
