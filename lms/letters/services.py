"""Writing letters, to adults who may be written to, each once."""

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import force_locale
from sqlalchemy import or_, select, update

from lms.db import db
from lms.i18n import default_code
from lms.jobs import enqueue
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, pack
from lms.people.models import ContactRule, Guardianship, Person
from lms.people.rules import is_minor

SEND = "send_letters"


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


def write(people: Iterable[Person], draft: Draft, *, now: datetime) -> list[Letter]:
    """Write a letter to each of several adults, in the caller's transaction, and have it sent.

    Whoever may not be written to gets none, and no row either; whoever has this letter already
    gets no second one. The caller commits and then calls ``lms.jobs.wake``; a worker's sweep sends
    them anyway.
    """
    wanted = {
        f"{draft.key}-{person.id}": person
        for person in people
        if may_be_written_to(person, on=now.date())
    }
    known = set(db.session.scalars(select(Letter.key).where(Letter.key.in_(wanted))))
    letters = [
        _letter(person, key, draft, now=now) for key, person in wanted.items() if key not in known
    ]
    db.session.add_all(letters)
    db.session.flush()
    if letters:
        send(letters, now=now)
    return letters


def _letter(person: Person, key: str, draft: Draft, *, now: datetime) -> Letter:
    locale = person.locale or default_code()
    with force_locale(locale):
        text = draft.compose()
    return Letter(
        key=key,
        kind=draft.kind,
        batch=draft.batch,
        person_id=person.id,
        locale=locale,
        subject=text.subject,
        parts=pack(text.parts),
        written_by_id=draft.written_by_id,
        written_at=now,
        state=LetterState.WAITING,
        state_at=now,
    )


def send(letters: Iterable[Letter], *, now: datetime) -> None:
    """Record the work of sending letters in the caller's transaction."""
    enqueue(SEND, items=[str(one.id) for one in letters], args={}, asked_by_id=None, now=now)


def hold_back(person: Person, *, now: datetime) -> int:
    """Hold back for good what waits to be sent to somebody who may no longer be written to."""
    held = db.session.execute(
        update(Letter)
        .where(Letter.person_id == person.id, Letter.state == LetterState.WAITING)
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
