"""Whose yes is in force on a day: asked wherever data about somebody is used."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select, update

from lms.db import db
from lms.people.models import Consent, Person
from lms.people.rules import ADULT_AGE, CONSENT_AGE, Purpose, latest_birth_of


def is_under_age(on: date) -> ColumnElement[bool]:
    """Say in a query that a person is not yet of age on a day; unknown counts as a child here.

    On the eighteenth birthday a guardian stops seeing, whether or not a timer has run.
    """
    born = Person.birth_date > latest_birth_of(ADULT_AGE, on)
    return or_(Person.birth_date.is_(None), born)


def consents_in_force(purposes: Iterable[Purpose], *, on: date) -> Select[int, Purpose]:
    """Select who has a consent for which purpose in force on a day, assents left aside.

    A guardian's consent ends on the eighteenth birthday: from then on only one's own counts.
    """
    return (
        select(Consent.person_id, Consent.purpose)
        .join(Person, Person.id == Consent.person_id)
        .where(
            Consent.purpose.in_(list(purposes)),
            Consent.withdrawn_at.is_(None),
            Consent.is_assent.is_(False),
            or_(Consent.expires_on.is_(None), Consent.expires_on >= on),
            or_(Consent.giver_id == Consent.person_id, is_under_age(on)),
        )
    )


def agreed(
    person_ids: Iterable[int], purposes: Iterable[Purpose], *, on: date
) -> dict[Purpose, set[int]]:
    """Tell for whom everybody agreed whose yes is needed: asked before a photograph is used.

    From 14 to 17 that is the guardian and the learner; where one of them says no, it is no
    (threat 22). Two queries, for any number of people and purposes.
    """
    ids, asked = list(person_ids), list(purposes)
    found: dict[Purpose, set[int]] = {purpose: set() for purpose in asked}
    rows = consents_in_force(asked, on=on).where(Consent.person_id.in_(ids))
    for person_id, purpose in db.session.execute(rows):
        found[Purpose(purpose)].add(person_id)
    missing = assents_missing(ids, asked, on=on)
    return {purpose: found[purpose] - missing[purpose] for purpose in asked}


def assents_missing(
    person_ids: Iterable[int], purposes: Iterable[Purpose], *, on: date
) -> dict[Purpose, set[int]]:
    """Tell who is from 14 to 17 and has not agreed to a purpose themselves: one query."""
    ids, asked = list(person_ids), list(purposes)
    is_given = (
        (Consent.person_id == Person.id)
        & Consent.is_assent.is_(True)
        & Consent.withdrawn_at.is_(None)
    )
    rows = db.session.execute(
        select(Person.id, Consent.purpose)
        .outerjoin(Consent, is_given)
        .where(
            Person.id.in_(ids),
            Person.birth_date > latest_birth_of(ADULT_AGE, on),
            Person.birth_date <= latest_birth_of(CONSENT_AGE, on),
        )
    ).all()
    young = {person_id for person_id, _purpose in rows}
    given = {(person_id, purpose) for person_id, purpose in rows}
    return {
        purpose: {person_id for person_id in young if (person_id, purpose) not in given}
        for purpose in asked
    }


def withdraw_assent(
    person_id: int, purpose: Purpose, *, now: datetime, by_id: int | None = None
) -> int:
    """Take back a learner's own yes; the guardian's stands beside it untouched."""
    ended = db.session.execute(
        update(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.is_assent.is_(True),
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by_id=by_id)
        .returning(Consent.id)
    ).all()
    return len(ended)
