"""Sending letters: each leaves at most once, whatever dies on the way.

A letter is marked as being sent and committed before the mail server is spoken to. When the
worker dies in between nobody knows whether it left: it is then shown to the coordinator as such
and never sent again by itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from lms import mail
from lms.clock import now as clock_now
from lms.clock import today
from lms.contracts import JobKind
from lms.db import begin_write, db
from lms.letters.models import Letter, LetterState
from lms.letters.rendering import render
from lms.letters.rules import HELD_FOR, MOST_TRIES, is_due
from lms.letters.services import SEND, may_be_written_to, send_by_id
from lms.outbox import mark_of, remove_letters
from lms.people.services import open_account
from lms.people.signing import make_sign_in_link

# One look a minute takes up so many; the next look the next.
MOST_AT_ONCE = 500


def send_letter(_args: Mapping[str, Any], key: str) -> None:
    """Send one letter, unless it left before or its reader may no longer be written to."""
    letter = db.session.get(Letter, int(key))
    if letter is None:
        return
    if letter.state is LetterState.SENDING:
        # Another worker died here: nobody knows whether the letter left.
        _note(letter.id, LetterState.UNSURE, fault="worker_died")
        return
    if letter.state is not LetterState.WAITING:
        return
    if not may_be_written_to(letter.person, on=today()):
        _note(letter.id, LetterState.HELD_BACK)
        return
    try:
        deliver = _prepare(letter)
    except mail.NotSent as refusal:
        _note(letter.id, LetterState.FAILED, fault=refusal.fault)
        return
    number, tries, claimed_at = letter.id, letter.tries + 1, clock_now()
    mark = mark_of(letter.key)
    claimed = db.session.execute(
        update(Letter)
        .where(Letter.id == number, Letter.state == LetterState.WAITING)
        .values(state=LetterState.SENDING, state_at=claimed_at, tries=tries)
        .returning(Letter.id)
    ).scalar()
    # A slow mail server must not hold up everybody who writes.
    db.session.commit()
    if claimed is None:
        begin_write()
        return
    state, fault = _try(deliver, tries)
    begin_write()
    # Whoever came meanwhile and noted that nobody knows is not contradicted: somebody may have
    # acted on it.
    _note(number, state, fault=fault, claimed_at=claimed_at)
    if not db.session.scalar(select(Letter.subject).where(Letter.id == number)):
        # Erased while it was leaving, so that its copy in the outbox came after the erasure.
        remove_letters(mark)


def _try(deliver: Callable[[], None], tries: int) -> tuple[LetterState, str]:
    try:
        deliver()
    except mail.NotSent as refusal:
        is_last = refusal.is_final or tries >= MOST_TRIES
        return LetterState.FAILED if is_last else LetterState.WAITING, refusal.fault
    except mail.Unsure as doubt:
        return LetterState.UNSURE, doubt.fault
    except Exception as error:  # noqa: BLE001 - whatever it was, the letter may have left
        return LetterState.UNSURE, type(error).__name__
    return LetterState.SENT, ""


def _note(
    number: int, state: LetterState, *, fault: str = "", claimed_at: datetime | None = None
) -> None:
    """Note where a letter stands. It may have been erased with its reader meanwhile."""
    noting = update(Letter).where(Letter.id == number)
    if claimed_at is not None:
        noting = noting.where(Letter.state == LetterState.SENDING, Letter.state_at == claimed_at)
    db.session.execute(noting.values(state=state, state_at=clock_now(), fault=fault))


def _prepare(letter: Letter) -> Callable[[], None]:
    words = render(
        letter.subject,
        letter.parts,
        locale=letter.locale,
        sign_in_path=lambda: _sign_in_path(letter),
    )
    return mail.prepare(
        letter.person.email, words.subject, words.plain, html=words.html, key=letter.key
    )


def _sign_in_path(letter: Letter) -> str:
    # A worker answers no request, so Flask's own ``url_for`` would not know where it is.
    places = current_app.url_map.bind("")
    account = open_account(letter.person)
    if account.password_hash:
        # Whoever has a password signs in by it: a mailbox alone opens no coordinator's page.
        return places.build("people.password")
    hours = current_app.config["LMS_SIGN_IN_LINK_HOURS"]
    token = make_sign_in_link(account, hours=hours, now=clock_now())
    return places.build("people.use_link", {"token": token})


def send_again(*, now: datetime) -> None:
    """Take up letters that did not leave when it is time, and those whose worker died."""
    left = db.session.execute(
        select(Letter.id, Letter.state, Letter.tries, Letter.state_at)
        .where(
            Letter.state.in_([LetterState.WAITING, LetterState.SENDING]),
            Letter.state_at <= now - HELD_FOR,
        )
        .order_by(Letter.id)
    )
    due = [
        number
        for number, state, tries, state_at in left
        if state is LetterState.SENDING or is_due(tries, state_at, now=now)
    ][:MOST_AT_ONCE]
    if due:
        # Not taken up a second time while the work is under way.
        db.session.execute(update(Letter).where(Letter.id.in_(due)).values(state_at=now))
        send_by_id(due, now=now)


JOBS = [JobKind(key=SEND, label=_l("Letters"), run_item=send_letter)]
