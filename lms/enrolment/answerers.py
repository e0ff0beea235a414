"""Who may answer for somebody: a child's legal guardians in force, an adult alone."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from lms.db import db
from lms.people.models import Guardianship, Person, Relation
from lms.people.rules import is_minor


def answerers(person: Person, *, on: date) -> list[Person]:
    """List the adults who may take or give up somebody's place; who only accompanies may not."""
    if not is_minor(person.birth_date, on):
        return [person]
    return list(
        db.session.scalars(
            select(Person)
            .join(Guardianship, Guardianship.guardian_id == Person.id)
            .where(
                Guardianship.child_id == person.id,
                Guardianship.relation != Relation.ACCOMPANYING,
                Guardianship.since <= on,
                or_(Guardianship.until.is_(None), Guardianship.until >= on),
                Person.erased_at.is_(None),
            )
            .order_by(Guardianship.since, Person.id)
        )
    )


def may_answer(adult_id: int, person: Person, *, on: date) -> bool:
    """Tell whether this adult may answer for this person today."""
    return adult_id in {adult.id for adult in answerers(person, on=on)}


def answerers_of_all(people: Sequence[Person], *, on: date) -> list[Person]:
    """List the adults who may answer for each of several people: one answer holds for all."""
    first, *others = [answerers(person, on=on) for person in people]
    return [adult for adult in first if all(adult in each for each in others)]
