"""What the courses slice gives to the suite."""

from collections.abc import Mapping

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.clock import today
from lms.contracts import (
    Card,
    Eraser,
    KnownPart,
    MenuItem,
    Merger,
    Reason,
    RoleName,
    Sentence,
)
from lms.courses import cohorts, views
from lms.courses.access import is_assigned
from lms.courses.erasing import ERASERS
from lms.courses.known import known_of
from lms.courses.merging import MERGERS
from lms.courses.models import Cohort
from lms.courses.sentences import SENTENCES
from lms.courses.services import running_modules
from lms.hookspecs import hook
from lms.i18n import say_day
from lms.people.models import Person


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of programmes and of groups."""
    return [views.bp, cohorts.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell the groups that a person leads."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """End what a mentor leads."""
    return ERASERS


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of ages and sessions."""
    return SENTENCES


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of assignments when two records become one."""
    return MERGERS


@hook
def enrolment_blockers(person: Person, cohort: Cohort) -> list[Reason]:
    """Keep the adults of a group from its places: nobody marks and confirms themselves."""
    if is_assigned(person.id, cohort.id, on=today(cohort.zone)):
        return [Reason("leads_the_group")]
    return []


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the coordinator the programmes."""
    if RoleName.COORDINATOR in getattr(person, "roles", frozenset()):
        return [MenuItem(_l("Programmes"), "courses.programmes", weight=20)]
    return []


@hook
def home_cards(person: object) -> list[Card]:
    """Give the coordinator the modules that run today or begin within a month, after decisions."""
    if RoleName.COORDINATOR not in getattr(person, "roles", frozenset()):
        return []
    return [
        Card(
            title=programme,
            text=_(
                "%(module)s, until %(day)s: %(groups)s",
                module=name,
                day=say_day(ends_on),
                groups=ngettext("%(num)d group", "%(num)d groups", groups),
            ),
            endpoint="courses.module",
            values={"module_id": number},
            tone="quiet",
            weight=500,
        )
        for number, programme, name, ends_on, groups in running_modules(today())
    ]
