"""Signing in: a link that works once, a password for staff, and a row for each signed-in browser."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, or_, select, update

from lms.contracts import LMSError, Reason, RoleName
from lms.db import db
from lms.people.models import Account, ContactRule, Person, Role, SignedIn, SignInLink
from lms.people.names import short_name

# How long it stays known that a link was used or a browser signed in.
SPENT_KEPT = timedelta(days=30)
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Verifying against this costs what verifying against a real hash costs (threat 12).
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class LinkSpent(LMSError):
    """The link was used, has run out, or never was."""

    code = "link_spent"


class WrongPassword(LMSError):
    """Name and password do not belong together; it is not said which of them is wrong."""

    code = "wrong_password"


@dataclass(frozen=True)
class SignedInPrincipal:
    """Whoever is signed in, as read from the database for this one request."""

    person_id: int
    account_id: int
    signed_in_id: int
    name: str
    locale: str | None
    contact_rule: ContactRule
    roles: frozenset[RoleName]

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Give Flask-Login the person's number."""
        return str(self.person_id)

    def has(self, *roles: RoleName) -> bool:
        """Tell whether the principal holds one of these roles today."""
        return any(role in self.roles for role in roles)


class Stranger:
    """Nobody in particular."""

    person_id = 0
    name = ""
    locale = None
    roles: frozenset[RoleName] = frozenset()
    is_authenticated = False
    is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        """Give Flask-Login nothing."""

    def has(self, *_roles: RoleName) -> bool:
        """Hold no role."""
        return False


def hash_password(password: str) -> str:
    """Hash a password by argon2id, in one form of its letters: «й» is typed as one or as two."""
    return _hasher.hash(unicodedata.normalize("NFKC", password))


def token_hash(token: str) -> str:
    """Hash a token of 256 random bits; a slow hash would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_sign_in_link(account: Account, *, hours: int, now: datetime) -> str:
    """Make a link's token that signs in once within ``hours``; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInLink(
            account_id=account.id,
            token_hash=token_hash(token),
            made_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    db.session.flush()
    return token


def use_sign_in_link(token: str, *, days: int, now: datetime) -> str:
    """Consume a link, atomically and once, and answer the token of a new signed-in browser.

    :raises LinkSpent: when it was used, has run out, or never was.
    """
    account_id = db.session.scalar(
        update(SignInLink)
        .where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.account_id)
    )
    account = db.session.get(Account, account_id) if account_id else None
    if account is None or account.closed_at is not None:
        raise LinkSpent(reason=Reason("link_spent"))
    return begin_sign_in(account.id, days=days, now=now)


def sign_in_by_password(login: str, password: str, *, days: int, now: datetime) -> str:
    """Check name and password in the same time whether or not the name is known.

    :raises WrongPassword: when they do not belong together.
    """
    account = db.session.scalar(select(Account).where(Account.login == login.strip().lower()))
    is_known = account is not None and account.password_hash and account.closed_at is None
    expected = account.password_hash if account is not None and is_known else _NOBODY
    try:
        _hasher.verify(expected, unicodedata.normalize("NFKC", password))
    except (VerificationError, InvalidHashError):
        is_known = False
    if account is None or not is_known:
        raise WrongPassword(reason=Reason("wrong_password"))
    return begin_sign_in(account.id, days=days, now=now)


def begin_sign_in(account_id: int, *, days: int, now: datetime) -> str:
    """Record a signed-in browser and answer its token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignedIn(
            account_id=account_id,
            token_hash=token_hash(token),
            since=now,
            expires_at=now + timedelta(days=days),
        )
    )
    db.session.flush()
    return token


def forget_spent(*, now: datetime) -> None:
    """Erase links that ran out, and browsers that were signed in, once nobody needs to know."""
    for model in (SignInLink, SignedIn):
        db.session.execute(
            delete(model)
            .where(model.expires_at < now - SPENT_KEPT)
            .execution_options(synchronize_session=False)
        )


def end_sign_in(token: str, *, now: datetime) -> None:
    """Sign one browser out, on the server."""
    db.session.execute(
        update(SignedIn)
        .where(SignedIn.token_hash == token_hash(token), SignedIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def principal_of(token: str, *, now: datetime, on: date) -> SignedInPrincipal | None:
    """Read who a browser's token belongs to and which roles are in force today: one query."""
    rows = db.session.execute(
        select(
            SignedIn.id,
            Account.id,
            Person.id,
            Person.given_name,
            Person.family_name,
            Person.locale,
            Person.contact_rule,
            Role.name,
        )
        .join(Account, Account.id == SignedIn.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(
            Role,
            (Role.person_id == Person.id)
            & (Role.since <= on)
            & or_(Role.until.is_(None), Role.until >= on),
        )
        .where(
            SignedIn.token_hash == token_hash(token),
            SignedIn.ended_at.is_(None),
            SignedIn.expires_at > now,
            Account.closed_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).all()
    if not rows:
        return None
    signed_in_id, account_id, person_id, given_name, family_name, locale, rule, _role = rows[0]
    return SignedInPrincipal(
        person_id=person_id,
        account_id=account_id,
        signed_in_id=signed_in_id,
        name=short_name(family_name, given_name),
        locale=locale,
        contact_rule=ContactRule(rule),
        roles=frozenset(RoleName(row[-1]) for row in rows if row[-1]),
    )
