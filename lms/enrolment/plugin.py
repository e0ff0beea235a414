"""What the enrolment slice gives to the suite."""

from collections.abc import Mapping

from flask import Blueprint

from lms.clock import today
from lms.contracts import Card, MenuItem, Merger, Panel, Reason, Sentence, Setting
from lms.courses.models import Cohort
from lms.enrolment import applying, desk, views
from lms.enrolment.merging import MERGERS
from lms.enrolment.seats import is_in
from lms.enrolment.sentences import SENTENCES
from lms.hookspecs import hook
from lms.people.models import Person
from lms.settings import positive


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the catalogue, the forms and the coordinator's desk."""
    return [views.bp]


@hook
def register_settings() -> list[Setting]:
    """Give how many applications one network address may send."""
    return [
        Setting(
            "LMS_APPLICATIONS_PER_HOUR",
            "40",
            "Applications accepted from one network address in an hour (families share addresses).",
            positive,
        )
    ]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of applying and seats."""
    return SENTENCES


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of applications and places when two records become one."""
    return MERGERS


@hook
def assignment_blockers(person: Person, cohort: Cohort) -> list[Reason]:
    """Keep learners from leading their own group: nobody marks and confirms themselves."""
    if is_in(person.id, cohort.id, on=today(cohort.zone)):
        return [Reason("learns_in_the_group")]
    return []


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the catalogue to everybody, and further pages by role."""
    return desk.menu(person)


@hook
def home_cards(person: object) -> list[Card]:
    """Tell the coordinator what waits."""
    return desk.cards(person)


@hook
def cohort_panels(cohort: Cohort, person: object) -> list[Panel]:
    """Tell how full a group is."""
    return desk.panel(cohort, person)


__all__ = ["applying"]
