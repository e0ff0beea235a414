"""Letters that somebody does not want: switched off in one tap, and on again."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.db import db, is_postgresql
from lms.letters.models import Declined
from lms.letters.paths import path_to
from lms.people.models import Person

REMINDER = "reminder"
ABSENCE = "absence"
# What a person may switch off; everything else is an answer to them or a change of plan.
SWITCHED = (REMINDER, ABSENCE)


def wanting(people: Iterable[Person], kind: str) -> list[Person]:
    """Keep those who did not switch off letters of a kind: one query."""
    asked = list(people)
    off = set(
        db.session.scalars(
            select(Declined.person_id).where(
                Declined.kind == kind, Declined.person_id.in_([person.id for person in asked])
            )
        )
    )
    return [person for person in asked if person.id not in off]


def declined_by(person_id: int) -> set[str]:
    """Tell which kinds of letters somebody switched off."""
    return set(db.session.scalars(select(Declined.kind).where(Declined.person_id == person_id)))


def decline(person_id: int, kind: str, *, now: datetime) -> None:
    """Switch letters of a kind off for somebody; doing it twice changes nothing."""
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    declined = insert(Declined).values(person_id=person_id, kind=kind, since=now)
    db.session.execute(declined.on_conflict_do_nothing(index_elements=["person_id", "kind"]))


def want(person_id: int, kind: str) -> None:
    """Switch letters of a kind on again."""
    db.session.execute(
        delete(Declined)
        .where(Declined.person_id == person_id, Declined.kind == kind)
        .execution_options(synchronize_session=False)
    )


def switch_path(person_id: int, kind: str) -> str:
    """Make the address that switches letters of one kind off for one person, without signing in."""
    return path_to("letters.switch", token=str(_signer().dumps([person_id, kind])))


def read_switch(token: str) -> tuple[Person, str] | None:
    """Answer whose letters of which kind a token switches; nothing for a forged or old one."""
    try:
        person_id, kind = _signer().loads(token)
    except (BadData, ValueError):
        return None
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None or kind not in SWITCHED:
        return None
    return person, kind


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        str(current_app.secret_key),
        salt="letters-switch",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
