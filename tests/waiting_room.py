"""Families that wait: made by the services, for tests of offers, moves and the desk."""

from datetime import UTC, date, datetime
from uuid import uuid4

from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.models import Application
from lms.enrolment.offers import Passing, pass_on
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.people.models import ContactRule, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast

# The cast's group meets first on 5 September at 17:00 in Kyiv.
NOW = datetime(2022, 8, 25, 9, 0, tzinfo=UTC)
ON = NOW.date()
LATE = datetime(2022, 9, 3, 9, 0, tzinfo=UTC)
NAMES = "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЮЯ"


def on_the_list(
    *cohorts: Cohort,
    name: str = "Устим",
    at: datetime = NOW,
    children: int = 1,
    is_all_or_none: bool = False,
    rule: ContactRule = ContactRule.USUAL,
    born: date = date(2012, 5, 1),
) -> list[Application]:
    """Let a family apply; each child asks for the groups given."""
    key = str(uuid4())
    receipt = apply_family(
        Who(
            new=NewPerson(
                "Юр’єва",
                "Ганна",
                phone="0501234567",
                email=f"{key[:8]}@example.org",
                contact_rule=rule,
            )
        ),
        Relation.MOTHER,
        [
            Child(
                NewPerson("Юр’єв", f"{name}{NAMES[number].lower()}", birth_date=born),
                tuple(cohort.id for cohort in cohorts),
            )
            for number in range(children)
        ],
        terms=Terms(key, frozenset({Purpose.TAKING_PART}), is_all_or_none=is_all_or_none),
        now=at,
        on=at.date(),
    )
    db.session.flush()
    return list(receipt.applications)


def full(cast: Cast, *, more: int = 0) -> Cohort:
    """Make the cast's group full, but for some places."""
    cast.cohort.capacity = 3 + more
    db.session.flush()
    return cast.cohort


def second_group(cast: Cast, *, capacity: int = 5, name: str = "Scratch, середа") -> Cohort:
    """Open one more group of the same module."""
    cohort = Cohort(
        module_id=cast.module.id,
        course_id=cast.course.id,
        place_id=cast.cohort.place_id,
        name=name,
        capacity=capacity,
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


def passed_on(*cohorts: Cohort, at: datetime = NOW) -> list[int]:
    """Pass places on and answer the applications that were offered one."""
    offers = pass_on([one.id for one in cohorts], Passing(now=at, hours=48))
    return [offer.application_id for offer in offers]
