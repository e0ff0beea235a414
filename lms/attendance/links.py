"""Links in letters that do one thing for one adult, without signing in: signed, unguessable."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from lms.attendance.announcing import mine_at
from lms.courses.models import Session
from lms.db import db
from lms.letters.paths import path_to
from lms.people.models import ContactRule, Person

WEEK = 7 * 24 * 3600


class Purpose(StrEnum):
    """What a link is for; a link for one thing does nothing else."""

    NOT_COMING = "not_coming"
    MISSED = "missed"


@dataclass(frozen=True)
class Asked:
    """What a link speaks of: a session, the adult it was given to, and whose it is."""

    session: Session
    adult: Person
    people: tuple[Person, ...]

    @property
    def is_oneself(self) -> bool:
        """Tell whether the adult is the learner."""
        return [one.id for one in self.people] == [self.adult.id]


def path_for(purpose: Purpose, session_id: int, adult_id: int, person_id: int = 0) -> str:
    """Make the address of a link; with ``person_id`` it is about this one learner only."""
    token = str(_signer(purpose).dumps([session_id, adult_id, person_id]))
    return path_to(f"attendance.{purpose}", token=token)


def read(purpose: Purpose, token: str, *, now: datetime) -> Asked | None:
    """Answer what a link speaks of; nothing for one that is forged, old, or whose tie has ended."""
    max_age = WEEK if purpose is Purpose.MISSED else None
    try:
        session_id, adult_id, person_id = _signer(purpose).loads(token, max_age=max_age)
    except (BadData, ValueError, TypeError):
        return None
    session, adult = db.session.get(Session, session_id), db.session.get(Person, adult_id)
    if session is None or adult is None or adult.erased_at is not None:
        return None
    if adult.contact_rule is not ContactRule.USUAL:
        # A letter that lies in a mailbox opens nothing for whoever must no longer be reached.
        return None
    mine = mine_at(session, adult, now=now)
    people = tuple(one for one in mine if person_id in {0, one.id})
    return Asked(session, adult, people) if people else None


def _signer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key),
        salt=f"attendance-{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
