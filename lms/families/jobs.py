"""What time brings about in families: consents that run out are asked for again, once."""

from datetime import date, datetime

from sqlalchemy import select

from lms.db import db
from lms.families import letters
from lms.families.ledger import running_out
from lms.people.models import Person


def ask_again(*, now: datetime, on: date) -> int:
    """Write to the legal guardians of whoever's consent runs out; each is asked once for each."""
    soon = running_out(on=on)
    ids = {one.person_id for one in soon}
    people = {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))
    }
    return letters.ask_again(soon, people, now=now, on=on)
