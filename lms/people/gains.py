"""Who would see or may do more after a merge: each of them is named, and somebody must agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.contracts import RoleName
from lms.db import db
from lms.people.models import Account, Check, Guardianship, Person, Role
from lms.people.rules import CheckFact, assess_clearance


@dataclass(frozen=True)
class Gain:
    """One thing that somebody would see or do beyond what they could: ``kind`` names the sentence.

    Without agreement to a needed one there is no merge; what belongs to the others stays behind.
    ``name`` is of the person (or the role) that it is about.
    """

    kind: str
    about: str = ""
    name: str = ""
    is_needed: bool = False

    @property
    def key(self) -> str:
        """What the form sends."""
        return f"{self.kind}:{self.about}" if self.about else self.kind

    def follows(self, agreed: Iterable[str]) -> bool:
        """Tell whether this is part of something agreed to: whoever gets a child is its guardian."""
        is_guardian = self.kind == "role" and self.about == RoleName.GUARDIAN
        return is_guardian and any(key.startswith("child:") for key in agreed)


def gains(kept: Person, gone: Person, *, is_seen: bool, address: bool, on: date) -> Iterator[Gain]:
    """List what the merge of two records would open, and to whom.

    :param is_seen: whether the record that goes has anything that guardians and accounts see.
    :param address: whether the kept record takes the other's e-mail address.
    """
    yield from _of_guardians(kept, gone, is_seen=is_seen, on=on)
    yield from _of_children(kept, gone, on=on)
    yield from _of_roles(kept.id, gone.id, on=on)
    own, other = _account(kept.id), _account(gone.id)
    if own is not None and is_seen:
        yield Gain("account", name=kept.full_name, is_needed=True)
    if own is not None and address:
        yield Gain("address", name=gone.email, is_needed=True)
    if own is None and other is not None and not _has_any_account(kept.id):
        yield Gain("way_in", name=gone.email or gone.full_name)
    mine, theirs = _checks(kept.id), _checks(gone.id)
    is_cleared = assess_clearance(mine, on=on).is_allowed
    if not is_cleared and assess_clearance([*mine, *theirs], on=on).is_allowed:
        yield Gain("clearance", name=kept.full_name, is_needed=True)


def _of_guardians(kept: Person, gone: Person, *, is_seen: bool, on: date) -> Iterator[Gain]:
    ours, theirs = _guardians(kept.id, on=on), _guardians(gone.id, on=on)
    if is_seen:
        for guardian_id, name in ours.items():
            if guardian_id not in theirs:
                yield Gain("sees", str(guardian_id), name, is_needed=True)
    for guardian_id, name in theirs.items():
        if guardian_id not in ours:
            yield Gain("guardian", str(guardian_id), name)


def _of_children(kept: Person, gone: Person, *, on: date) -> Iterator[Gain]:
    ours = _children(kept.id, on=on)
    for child_id, name in _children(gone.id, on=on).items():
        if child_id not in ours:
            is_alone = set(_guardians(child_id, on=on)) == {gone.id}
            yield Gain("child", str(child_id), name, is_needed=is_alone)


def _of_roles(kept_id: int, gone_id: int, *, on: date) -> Iterator[Gain]:
    ours = _roles(kept_id, on=on)
    for name in sorted(_roles(gone_id, on=on) - ours):
        yield Gain("role", str(name), str(name))


def _guardians(child_id: int, *, on: date) -> dict[int, str]:
    return _named(
        select(Person)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Guardianship.child_id == child_id, _open(Guardianship.until, on))
    )


def _children(guardian_id: int, *, on: date) -> dict[int, str]:
    return _named(
        select(Person)
        .join(Guardianship, Guardianship.child_id == Person.id)
        .where(Guardianship.guardian_id == guardian_id, _open(Guardianship.until, on))
    )


def _named(query: Select[Person]) -> dict[int, str]:
    found = db.session.scalars(query.order_by(Person.sort_key, Person.id))
    return {person.id: person.full_name for person in found}


def _roles(person_id: int, *, on: date) -> set[RoleName]:
    mine = select(Role.name).where(Role.person_id == person_id, _open(Role.until, on))
    return set(db.session.scalars(mine))


def _account(person_id: int) -> Account | None:
    return db.session.scalar(
        select(Account).where(Account.person_id == person_id, Account.closed_at.is_(None))
    )


def _has_any_account(person_id: int) -> bool:
    mine = select(Account.id).where(Account.person_id == person_id)
    return db.session.scalar(mine) is not None


def _checks(person_id: int) -> list[CheckFact]:
    rows = db.session.execute(
        select(Check.kind, Check.done_on, Check.expires_on).where(Check.person_id == person_id)
    )
    return [CheckFact(kind, done_on, expires_on) for kind, done_on, expires_on in rows]


def _open(until: InstrumentedAttribute[date | None], on: date) -> ColumnElement[bool]:
    return or_(until.is_(None), until >= on)
