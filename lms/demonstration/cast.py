"""The cast: people with memorable names who belong both to 2022 and to today."""

from enum import StrEnum

from sqlalchemy import select

from lms.db import db
from lms.demonstration.pool import EXAMPLE
from lms.people.models import Account, Person


class Part(StrEnum):
    """A part that a newcomer may play."""

    GUARDIAN = "guardian"
    MENTOR = "mentor"
    LEADER = "leader"
    COORDINATOR = "coordinator"
    DIRECTOR = "director"
    LEARNER = "learner"


def login_of(part: Part) -> str:
    """Answer the name under which the account of a part is found.

    >>> login_of(Part.MENTOR)
    'mentor@example.org'
    """
    return f"{part}@{EXAMPLE}"


def account_of(part: Part) -> Account | None:
    """Find the account of a part; none while the demonstration is not filled."""
    return db.session.scalar(select(Account).where(Account.login == login_of(part)))


def player_of(part: Part) -> Person:
    """Answer the person of a part.

    :raises LookupError: when the demonstration is not filled.
    """
    account = account_of(part)
    if account is None:
        raise LookupError(part)
    return account.person
