"""A week of enrolling beside a group of today that is full: who waits, and what asks for a word."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.courses.models import Cohort
from lms.db import db
from lms.demonstration.plan import Plan
from lms.demonstration.pool import Pool, reachable_at
from lms.enrolment.models import Enrolment
from lms.enrolment.offers import Passing, pass_on
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.families.requests import Identity, ask_correction
from lms.people.models import Gender, Guardianship, Person, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson

FAMILIES = 4
OLDEST, YOUNGEST = 12, 9
YEAR = timedelta(days=365)
OFFER_HOURS = 48
MORNING = time(7, 0)


def lay_week(plan: Plan, cohort: Cohort, *, on: date) -> None:
    """Let families apply for a group until it is full, offer a place, and ask for a correction.

    The first takes the last place, the next ones wait; then one more place becomes free and is
    offered. One child of the queue is known already, with names swapped: a possible double.
    """
    pool = Pool(f"{plan.seed}:{cohort.link}:week", rare=frozenset(plan["rare_names"]))
    first = datetime.combine(on - timedelta(days=1), MORNING, UTC)
    known = _learners(cohort)
    for place in range(FAMILIES):
        family, patronymic = pool.family_name(), pool.patronymic()
        mother = pool.adult(women=100, family=family, **reachable_at(9500 + place))
        born = pool.birthday(oldest=on - OLDEST * YEAR, youngest=on - YOUNGEST * YEAR)
        child = pool.child(family, patronymic, born=born)
        if place == FAMILIES - 1:
            child = _swapped(known[0])
        apply_family(
            Who(new=mother),
            Relation.MOTHER,
            [Child(child, (cohort.id,))],
            terms=Terms(_form_key(cohort, place), frozenset(Purpose)),
            now=first + timedelta(minutes=25 * place),
            on=first.date(),
        )
    cohort.capacity += 1
    db.session.flush()
    pass_on([cohort.id], Passing(now=first + timedelta(hours=3), hours=OFFER_HOURS))
    _ask(known[1], now=first + timedelta(hours=1))


def _learners(cohort: Cohort) -> list[Person]:
    return list(
        db.session.scalars(
            select(Person)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.cohort_id == cohort.id)
            .order_by(Enrolment.id)
        )
    )


def _swapped(child: Person) -> NewPerson:
    return NewPerson(
        child.given_name, child.family_name, gender=child.gender, birth_date=child.birth_date
    )


def _ask(child: Person, *, now: datetime) -> None:
    guardian_id = db.session.scalars(
        select(Guardianship.guardian_id).where(Guardianship.child_id == child.id).limit(1)
    ).one()
    patronymic = "Олексіївна" if child.gender is Gender.FEMALE else "Олексійович"
    wanted = Identity(child.family_name, child.given_name, patronymic, child.birth_date)
    ask_correction(child, wanted, asked_by_id=guardian_id, now=now)


def _form_key(cohort: Cohort, place: int) -> str:
    return str(UUID(int=cohort.id * 1000 + place, version=4))
