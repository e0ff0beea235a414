"""What a dry run is held against: people, rows that came before, places asked for. Few queries."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date

from flask import current_app
from sqlalchemy import or_, select

from lms.contracts import Reason
from lms.courses.kind import ApplicantFacts, kind_of
from lms.courses.models import Cohort, Course, Module, Programme
from lms.courses.services import ages_on
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.seats import age_day
from lms.imports.matching import Known
from lms.imports.models import ImportRow
from lms.imports.names import Name
from lms.imports.planning import Outcome, Registry, Seen, Target
from lms.people.models import Guardianship, Person
from lms.people.names import fold
from lms.people.rules import is_minor


def mark_key() -> bytes:
    """Answer the key of the marks by which rows are known again."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"import rows", hashlib.sha256).digest()


def load_registry(*, on: date) -> Registry:
    """Load all that a row may meet: four queries, however long the sheet."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Person.birth_date,
            Person.phone,
            Person.email,
        ).where(Person.erased_at.is_(None))
    )
    people = {
        person_id: Known(
            str(person_id),
            Name(family, given, patronymic),
            born,
            phone,
            email,
            is_minor=is_minor(born, on),
        )
        for person_id, family, given, patronymic, born, phone, email in rows
    }
    ties = db.session.execute(
        select(Guardianship.guardian_id, Guardianship.child_id)
        .where(or_(Guardianship.until.is_(None), Guardianship.until >= on))
        .order_by(Guardianship.id)
    )
    for guardian_id, child_id in ties:
        if guardian_id in people and child_id in people:
            people[child_id].guardians.append(people[guardian_id])
            people[child_id].is_minor = True
    return Registry(tuple(people.values()), _seen(), _asked())


def _seen() -> dict[str, Seen]:
    rows = db.session.execute(
        select(ImportRow.fingerprint, ImportRow.outcome, ImportRow.person_id, Person.erased_at)
        .outerjoin(Person, Person.id == ImportRow.person_id)
    )  # fmt: skip
    return {
        mark: Seen(outcome, (person_id is None or erased_at is not None) and outcome is not Outcome.ASKED)
        for mark, outcome, person_id, erased_at in rows
    }  # fmt: skip


def _asked() -> frozenset[tuple[int, int]]:
    """Find who asked for which group, and still waits or was given or refused a place."""
    applied = db.session.execute(
        select(Application.person_id, Application.cohort_id).where(
            Application.state != ApplicationState.WITHDRAWN
        )
    )
    placed = db.session.execute(select(Enrolment.person_id, Enrolment.cohort_id))
    return frozenset((person, cohort) for person, cohort in (*applied, *placed))


def modules_for(on: date) -> list[tuple[int, str, str]]:
    """List the modules that rows may ask for: not over, not archived, not of a sensitive kind."""
    rows = db.session.execute(
        select(Module.id, Programme.name, Module.name, Programme.kind)
        .join(Programme, Programme.id == Module.programme_id)
        .where(Module.ends_on >= on, Programme.archived_on.is_(None))
        .order_by(Module.starts_on.desc(), Module.id)
    )
    return [
        (key, programme, name)
        for key, programme, name, kind in rows
        if not kind_of(kind).is_sensitive
    ]


def cohorts_of(module_id: int) -> list[Cohort]:
    """List the groups of a module."""
    return list(
        db.session.scalars(
            select(Cohort)
            .join(Course, Course.id == Cohort.course_id)
            .where(Cohort.module_id == module_id)
            .order_by(Course.name, Cohort.name, Cohort.id)
        )
    )


def suggest(directions: Iterable[str], cohorts: Iterable[Cohort]) -> dict[str, list[int]]:
    """Find for a direction the one group that teaches it; where there are several, a person says."""
    known = list(cohorts)
    found: dict[str, list[int]] = {}
    for direction in directions:
        wanted = fold(direction)
        fitting = [
            one.id
            for one in known
            if wanted and wanted in {fold(one.course.direction), fold(one.course.name), fold(one.name)}
        ]  # fmt: skip
        if not fitting:
            fitting = [
                one.id
                for one in known
                if wanted and wanted in fold(f"{one.course.direction} {one.course.name} {one.name}")
            ]
        if len(fitting) == 1:
            found[wanted] = fitting
    return found


def load_target(module_id: int | None, directions: Mapping[str, Iterable[int]]) -> Target:
    """Load the groups of a module with their age rules, once for all rows."""
    if module_id is None:
        return Target()
    limits: dict[int, tuple[Cohort, date, tuple[int | None, int | None]]] = {}
    for cohort in cohorts_of(module_id):
        day = age_day(cohort)
        ages = ages_on(cohort.course.programme_id, day) or (None, None)
        limits[cohort.id] = (cohort, day, ages)

    def unfit(born: date | None, cohort_id: int) -> tuple[Reason, ...]:
        cohort, day, ages = limits[cohort_id]
        facts = ApplicantFacts(born, *ages)
        return kind_of(cohort.course.programme.kind).eligibility(facts, on=day).objections

    chosen = {
        direction: tuple(one for one in ids if one in limits)
        for direction, ids in directions.items()
    }
    return Target(chosen, unfit, is_chosen=True)
