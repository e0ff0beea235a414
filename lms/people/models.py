"""Person, account, role and guardianship are four things; consents and checks are dated rows."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates
from sqlalchemy.types import JSON

from lms.contracts import RoleName
from lms.db import Base, UtcDateTime, one_of
from lms.people.likeness import phone_key, skeleton
from lms.people.rules import CheckKind, Purpose

PERSONAL = {"personal": True}


class Gender(StrEnum):
    """The grammatical gender a document speaks in; never asked for any other purpose."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class ContactRule(StrEnum):
    """How a person may be reached: «звичайно · тільки дзвінок · не писати»."""

    USUAL = "usual"
    CALL_ONLY = "call_only"
    DO_NOT_WRITE = "do_not_write"


class Person(Base):
    """Somebody, with or without an account. A child has neither e-mail nor account of its own.

    ``family_key``, ``given_key`` and ``phone_key`` are what records of one person have in common
    however they are spelt (``lms.people.duplicates``). A record that was merged into another is as
    empty as an erased one and says by ``merged_into_id`` where it went.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_sort_key", "sort_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_name: Mapped[str] = mapped_column(String(100), info=PERSONAL)
    given_name: Mapped[str] = mapped_column(String(100), info=PERSONAL)
    patronymic: Mapped[str] = mapped_column(String(100), default="", info=PERSONAL)
    latin_name: Mapped[str] = mapped_column(String(250), default="", info=PERSONAL)
    sort_key: Mapped[str] = mapped_column(String(700), info=PERSONAL)
    folded: Mapped[str] = mapped_column(String(350), index=True, info=PERSONAL)
    gender: Mapped[Gender] = mapped_column(one_of(Gender), default=Gender.UNKNOWN)
    birth_date: Mapped[date | None] = mapped_column(info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), default="", index=True, info=PERSONAL)
    workplace: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    position: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    contact_rule: Mapped[ContactRule] = mapped_column(
        one_of(ContactRule), default=ContactRule.USUAL
    )
    locale: Mapped[str | None] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    family_key: Mapped[str] = mapped_column(
        String(100), default="", server_default="", index=True, info=PERSONAL
    )
    given_key: Mapped[str] = mapped_column(
        String(100), default="", server_default="", index=True, info=PERSONAL
    )
    phone_key: Mapped[str] = mapped_column(
        String(30), default="", server_default="", index=True, info=PERSONAL
    )
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    @validates("family_name", "given_name", "phone")
    def _keep_keys(self, column: str, value: str) -> str:
        if column == "phone":
            self.phone_key = phone_key(value)[:30]
        elif column == "family_name":
            self.family_key = skeleton(value)[:100]
        else:
            self.given_key = skeleton(value)[:100]
        return value

    @property
    def full_name(self) -> str:
        """The name as on a list and on a certificate: family name first."""
        return " ".join(
            part for part in (self.family_name, self.given_name, self.patronymic) if part
        )


class Account(Base):
    """A way for a person to sign in. ``password_hash`` is empty where links are the only way.

    ``second_factor`` is the place that the second factor of staff will take.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    login: Mapped[str | None] = mapped_column(String(254), unique=True, info=PERSONAL)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    second_factor: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class SignInLink(Base):
    """A link that signs in once. Only its hash is kept."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInCode(Base):
    """Six digits beside a link, for the browser that asked. Only hashes are kept.

    Without an account it stands for an address that nobody has, so that both look alike.
    """

    __tablename__ = "sign_in_code"
    __table_args__ = (UniqueConstraint("browser_hash", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    browser_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignedIn(Base):
    """One browser in which somebody is signed in; ending the row signs that browser out."""

    __tablename__ = "signed_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Role(Base):
    """What a person may do, from a day to a day."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("person_id", "name", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[RoleName] = mapped_column(one_of(RoleName))
    since: Mapped[date]
    until: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Relation(StrEnum):
    """Who an adult is to a child; whoever only accompanies gets the times and gives no consent."""

    MOTHER = "mother"
    FATHER = "father"
    LEGAL_REPRESENTATIVE = "legal_representative"
    ACCOMPANYING = "accompanying"


class Guardianship(Base):
    """Guardian and child, with dates.

    ``sees_place`` tells whether the adult sees where the child meets: a second guardian does not,
    until the first one or the coordinator opens it (domain/library.md, Families).
    """

    __tablename__ = "guardianship"
    __table_args__ = (
        UniqueConstraint("guardian_id", "child_id", "since"),
        CheckConstraint("guardian_id <> child_id", name="two_people"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guardian_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    child_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    relation: Mapped[Relation] = mapped_column(one_of(Relation))
    since: Mapped[date]
    until: Mapped[date | None]
    sees_place: Mapped[bool] = mapped_column(default=True, server_default=true())

    guardian: Mapped[Person] = relationship(foreign_keys=guardian_id)
    child: Mapped[Person] = relationship(foreign_keys=child_id)


class ConsentWay(StrEnum):
    """How a consent was given."""

    ONLINE = "online"
    PAPER = "paper"
    NOTED = "noted"


class Consent(Base):
    """Who agreed to what about whom, by which text, when, how, until when; withdrawn, not deleted.

    ``noted_by_id`` is whoever of the staff wrote down what was said or signed.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person_id_purpose", "person_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose))
    text_version: Mapped[str] = mapped_column(String(20))
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    way: Mapped[ConsentWay] = mapped_column(one_of(ConsentWay), default=ConsentWay.ONLINE)
    is_assent: Mapped[bool] = mapped_column(default=False)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL")
    )
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Check(Base):
    """A dated fact about an adult: seen, by whom, until when it holds."""

    __tablename__ = "adult_check"
    __table_args__ = (CheckConstraint("expires_on IS NULL OR expires_on >= done_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CheckKind] = mapped_column(one_of(CheckKind))
    done_on: Mapped[date]
    expires_on: Mapped[date | None]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ErasureGround(StrEnum):
    """Why somebody was erased: they asked, they never got a place, or their time ran out."""

    ASKED = "asked"
    REFUSED = "refused"


class Erasure(Base):
    """The ledger of who was erased, by numbers only, so that it can be replayed after a restore.

    ``person_since`` tells the row apart from another person who got its number later. ``files``
    and ``outbox`` are what is still to be removed from the disk; ``wiped_at`` is when all of it,
    and the freed pages of the database, were gone.
    """

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(index=True)
    person_since: Mapped[datetime] = mapped_column(UtcDateTime)
    ground: Mapped[ErasureGround] = mapped_column(one_of(ErasureGround))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    files: Mapped[list[str]] = mapped_column(JSON, default=list)
    outbox: Mapped[list[str]] = mapped_column(JSON, default=list)
    wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class DifferentPeople(Base):
    """Two records that look like one person and are not: somebody looked, and said so."""

    __tablename__ = "different_people"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Merge(Base):
    """Two records that became one: which, by whom, and for a while all that is needed to undo it.

    ``steps`` holds what the rows were before, so it is emptied when the time to undo has passed
    and when one of the two is erased.
    """

    __tablename__ = "merge"
    __table_args__ = (CheckConstraint("kept_id <> gone_id", name="two_records"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, info=PERSONAL)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
