"""What the completion slice gives to the suite."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.clock import today
from lms.completion import views
from lms.completion.access import may_confirm
from lms.completion.known import known_of
from lms.completion.sentences import SENTENCES
from lms.completion.services import assess_enrolments, count_completions, ready_cohorts
from lms.contracts import (
    Card,
    Eraser,
    KnownPart,
    Panel,
    RoleName,
    Sentence,
)
from lms.courses.access import may_lead
from lms.courses.kind import UnknownKind, kind_of
from lms.hookspecs import hook
from lms.i18n import say_day
from lms.people.models import Person
from lms.plugins import suite

LEFT_IN_PEACE = timedelta(days=120)
"""After so long nobody asks any more why a group was never confirmed."""
CARDS = 4


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the page of a group's completion."""
    return [views.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell what a person made and completed."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Erase what a learner made; that it was shown stays."""
    return [
        Eraser(
            "project", owner="enrolment_id", through="enrolment", clear={"title": "", "link": ""}
        )
    ]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of the rules of completion."""
    return SENTENCES


@hook
def home_cards(person: Any) -> list[Card]:
    """Give the coordinator the groups that are over and wait for a confirmation."""
    if not person.is_authenticated or not may_confirm(person):
        return []
    kinds = [key for key, kind in suite().kinds.items() if kind.awards]
    ready = ready_cohorts(kinds, on=today(), since=today() - LEFT_IN_PEACE)
    return [
        Card(
            title=name,
            text=ngettext(
                "The sessions are over: confirm the completion of %(num)d learner.",
                "The sessions are over: confirm the completion of %(num)d learners.",
                learners,
            ),
            endpoint="completion.cohort",
            values={"cohort_id": cohort_id},
            tone="warn",
            weight=30,
        )
        for cohort_id, name, learners in ready[:CARDS]
    ]


@hook
def enrolment_panels(enrolment: Any) -> list[Panel]:
    """Give the family «Що ще потрібно для сертифіката», where something is issued at all."""
    kind = kind_of(enrolment.cohort.course.programme.kind)
    if not kind.awards and not isinstance(kind, UnknownKind):
        return []
    assessed = assess_enrolments([enrolment])[0]
    lines: tuple[str, ...] = ()
    if assessed.completion is not None:
        day = say_day(assessed.completion.completed_on)
        lines = (_("Completed and confirmed on %(day)s.", day=day),)
    return [
        Panel(
            title=_("What is still needed for the certificate") if not lines else _("Completion"),
            lines=lines,
            reasons=assessed.assessment.reasons,
            weight=40,
        )
    ]


@hook
def cohort_panels(cohort: Any, person: Any) -> list[Panel]:
    """Give staff the way to the page of a group's completion."""
    kind = kind_of(cohort.course.programme.kind)
    if not kind.awards or not person.is_authenticated:
        return []
    is_leading = person.has(RoleName.MENTOR, RoleName.LEADER) and may_lead(
        person.person_id, cohort.id, on=today()
    )
    if not may_confirm(person) and not is_leading:
        return []
    confirmed = count_completions(cohort.id)
    line = (
        ngettext("%(num)d person has completed.", "%(num)d people have completed.", confirmed)
        if confirmed
        else _("Nobody’s completion is confirmed yet.")
    )
    link = (_("Who has completed, and why not"), url_for("completion.cohort", cohort_id=cohort.id))
    return [Panel(title=_("Completion"), lines=(line,), links=(link,), weight=40)]
