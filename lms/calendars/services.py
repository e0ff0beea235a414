"""Verbs about feeds: make one, show its address again, make a new one, switch it off, find it."""

import secrets
from datetime import date, datetime

from sqlalchemy import delete, or_, select

from lms.calendars.models import CalendarFeed
from lms.calendars.rules import TOKEN_LENGTH, derive_token
from lms.contracts import RoleName
from lms.db import db
from lms.people.models import Account, ContactRule, Person, Role
from lms.people.signing import token_hash

LEADING = frozenset({RoleName.MENTOR, RoleName.LEADER, RoleName.HELPER})
READERS = frozenset({RoleName.GUARDIAN, RoleName.LEARNER}) | LEADING


def make_feed(person_id: int, *, secret: str, now: datetime) -> str:
    """Make a feed's address, or a new one: the one before stops working at once."""
    nonce = secrets.token_urlsafe(32)
    token = derive_token(nonce, secret)
    end_feed(person_id)
    db.session.add(
        CalendarFeed(person_id=person_id, nonce=nonce, token_hash=token_hash(token), made_at=now)
    )
    db.session.flush()
    return token


def end_feed(person_id: int) -> bool:
    """Switch a person's feed off; answer whether there was one."""
    ended = db.session.scalars(
        delete(CalendarFeed)
        .where(CalendarFeed.person_id == person_id)
        .returning(CalendarFeed.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    return bool(ended)


def token_of(person_id: int, *, secret: str) -> str:
    """Answer the token of a person's feed, to be copied again; nothing where there is none.

    After the library's key was changed an address works on, but can't be shown any more.
    """
    feed = db.session.execute(
        select(CalendarFeed.nonce, CalendarFeed.token_hash).where(
            CalendarFeed.person_id == person_id
        )
    ).first()
    if feed is None:
        return ""
    token = derive_token(feed.nonce, secret)
    return token if token_hash(token) == feed.token_hash else ""


def has_feed(person_id: int) -> bool:
    """Tell whether somebody has a feed, shown or not."""
    found = select(CalendarFeed.id).where(CalendarFeed.person_id == person_id)
    return db.session.scalar(found) is not None


def find_reader(token: str, *, on: date) -> tuple[Person, frozenset[RoleName], CalendarFeed] | None:
    """Find whose feed this is and which roles let them read it today: one query.

    Nobody reads whose roles ended, whose account was closed, who was erased, or whom the contact
    rule keeps from everything that leaves the program.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    rows = db.session.execute(
        select(CalendarFeed, Person, Role.name)
        .join(Person, Person.id == CalendarFeed.person_id)
        .join(Role, Role.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            CalendarFeed.token_hash == token_hash(token),
            Person.contact_rule == ContactRule.USUAL,
            Person.erased_at.is_(None),
            Account.closed_at.is_(None),
            Role.name.in_(READERS),
            Role.since <= on,
            or_(Role.until.is_(None), Role.until >= on),
        )
    ).all()
    if not rows:
        return None
    feed, person, _name = rows[0]
    return person, frozenset(name for _feed, _person, name in rows), feed
