"""Verbs about people: add, grant, guard, consent, check."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select, update

from lms.contracts import LMSError, Reason, RoleName, Verdict
from lms.db import db
from lms.people.consents import consents_in_force, is_under_age
from lms.people.models import (
    Account,
    Check,
    Consent,
    ConsentWay,
    ContactRule,
    Gender,
    Guardianship,
    Person,
    Relation,
    Role,
    SignedIn,
)
from lms.people.names import clean_name, fold, sort_key
from lms.people.phones import tidy_phone
from lms.people.rules import CheckFact, CheckKind, Purpose, assess_clearance, consent_need
from lms.plugins import hooks

CONSENT_VERSION = "2022-1"


class NotALegalGuardian(LMSError):
    """Whoever only accompanies a child cannot consent for it."""

    code = "not_a_legal_guardian"


@dataclass(frozen=True)
class NewPerson:
    """What is known of somebody who is new here; names are cleaned when the person is added."""

    family_name: str
    given_name: str
    patronymic: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    gender: Gender = Gender.UNKNOWN
    latin_name: str = ""
    workplace: str = ""
    position: str = ""
    contact_rule: ContactRule = ContactRule.USUAL


def make_person(new: NewPerson, *, now: datetime) -> Person:
    """Make the row of a person with cleaned name, sort key and folded name; nothing is recorded."""
    family_name, given_name = clean_name(new.family_name), clean_name(new.given_name)
    patronymic = clean_name(new.patronymic)
    full_name = " ".join(part for part in (family_name, given_name, patronymic) if part)
    return Person(
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        latin_name=" ".join(new.latin_name.split()),
        sort_key=sort_key(full_name),
        folded=fold(f"{family_name} {given_name}"),
        gender=Gender(new.gender),
        birth_date=new.birth_date,
        phone=tidy_phone(new.phone),
        email=new.email.strip().lower(),
        workplace=new.workplace.strip(),
        position=new.position.strip(),
        contact_rule=ContactRule(new.contact_rule),
        created_at=now,
    )


def add_person(new: NewPerson, *, now: datetime) -> Person:
    """Record a person."""
    person = make_person(new, now=now)
    db.session.add(person)
    db.session.flush()
    return person


def correct_person(person: Person, new: NewPerson) -> None:
    """Correct a person's name and ways to reach; what was issued before keeps its own snapshot."""
    made = make_person(new, now=person.created_at)
    before = person.contact_rule
    for column in (
        "family_name",
        "given_name",
        "patronymic",
        "latin_name",
        "sort_key",
        "folded",
        "gender",
        "phone",
        "email",
        "contact_rule",
    ):
        setattr(person, column, getattr(made, column))
    db.session.flush()
    if person.contact_rule is not before:
        hooks().contact_rule_changed(person=person)


def open_account(person: Person, *, login: str | None = None, password_hash: str = "") -> Account:
    """Open a way to sign in: by links, and by password where a hash is given."""
    found = db.session.scalar(select(Account).where(Account.person_id == person.id))
    if found is not None:
        return found
    account = Account(
        person_id=person.id, login=login.lower() if login else None, password_hash=password_hash
    )
    db.session.add(account)
    db.session.flush()
    return account


def grant_role(
    person: Person,
    name: RoleName,
    *,
    since: date,
    until: date | None = None,
    granted_by_id: int | None = None,
) -> Role:
    """Let a person do what a role does, from a day; a role already in force is kept."""
    found = db.session.scalar(
        select(Role).where(
            Role.person_id == person.id,
            Role.name == name,
            Role.since <= since,
            or_(Role.until.is_(None), Role.until >= since),
        )
    )
    if found is not None:
        return found
    role = Role(
        person_id=person.id, name=name, since=since, until=until, granted_by_id=granted_by_id
    )
    db.session.add(role)
    db.session.flush()
    return role


def end_role(person_id: int, name: RoleName, *, on: date) -> int:
    """End a role with the day before ``on``; the very next request is refused. Answer the number ended."""
    in_force = select(Role).where(
        Role.person_id == person_id,
        Role.name == name,
        Role.since <= on,
        or_(Role.until.is_(None), Role.until >= on),
    )
    ended = 0
    for role in db.session.scalars(in_force).all():
        ended += 1
        if role.since == on:
            db.session.delete(role)
        else:
            role.until = on - timedelta(days=1)
    db.session.flush()
    return ended


def end_sign_ins(account_id: int, *, now: datetime) -> None:
    """Sign a person out everywhere."""
    db.session.execute(
        update(SignedIn)
        .where(SignedIn.account_id == account_id, SignedIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def add_guardian(
    guardian: Person,
    child: Person,
    *,
    relation: Relation,
    since: date,
    sees_place: bool = True,
) -> Guardianship:
    """Tie an adult to a child from a day; the same tie in force is kept."""
    found = db.session.scalar(
        select(Guardianship).where(
            Guardianship.guardian_id == guardian.id,
            Guardianship.child_id == child.id,
            or_(Guardianship.until.is_(None), Guardianship.until >= since),
        )
    )
    if found is not None:
        return found
    tie = Guardianship(
        guardian_id=guardian.id,
        child_id=child.id,
        relation=relation,
        since=since,
        sees_place=sees_place,
    )
    db.session.add(tie)
    db.session.flush()
    return tie


def ties_in_force(on: date) -> Select[Guardianship]:
    """Select the ties of guardians and children that hold on a day."""
    return (
        select(Guardianship)
        .join(Person, Person.id == Guardianship.child_id)
        .where(
            Guardianship.since <= on,
            or_(Guardianship.until.is_(None), Guardianship.until >= on),
            Person.erased_at.is_(None),
            is_under_age(on),
        )
    )


def children_of(guardian_id: int, *, on: date) -> list[Person]:
    """List the children of a guardian on a day, in Ukrainian order; who came of age is none."""
    mine = ties_in_force(on).where(Guardianship.guardian_id == guardian_id)
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(mine.with_only_columns(Guardianship.child_id)))
            .order_by(Person.sort_key, Person.id)
        )
    )


