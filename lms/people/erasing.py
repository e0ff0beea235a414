"""Erasing a person: every table by its eraser, in one transaction, with an entry in the ledger."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, select, update

from lms.contracts import Eraser, Erasing, LMSError, Reason, RoleName
from lms.db import db
from lms.erasers import refuse_asleep, run_erasers
from lms.outbox import mark_of
from lms.people.merging import forget_person
from lms.people.models import (
    Account,
    Consent,
    ContactRule,
    Erasure,
    ErasureGround,
    Gender,
    Guardianship,
    Person,
    Role,
)

STAFF = (RoleName.COORDINATOR, RoleName.DIRECTOR)


class StillStaff(LMSError):
    """Whoever runs the library's programmes is not erased before the role is taken away."""

    code = "still_staff"


class ErasedAlready(LMSError):
    """Nothing is known about this person any more."""

    code = "erased_already"


def erase(
    person: Person,
    *,
    ground: ErasureGround = ErasureGround.ASKED,
    by_id: int | None = None,
    now: datetime,
) -> Erasure:
    """Erase all that is known about a person, and enter it in the ledger.

    Rows that figures are counted from stay and belong to an anonymous row. Files, letters in the
    outbox and freed pages follow after the commit: call ``lms.people.traces.wipe``.

    :raises ErasedAlready: when it was done before.
    :raises StillStaff: while the person is coordinator or director.
    :raises TablesAsleep: while a module that holds data is switched off.
    """
    # Merging locks the same row first: one of the two comes before the other as a whole.
    db.session.flush()
    db.session.refresh(person, with_for_update=True)
    if person.erased_at is not None:
        raise ErasedAlready(reason=Reason("erased_already"))
    refuse_staff(person.id, on=now.date())
    refuse_asleep()
    erasing = _begin(person, now=now)
    run_erasers(erasing)
    entry = Erasure(
        person_id=person.id,
        person_since=person.created_at,
        ground=ground,
        erased_at=now,
        erased_by_id=by_id if by_id != person.id else None,
        files=sorted(set(erasing.files)),
        outbox=sorted({mark_of(name) for name in erasing.outbox if name}),
    )
    db.session.add(entry)
    db.session.flush()
    db.session.expire_all()
    return entry


def _begin(person: Person, *, now: datetime) -> Erasing:
    guardian_ids = db.session.scalars(
        select(Guardianship.guardian_id).where(Guardianship.child_id == person.id).distinct()
    )
    names = (person.family_name, person.given_name, person.patronymic, person.latin_name)
    login = db.session.scalar(select(Account.login).where(Account.person_id == person.id))
    erasing = Erasing(
        person_id=person.id,
        now=now,
        names=tuple(name for name in names if name),
        guardian_ids=tuple(guardian_ids),
    )
    erasing.outbox += [person.email, login or ""]
    return erasing


def nobody(*, now: datetime) -> Person:
    """Record an anonymous row, to which a figure's row may belong."""
    person = Person(
        family_name="",
        given_name="",
        sort_key="",
        folded="",
        contact_rule=ContactRule.DO_NOT_WRITE,
        created_at=now,
        erased_at=now,
    )
    db.session.add(person)
    db.session.flush()
    return person


def refuse_staff(person_id: int, *, on: date) -> None:
    """Refuse whoever runs the library's programmes.

    :raises StillStaff: while the person is coordinator or director.
    """
    held = db.session.scalar(
        select(Role.id)
        .where(Role.person_id == person_id, Role.name.in_(STAFF), Role.since <= on)
        .where(or_(Role.until.is_(None), Role.until >= on))
        .limit(1)
    )
    if held is not None:
        raise StillStaff(reason=Reason("still_staff"))


def left_alone(person_id: int, *, on: date) -> list[Person]:
    """List the guardians of a child who are noted for nothing else, so that they may go with it."""
    guardians = db.session.scalars(
        select(Person)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Guardianship.child_id == person_id, Person.erased_at.is_(None))
        .order_by(Person.id)
        .distinct()
    )
    return [one for one in guardians.all() if _is_alone(one.id, beside=person_id, on=on)]


def _is_alone(guardian_id: int, *, beside: int, on: date) -> bool:
    """Tell whether a guardian has no other child here and does nothing else in the library."""
    other_child = (
        select(Guardianship.id)
        .join(Person, Person.id == Guardianship.child_id)
        .where(
            Guardianship.guardian_id == guardian_id,
            Guardianship.child_id != beside,
            Person.erased_at.is_(None),
        )
    )
    other_role = select(Role.id).where(
        Role.person_id == guardian_id,
        Role.name != RoleName.GUARDIAN,
        or_(Role.until.is_(None), Role.until >= on),
    )
    return all(db.session.scalar(other.limit(1)) is None for other in (other_child, other_role))


def _mark_erased(erasing: Erasing) -> None:
    db.session.execute(
        update(Person).where(Person.id == erasing.person_id).values(erased_at=erasing.now)
    )


def _close_account(erasing: Erasing) -> None:
    db.session.execute(
        update(Account)
        .where(Account.person_id == erasing.person_id, Account.closed_at.is_(None))
        .values(closed_at=erasing.now)
    )


def _end_roles(erasing: Erasing) -> None:
    """End what is in force: with yesterday, or with its first day where that is today."""
    today = erasing.now.date()
    mine = (
        Role.person_id == erasing.person_id,
        or_(Role.until.is_(None), Role.until >= today),
    )
    yesterday = today - timedelta(days=1)
    db.session.execute(update(Role).where(*mine, Role.since < today).values(until=yesterday))
    db.session.execute(delete(Role).where(*mine, Role.since >= today))


def _end_families(erasing: Erasing) -> None:
    today = erasing.now.date()
    mine = (
        or_(
            Guardianship.guardian_id == erasing.person_id,
            Guardianship.child_id == erasing.person_id,
        ),
        or_(Guardianship.until.is_(None), Guardianship.until >= today),
    )
    yesterday = today - timedelta(days=1)
    db.session.execute(
        update(Guardianship).where(*mine, Guardianship.since < today).values(until=yesterday)
    )
    db.session.execute(delete(Guardianship).where(*mine, Guardianship.since >= today))


def _withdraw_consents(erasing: Erasing) -> None:
    db.session.execute(
        update(Consent)
        .where(Consent.person_id == erasing.person_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=erasing.now)
    )


def _forget_merges(erasing: Erasing) -> None:
    forget_person(erasing.person_id, now=erasing.now)


NOTHING_KNOWN = {
    "family_name": "",
    "given_name": "",
    "patronymic": "",
    "latin_name": "",
    "sort_key": "",
    "folded": "",
    "birth_date": None,
    "phone": "",
    "email": "",
    "workplace": "",
    "position": "",
    "gender": Gender.UNKNOWN,
    "contact_rule": ContactRule.DO_NOT_WRITE,
    "locale": None,
    "family_key": "",
    "given_key": "",
    "phone_key": "",
}

ERASERS = [
    Eraser("person", owner="id", clear=NOTHING_KNOWN, run=_mark_erased),
    Eraser(
        "account",
        clear={"login": None, "password_hash": "", "second_factor": ""},
        run=_close_account,
    ),
    Eraser("sign_in_link", owner="account_id", through="account", is_deleted=True),
    Eraser("signed_in", owner="account_id", through="account", is_deleted=True),
    Eraser("role", run=_end_roles),
    Eraser("guardianship", run=_end_families),
    Eraser("consent", run=_withdraw_consents),
    Eraser("merge", run=_forget_merges),
]
