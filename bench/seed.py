"""The people and groups that are measured, made by the services that make them in life."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from faker import Faker

from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import AssignmentRole, Cohort, Course, Place, Programme, Session
from lms.courses.services import add_module, assign, plan_session
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.models import Person
from lms.people.rules import CheckKind
from lms.people.services import NewPerson, add_check, add_person, grant_role, open_account
from lms.people.signing import make_sign_in_link

SEED = 2022


@dataclass(frozen=True)
class Staff:
    """Those who work: who marks, and who issues."""

    mentor: Person
    coordinator: Person
    links: dict[str, str]


@dataclass(frozen=True)
class Teaching:
    """What is taught: a course of a programme in a module."""

    programme: Programme
    course: Course
    module_id: int
    place_id: int


def add_staff() -> Staff:
    """Add a cleared mentor and a coordinator, each with a link to sign in by."""
    moment, since = now(), today() - timedelta(days=400)
    mentor = add_person(NewPerson("Ґалаґан", "Остап"), now=moment)
    coordinator = add_person(NewPerson("Ковальська", "Оксана"), now=moment)
    grant_role(mentor, RoleName.MENTOR, since=since)
    grant_role(coordinator, RoleName.COORDINATOR, since=since)
    for kind in CheckKind:
        add_check(mentor, kind, done_on=since, expires_on=since + timedelta(days=4000))
    links = {
        name: make_sign_in_link(open_account(person), hours=1, now=moment)
        for name, person in (("mentor", mentor), ("coordinator", coordinator))
    }
    return Staff(mentor, coordinator, links)


def add_teaching() -> Teaching:
    """Add a code club with a course and a module around today."""
    on = today()
    programme = Programme(key="bench", kind="code_club", name="Code Club")
    place = Place(name="онлайн", is_online=True)
    db.session.add_all([programme, place])
    db.session.flush()
    course = Course(programme_id=programme.id, name="Scratch: перші ігри", hours=16)
    db.session.add(course)
    db.session.flush()
    module = add_module(
        programme, name="Осінь", starts_on=on - timedelta(days=90), ends_on=on + timedelta(days=90)
    )
    return Teaching(programme, course, module.id, place.id)


def add_cohort(teaching: Teaching, staff: Staff, *, size: int) -> Cohort:
    """Add a group of children with names of every length, led by the mentor."""
    fake = Faker("uk_UA")
    fake.seed_instance(SEED + size)
    moment, since = now(), today() - timedelta(days=90)
    cohort = Cohort(
        module_id=teaching.module_id,
        course_id=teaching.course.id,
        place_id=teaching.place_id,
        name=f"Scratch, {size}",
        capacity=size,
    )
    db.session.add(cohort)
    db.session.flush()
    for _number in range(size):
        child = add_person(
            NewPerson(fake.last_name(), fake.first_name(), birth_date=_birthday(fake)), now=moment
        )
        db.session.add(
            Enrolment(person_id=child.id, cohort_id=cohort.id, since=since, enrolled_at=moment)
        )
    assign(staff.mentor, cohort, role=AssignmentRole.MENTOR, since=since)
    db.session.flush()
    return cohort


def _birthday(fake: Faker) -> date:
    born: date = fake.date_of_birth(minimum_age=9, maximum_age=15)
    return born


def add_session(cohort: Cohort, *, moment: datetime) -> Session:
    """Plan a session of today."""
    return plan_session(cohort, day=moment.date(), starts_at=time(0, 5))
