"""Which letters the library wrote to somebody."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.contracts import KnownPart
from lms.db import db
from lms.i18n import say_moment
from lms.letters.models import Letter, LetterState
from lms.people.models import Person

STATES = {
    LetterState.WAITING: _l("not sent yet"),
    LetterState.SENDING: _l("not sent yet"),
    LetterState.SENT: _l("sent"),
    LetterState.UNSURE: _l("perhaps sent"),
    LetterState.FAILED: _l("did not leave"),
    LetterState.HELD_BACK: _l("held back"),
}


def known_of(person: Person) -> list[KnownPart]:
    """Tell when which letter was written; the text lies in the person's own mailbox."""
    letters = db.session.execute(
        select(Letter.written_at, Letter.subject, Letter.state)
        .where(Letter.person_id == person.id)
        .order_by(Letter.written_at, Letter.id)
    )
    rows = tuple(
        (say_moment(row.written_at), f"{row.subject or _('text erased')} – {STATES[row.state]}")
        for row in letters
    )
    return [KnownPart(_("Letters from the library"), rows, weight=80)]
