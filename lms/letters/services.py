"""Writing letters, to adults who may be written to, each once."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.db import db, is_postgresql
from lms.i18n import default_code
from lms.jobs import enqueue
from lms.letters.models import Letter, LetterState
from lms.letters.rules import HELD_FOR, Draft, pack
from lms.people.models import ContactRule, Guardianship, Person
from lms.people.rules import is_minor

SEND = "send_letters"
NOT_LEFT = (LetterState.WAITING, LetterState.QUARANTINED, LetterState.HELD_BACK)
MAY_HAVE_LEFT = (LetterState.SENDING, LetterState.SENT, LetterState.UNSURE)


def may_be_written_to(person: Person, *, on: date) -> bool:
    """Tell whether letters may go to somebody: of age, with an address, and the contact rule lets.

    «Only by phone» and «do not write» stop everything that leaves the program (domain/library.md,
    Danger); a child gets no letters at all.
    """
    return (
        bool(person.email)
        and person.contact_rule is ContactRule.USUAL
        and person.erased_at is None
        and not is_minor(person.birth_date, on)
    )


def write(
    people: Iterable[Person],
    draft: Draft,
    *,
    now: datetime,
    waits: timedelta = timedelta(),
    state: LetterState = LetterState.WAITING,
) -> list[Letter]:
    """Write a letter to each of several adults, in the caller's transaction, and have it sent.

    Whoever may not be written to gets none, and no row either; whoever has this letter already
    gets no second one. The caller commits and then calls ``lms.jobs.wake``; a worker's sweep sends
    them anyway.

    :param waits: how long the letter can still be taken back: the sweep sends it after that.
    :param state: ``QUARANTINED`` for a letter over a limit: the coordinator sends it or lets it be.
    """
    wanted = {
        f"{draft.key}-{person.id}": person
        for person in people
        if may_be_written_to(person, on=now.date())
    }
    # The sweep takes up what nobody has touched for HELD_FOR.
    state_at = now + waits - HELD_FOR if waits else now
    known = set(db.session.scalars(select(Letter.key).where(Letter.key.in_(wanted))))
    rows = [
        _row(person, key, draft, now=now) | {"state": state, "state_at": state_at}
        for key, person in wanted.items()
        if key not in known
    ]
    if not rows:
        return []
    # Whoever writes the same at this very moment is not stumbled over: one of both rows stays.
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    written = db.session.scalars(
        insert(Letter).on_conflict_do_nothing(index_elements=["key"]).returning(Letter.id), rows
    ).all()
    letters = list(
        db.session.scalars(select(Letter).where(Letter.id.in_(written)).order_by(Letter.id))
    )
    if letters and not waits and state is LetterState.WAITING:
        send(letters, now=now)
    return letters


def _row(person: Person, key: str, draft: Draft, *, now: datetime) -> dict[str, Any]:
    locale = person.locale or default_code()
    with force_locale(locale):
        text = draft.compose()
    return {
        "key": key,
        "kind": draft.kind,
        "batch": draft.batch,
        "person_id": person.id,
        "locale": locale,
        "subject": text.subject,
        "parts": pack(text.parts),
        "written_by_id": draft.written_by_id,
        "written_at": now,
        "tries": 0,
        "fault": "",
    }


def send(letters: Iterable[Letter], *, now: datetime) -> None:
    """Record the work of sending letters in the caller's transaction."""
    send_by_id([one.id for one in letters], now=now)


def send_by_id(numbers: Iterable[int], *, now: datetime) -> None:
    """Record the work of sending letters by their numbers."""
    enqueue(SEND, items=[str(number) for number in numbers], args={}, asked_by_id=None, now=now)


def take_back(key: str, *, now: datetime) -> tuple[set[int], set[int]]:
    """Take back the letters of a key that have not left, and tell who has them already.

    :return: the persons whose letter is gone before it left, and those who may have read it.
    """
    is_this = Letter.key.startswith(f"{key}-", autoescape=True)
    gone = set(
        db.session.scalars(
            update(Letter)
            .where(is_this, Letter.state.in_(NOT_LEFT))
            .values(state=LetterState.TAKEN_BACK, state_at=now)
            .returning(Letter.person_id)
            .execution_options(synchronize_session=False)
        )
    )
    left = select(Letter.person_id).where(is_this, Letter.state.in_(MAY_HAVE_LEFT))
    return gone, set(db.session.scalars(left))


def hold_back(person: Person, *, now: datetime) -> int:
    """Hold back for good what waits to be sent to somebody who may no longer be written to."""
    held = db.session.execute(
        update(Letter)
        .where(Letter.person_id == person.id, Letter.state.in_(NOT_LEFT))
        .values(state=LetterState.HELD_BACK, state_at=now)
        .returning(Letter.id)
    ).all()
    return len(held)


def adults_for(people: Iterable[Person], *, on: date) -> dict[int, list[Person]]:
    """Find who is told what concerns somebody: a child's guardians in force, an adult themselves.

    Whoever only accompanies a child is among them, since they bring the child: one query.
    """
    by_id = {person.id: person for person in people}
    minors = [key for key, person in by_id.items() if is_minor(person.birth_date, on)]
    found: dict[int, list[Person]] = {
        key: [] if key in minors else [person] for key, person in by_id.items()
    }
    rows = db.session.execute(
        select(Guardianship.child_id, Person)
        .join(Person, Person.id == Guardianship.guardian_id)
        .where(
            Guardianship.child_id.in_(minors),
            Guardianship.since <= on,
            or_(Guardianship.until.is_(None), Guardianship.until >= on),
            Person.erased_at.is_(None),
        )
        .order_by(Guardianship.since, Person.id)
    )
    for child_id, guardian in rows:
        if guardian not in found[child_id]:
            found[child_id].append(guardian)
    return found