def sees_place_of(guardian_id: int, child_id: int, *, on: date) -> bool:
    """Tell whether a guardian sees where a child meets: asked wherever a place, town or zone is shown."""
    mine = ties_in_force(on).where(
        Guardianship.guardian_id == guardian_id,
        Guardianship.child_id == child_id,
        Guardianship.sees_place.is_(True),
    )
    return db.session.scalar(mine.limit(1)) is not None


def not_seeing_place(guardian_ids: Iterable[int], *, on: date) -> set[int]:
    """Tell which of several adults have a child of which they do not see where it meets.

    Whoever is among them is told times on the library's own clock, since a zone tells a place.
    """
    hidden = ties_in_force(on).where(
        Guardianship.guardian_id.in_(list(guardian_ids)), Guardianship.sees_place.is_(False)
    )
    return set(db.session.scalars(hidden.with_only_columns(Guardianship.guardian_id)))


@dataclass(frozen=True)
class GivenConsent:
    """One yes: for what, how, and whether it is the learner's own assent."""

    purpose: Purpose
    way: ConsentWay = ConsentWay.ONLINE
    is_assent: bool = False
    expires_on: date | None = None
    text_version: str = CONSENT_VERSION
    noted_by_id: int | None = None


def give_consent(person: Person, given: GivenConsent, *, giver: Person, now: datetime) -> Consent:
    """Record that somebody agreed to something about a person.

    :raises NotALegalGuardian: when the giver is neither the person nor a legal guardian, or the
        person is of age: from eighteen on the learner alone consents, before it only assents.
    """
    if giver.id == person.id:
        if not given.is_assent and not consent_need(person.birth_date, now.date()).own:
            raise NotALegalGuardian(reason=Reason("not_a_legal_guardian"))
    else:
        if not consent_need(person.birth_date, now.date()).guardian and person.birth_date:
            raise NotALegalGuardian(reason=Reason("not_a_legal_guardian"))
        relation = db.session.scalar(
            select(Guardianship.relation).where(
                Guardianship.guardian_id == giver.id,
                Guardianship.child_id == person.id,
                Guardianship.since <= now.date() + timedelta(days=1),
                or_(Guardianship.until.is_(None), Guardianship.until >= now.date()),
                Guardianship.relation != Relation.ACCOMPANYING,
            )
        )
        if relation is None:
            raise NotALegalGuardian(reason=Reason("not_a_legal_guardian"))
    consent = Consent(
        person_id=person.id,
        purpose=given.purpose,
        text_version=given.text_version,
        giver_id=giver.id,
        way=given.way,
        is_assent=given.is_assent,
        given_at=now,
        expires_on=given.expires_on,
        noted_by_id=given.noted_by_id,
    )
    db.session.add(consent)
    db.session.flush()
    return consent


def has_consent(person_id: int, purpose: Purpose, *, on: date) -> bool:
    """Tell whether a consent for a purpose is in force; asked where the data is used."""
    mine = consents_in_force([purpose], on=on).where(Consent.person_id == person_id)
    return db.session.scalar(mine.limit(1)) is not None


def withdraw_consent(
    person_id: int, purpose: Purpose, *, now: datetime, by_id: int | None = None
) -> int:
    """Withdraw a consent with effect at once, whoever gave it; answer how many rows it ended.

    One legal guardian's no holds against another's yes: the stricter wins.
    """
    ended = db.session.execute(
        update(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.is_assent.is_(False),
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by_id=by_id)
        .returning(Consent.id)
    ).all()
    return len(ended)


def add_check(
    person: Person,
    kind: CheckKind,
    *,
    done_on: date,
    expires_on: date | None = None,
    noted_by_id: int | None = None,
) -> Check:
    """Record a dated fact about an adult."""
    check = Check(
        person_id=person.id,
        kind=kind,
        done_on=done_on,
        expires_on=expires_on,
        noted_by_id=noted_by_id,
    )
    db.session.add(check)
    db.session.flush()
    return check


def clearance(person_id: int, *, on: date) -> Verdict:
    """Tell whether an adult may be with children on a day, with the checks that speak against it."""
    facts = [
        CheckFact(CheckKind(kind), done_on, expires_on)
        for kind, done_on, expires_on in db.session.execute(
            select(Check.kind, Check.done_on, Check.expires_on).where(Check.person_id == person_id)
        )
    ]
    return assess_clearance(facts, on=on)
