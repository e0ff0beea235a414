"""The consents of a group: who may be photographed, whose works shown, who still has to agree."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.consents import agreed, assents_missing
from lms.people.models import Person
from lms.people.rules import Purpose

SHOWN = (Purpose.PHOTOGRAPHS, Purpose.PUBLISHING, Purpose.RECORDING)


@dataclass(frozen=True)
class Member:
    """One learner of a group: what everybody agreed to, and whether their own yes is missing."""

    person_id: int
    name: str
    agreed: frozenset[Purpose]
    needs_assent: bool


def members(cohort_id: int, *, on: date) -> list[Member]:
    """List who is in a group today, in Ukrainian order, with what they may be used for: five queries."""
    people = db.session.scalars(
        select(Person)
        .where(
            Person.erased_at.is_(None),
            Person.id.in_(
                select(Enrolment.person_id).where(
                    Enrolment.cohort_id == cohort_id,
                    or_(Enrolment.until.is_(None), Enrolment.until >= on),
                )
            ),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()
    ids = [person.id for person in people]
    given = agreed(ids, SHOWN, on=on)
    missing = assents_missing(ids, [Purpose.TAKING_PART], on=on)[Purpose.TAKING_PART]
    return [
        Member(
            person.id,
            f"{person.family_name} {person.given_name}".strip(),
            frozenset(purpose for purpose in SHOWN if person.id in given[purpose]),
            needs_assent=person.id in missing,
        )
        for person in people
    ]


def photographable(cohort_id: int, *, on: date) -> list[Member]:
    """List who of a group may be photographed: the one list that every export is made of."""
    return [one for one in members(cohort_id, on=on) if Purpose.PHOTOGRAPHS in one.agreed]
