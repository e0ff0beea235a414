"""Groups that meet today only, so that a test can walk from the application to the certificate."""

from dataclasses import dataclass
from datetime import time, timedelta

from flask import Flask
from sqlalchemy import func, select

from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import AssignmentRole, Cohort, Course, Place, Programme
from lms.courses.services import add_module, assign, plan_session
from lms.db import begin_write, db
from lms.people.models import Gender
from lms.people.services import NewPerson, add_person, grant_role, open_account
from tests.cast import clear


@dataclass(frozen=True)
class Group:
    """What a test must know of a group: its number, whoever leads it, and what is printed of it."""

    cohort_id: int
    session_id: int
    account_id: int
    course: str
    hours: int


def lay_group(app: Flask, kind: str, *, lead: tuple[str, str]) -> Group:
    """Lay a group whose only session began at midnight and that takes applications until tonight."""
    role = AssignmentRole.MENTOR if kind == "code_club" else AssignmentRole.LEADER
    with app.app_context():
        begin_write()
        day = today()
        programme = db.session.scalars(
            select(Programme).where(Programme.kind == kind).order_by(Programme.id).limit(1)
        ).one()
        course = db.session.scalars(
            select(Course)
            .where(Course.programme_id == programme.id, Course.hours > 0)
            .order_by(func.length(Course.name).desc(), Course.id)
            .limit(1)
        ).one()
        module = add_module(
            programme,
            name="Наскрізний модуль",
            name_en="Module from end to end",
            starts_on=day - timedelta(days=1),
            ends_on=day,
        )
        place = db.session.scalars(select(Place).where(Place.is_online).limit(1)).one()
        cohort = Cohort(
            module_id=module.id,
            course_id=course.id,
            place_id=place.id,
            name=f"Наскрізна група, {kind}",
            link=f"https://meet.example.org/whole-way-{kind}",
            capacity=12,
        )
        db.session.add(cohort)
        db.session.flush()
        session = plan_session(cohort, day=day, starts_at=time(0, 0))
        person = add_person(
            NewPerson(*lead, "", gender=Gender.FEMALE, email=f"{kind}.lead@example.org"), now=now()
        )
        account = open_account(person)
        grant_role(person, RoleName(str(role)), since=day)
        clear(person)
        db.session.flush()
        assign(person, cohort, role=role, since=day)
        group = Group(cohort.id, session.id, account.id, course.name, course.hours)
        db.session.commit()
        db.session.remove()
        return group
