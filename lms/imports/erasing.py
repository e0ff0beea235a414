"""Sheets in the drawer that speak of an erased person go with them, not only after a day."""

from sqlalchemy import select

from lms.contracts import Eraser, Erasing
from lms.db import db
from lms.imports import drawer
from lms.imports.matching import digits
from lms.imports.models import Import, ImportState
from lms.people.models import Person
from lms.people.names import fold

OVER = (ImportState.UNDONE, ImportState.DROPPED, ImportState.FAILED)


def _empty_drawer(erasing: Erasing) -> None:
    """Remove every sheet whose account names the person, and contacts kept to take one back.

    A sheet that nobody has looked through yet has no account: it is removed within its day.
    """
    person = db.session.get_one(Person, erasing.person_id)
    for made in db.session.scalars(select(Import).where(Import.state.not_in(OVER))):
        before = drawer.noted(made.token, drawer.BEFORE) or []
        if any(change["person"] == person.id for change in before):
            kept = [change for change in before if change["person"] != person.id]
            drawer.empty(made.token, keep=drawer.ALL - {drawer.BEFORE})
            drawer.note(made.token, drawer.BEFORE, kept)
        if not _is_named(made.token, person):
            continue
        drawer.empty(made.token, keep=frozenset({drawer.BEFORE}))
        if made.state is not ImportState.DONE:
            made.state = ImportState.DROPPED
    db.session.flush()


def _is_named(token: str, person: Person) -> bool:
    account = drawer.noted(token, drawer.ACCOUNT) or {}
    words = {fold(person.family_name), fold(person.given_name)} - {""}
    for row in account.get("rows", ()):
        named = [fold(name) for name in (*row["names"], row["guardian"])]
        is_reached = bool(person.email and row["email"] == person.email) or bool(
            digits(person.phone) and digits(row["phone"]) == digits(person.phone)
        )
        if is_reached or any(words and all(word in each for word in words) for each in named):
            return True
    return False


ERASERS = [Eraser("import", run=_empty_drawer)]
