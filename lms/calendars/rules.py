"""Tokens of calendars, and what an entry of a calendar may say: pure rules."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TOKEN_LENGTH = 43


class Fate(StrEnum):
    """What became of a session, as a calendar marks it."""

    STANDS = "stands"
    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True)
class Entry:
    """One session in somebody's calendar: no child, no place, no link of the room.

    :param title: what is taught; empty where a calendar must not tell (sensitive kinds).
    :param zone: the wall of the group, or nothing for whoever must not learn where that is: the
        entry is then in UTC.
    :param path: the page that says everything else to whoever signs in.
    """

    session_id: int
    starts_at: datetime
    minutes: int
    title: str
    zone: str | None
    fate: Fate
    sequence: int
    changed_at: datetime
    path: str

    @property
    def ends_at(self) -> datetime:
        """The moment at which it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)


def derive_token(nonce: str, secret: str) -> str:
    """Make the token of a feed: 256 bits that need both the database and the library's key.

    >>> token = derive_token("n", "a key")
    >>> len(token), token == derive_token("n", "a key"), token == derive_token("m", "a key")
    (43, True, False)
    """
    made = hmac.new(secret.encode(), f"calendar feed|{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
