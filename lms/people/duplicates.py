"""Which records may be one person: found by stored keys, told to coordinators, answered by them.

Nobody who applies is told that a child is known here: a stranger could find out by asking.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import aliased

from lms.db import db
from lms.people.likeness import (
    Features,
    Likeness,
    assess_likeness,
    given_classes,
    phone_key,
    skeleton,
)
from lms.people.models import DifferentPeople, Guardianship, Person
from lms.people.services import NewPerson

# The library's own telephone under fifty records says nothing about any two of them.
MOST_IN_A_BLOCK = 60
KEPT = "lms_doubles"


@dataclass(frozen=True)
class Contacts:
    """Whom to reach about somebody new: the guardian's phones and addresses, or known guardians."""

    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    guardian_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Likely:
    """A record that may be the same person, and how sure that is."""

    person_id: int
    full_name: str
    birth_date: date | None
    likeness: Likeness


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person; the older one stands first."""

    first: Likely
    second: Likely

    @property
    def likeness(self) -> Likeness:
        """How sure it is, and why."""
        return self.first.likeness

    @property
    def ids(self) -> tuple[int, int]:
        """The two numbers, the smaller first."""
        return self.first.person_id, self.second.person_id


def find_likely(
    new: NewPerson, *, contacts: Contacts | None = None, on: date, most: int = 5
) -> list[Likely]:
    """List the records that may be somebody new, the likeliest first: four queries.

    For coordinators' eyes only, never an answer to whoever applies.

    :param contacts: of the guardian who brings a child; a person's own stand in ``new``.
    :param on: today; a birth date ahead of it is none.
    """
    contacts = contacts or Contacts()
    phones = {phone_key(one) for one in (new.phone, *contacts.phones)} - {""}
    emails = {one.strip().lower() for one in (new.email, *contacts.emails)} - {""}
    birth_date = new.birth_date if new.birth_date and new.birth_date <= on else None
    asked = Features(
        new.family_name,
        new.given_name,
        new.patronymic,
        birth_date,
        frozenset(phones),
        frozenset(emails),
        frozenset(contacts.guardian_ids),
    )
    return _alike(asked, most=most)


def find_like(person_ids: Iterable[int], *, most: int = 3) -> dict[int, list[Likely]]:
    """List for each of some people the records that may be the same, none that was ruled out."""
    ids = set(person_ids)
    if not ids:
        return {}
    found: dict[int, list[Likely]] = {}
    for pair in possible_doubles(about=ids):
        first, second = pair.first, pair.second
        for one, other in ((first, second), (second, first)):
            if one.person_id in ids:
                found.setdefault(one.person_id, []).append(other)
    return {person_id: others[:most] for person_id, others in found.items()}


def _alike(asked: Features, *, most: int) -> list[Likely]:
    rows = [
        (features, assess_likeness(asked, features)) for features in _features(_candidates(asked))
    ]
    alike = [_likely(features, likeness) for features, likeness in rows if likeness]
    return sorted(alike, key=lambda one: (-one.likeness.certainty, one.person_id))[:most]


def _candidates(asked: Features) -> ColumnElement[bool]:
    family, given = skeleton(asked.family_name), skeleton(asked.given_name)
    guardian = aliased(Person)
    ways: list[ColumnElement[bool]] = [
        Person.family_key == family,
        and_(Person.family_key == given, Person.given_key == family),
    ]
    if asked.birth_date is not None:
        ways.append(Person.birth_date == asked.birth_date)
    reached: list[ColumnElement[bool]] = []
    if asked.phones:
        ways.append(Person.phone_key.in_(asked.phones))
        reached.append(guardian.phone_key.in_(asked.phones))
    if asked.emails:
        ways.append(Person.email.in_(asked.emails))
        reached.append(guardian.email.in_(asked.emails))
    if asked.guardian_ids:
        reached.append(guardian.id.in_(asked.guardian_ids))
    if reached:
        ties = select(Guardianship.child_id).join(guardian, guardian.id == Guardianship.guardian_id)
        ways.append(Person.id.in_(ties.where(or_(*reached))))
    return or_(*ways)


def _features(where: ColumnElement[bool] | None = None) -> list[Features]:
    """Read what is compared: one query for people, one for their guardians and children.

    A record without both names is nobody to compare: a sensitive group knows only what to call
    its people, and that stays inside the group.
    """
    query = select(
        Person.id,
        Person.family_name,
        Person.given_name,
        Person.patronymic,
        Person.birth_date,
        Person.phone_key,
        Person.email,
    ).where(Person.erased_at.is_(None), Person.family_key != "", Person.given_key != "")
    rows = db.session.execute(query if where is None else query.where(where)).all()
    ties = select(Guardianship.child_id, Guardianship.guardian_id, Person.phone_key, Person.email)
    ties = ties.join(Person, Person.id == Guardianship.guardian_id)
    if where is not None:
        ids = [row[0] for row in rows]
        ties = ties.where(or_(Guardianship.child_id.in_(ids), Guardianship.guardian_id.in_(ids)))
    guardians: dict[int, list[Any]] = defaultdict(list)
    children: dict[int, set[int]] = defaultdict(set)
    for tie in db.session.execute(ties):
        guardians[tie[0]].append(tie)
        children[tie[1]].add(tie[0])
    return [_one(row, guardians.get(row[0], []), children.get(row[0], ())) for row in rows]


def _one(row: Any, guardians: Sequence[Any], children: Iterable[int]) -> Features:
    person_id, family, given, patronymic, birth_date, phone, email = row
    return Features(
        family,
        given,
        patronymic,
        birth_date,
        frozenset({phone, *(tie[2] for tie in guardians)} - {""}),
        frozenset({email, *(tie[3] for tie in guardians)} - {""}),
        frozenset(tie[1] for tie in guardians),
        frozenset(children),
        person_id,
    )


def _likely(features: Features, likeness: Likeness) -> Likely:
    names = (features.family_name, features.given_name, features.patronymic)
    full_name = " ".join(name for name in names if name)
    return Likely(features.person_id or 0, full_name, features.birth_date, likeness)


def possible_doubles(*, about: set[int] | None = None) -> list[Pair]:
    """List the pairs of records that may be one person, the surest first: three queries.

    Only records with something in common are compared: the name however spelt, the birth date, a
    telephone, an address. Pairs that somebody ruled out are left out. While nothing of what is
    compared changes, the answer is kept.

    :param about: compare only what touches these people.
    """
    people, ruled_out = _features(), _ruled_out()
    state = hash((tuple(people), frozenset(ruled_out), frozenset(about or ()), about is None))
    kept: dict[int, list[Pair]] = current_app.extensions.setdefault(KEPT, {})
    if state not in kept:
        # One state of all records at a time: whatever changes makes it another one.
        kept.clear()
        kept[state] = _compare(people, ruled_out, about)
    return kept[state]


def _compare(
    people: Sequence[Features], ruled_out: set[tuple[int, int]], about: set[int] | None
) -> list[Pair]:
    everybody = {one.person_id or 0: one for one in people}
    pairs = []
    for first, second in _worth_comparing(everybody.values(), about):
        if (first, second) in ruled_out:
            continue
        likeness = assess_likeness(everybody[first], everybody[second])
        if likeness:
            pairs.append(
                Pair(_likely(everybody[first], likeness), _likely(everybody[second], likeness))
            )
    return sorted(pairs, key=lambda pair: (-pair.likeness.certainty, pair.first.full_name))


def _ruled_out() -> set[tuple[int, int]]:
    rows = db.session.execute(select(DifferentPeople.first_id, DifferentPeople.second_id))
    return {(first, second) for first, second in rows}


def _worth_comparing(people: Iterable[Features], about: set[int] | None) -> set[tuple[int, int]]:
    blocks: dict[Any, list[int]] = defaultdict(list)
    for one in people:
        for key in _keys(one):
            blocks[key].append(one.person_id or 0)
    found: set[tuple[int, int]] = set()
    for key, ids in blocks.items():
        if len(ids) < 2 or (key[0] == "reach" and len(ids) > MOST_IN_A_BLOCK):
            continue
        if about is not None and about.isdisjoint(ids):
            continue
        found.update(
            (min(pair), max(pair))
            for pair in combinations(ids, 2)
            if about is None or not about.isdisjoint(pair)
        )
    return found


def _keys(one: Features) -> Iterable[tuple[str, Any, Any]]:
    family, given = skeleton(one.family_name), skeleton(one.given_name)
    for common in given_classes(given):
        yield "name", family, common
    yield "names", min(family, given), max(family, given)
    if one.birth_date is not None:
        yield "born", one.birth_date, None
    for contact in (*one.phones, *one.emails, *one.guardian_ids):
        yield "reach", contact, None


def ruled_out_pairs(*, most: int) -> list[tuple[Person, Person]]:
    """List the pairs that were called two people, the newest first."""
    second = aliased(Person)
    rows = db.session.execute(
        select(Person, second)
        .join(DifferentPeople, DifferentPeople.first_id == Person.id)
        .join(second, second.id == DifferentPeople.second_id)
        .where(Person.erased_at.is_(None), second.erased_at.is_(None))
        .order_by(DifferentPeople.id.desc())
        .limit(most)
    )
    return [(one, other) for one, other in rows]


def say_different(one_id: int, other_id: int, *, by_id: int, now: datetime) -> None:
    """Remember that two records are two people; saying it twice is saying it once."""
    first, second = sorted((one_id, other_id))
    if (first, second) in _ruled_out() or first == second:
        return
    db.session.add(DifferentPeople(first_id=first, second_id=second, said_at=now, said_by_id=by_id))
    db.session.flush()


def unsay_different(one_id: int, other_id: int) -> None:
    """Forget that two records were called two people."""
    first, second = sorted((one_id, other_id))
    pair = (DifferentPeople.first_id == first, DifferentPeople.second_id == second)
    db.session.execute(delete(DifferentPeople).where(*pair))


def fill_keys(*, most: int = 500) -> int:
    """Give keys to records that came before there were any; answer how many got theirs."""
    old = db.session.scalars(
        select(Person)
        .where(Person.erased_at.is_(None), Person.given_key == "", Person.given_name != "")
        .order_by(Person.id)
        .limit(most)
    ).all()
    for person in old:
        person.family_key = skeleton(person.family_name)[:100]
        person.given_key = skeleton(person.given_name)[:100]
        person.phone_key = phone_key(person.phone)[:30]
    db.session.flush()
    return len(old)
