"""Sending letters: each leaves at most once, whatever dies on the way.

A letter is marked as being sent and committed before the mail server is spoken to. When the
worker dies in between nobody knows whether it left: it is then shown to the coordinator as such
and never sent again by itself.
"""

import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, render_template, url_for
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from lms import mail
from lms.clock import now as clock_now
from lms.clock import today
from lms.contracts import JobKind
from lms.db import begin_write, db
from lms.letters.models import Letter, LetterState
from lms.letters.rules import MOST_TRIES, is_due
from lms.letters.services import SEND, may_be_written_to, send
from lms.people.services import open_account
from lms.people.signing import make_sign_in_link

# The server said no, so the letter surely did not leave.
REFUSED = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)
SWEPT_AFTER = timedelta(minutes=2)


def send_letter(_args: Mapping[str, Any], key: str) -> None:
    """Send one letter, unless it left before or its reader may no longer be written to."""
    letter = db.session.get(Letter, int(key))
    if letter is None:
        return
    if letter.state is LetterState.SENDING:
        # Another worker died here: nobody knows whether the letter left.
        _note(letter, LetterState.UNSURE, fault="worker_died")
        return
    if letter.state is not LetterState.WAITING:
        return
    if not may_be_written_to(letter.person, on=today()):
        _note(letter, LetterState.HELD_BACK)
        return
    words = _render(letter)
    address = letter.person.email
    claimed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state == LetterState.WAITING)
        .values(state=LetterState.SENDING, state_at=clock_now(), tries=Letter.tries + 1)
        .returning(Letter.id)
    ).scalar()
    # A slow mail server must not hold up everybody who writes.
    db.session.commit()
    if claimed is None:
        return
    state, fault = _deliver(address, words, key=letter.key)
    begin_write()
    _note(db.session.get_one(Letter, int(key)), state, fault=fault)


def _deliver(address: str, words: tuple[str, str, str], *, key: str) -> tuple[LetterState, str]:
    subject, plain, html = words
    try:
        mail.deliver(address, subject, plain, html=html, key=key)
    except (mail.Unreachable, *REFUSED) as error:
        return LetterState.WAITING, type(error).__name__
    except (OSError, smtplib.SMTPException) as error:
        return LetterState.UNSURE, type(error).__name__
    return LetterState.SENT, ""


def _note(letter: Letter, state: LetterState, *, fault: str = "") -> None:
    if state is LetterState.WAITING and letter.tries >= MOST_TRIES:
        state = LetterState.FAILED
    letter.state, letter.state_at, letter.fault = state, clock_now(), fault
    db.session.flush()


def _render(letter: Letter) -> tuple[str, str, str]:
    """Make subject, plain text and simple HTML; a link that signs in gets its token only now."""
    public = str(current_app.config["LMS_PUBLIC_URL"])
    parts: list[dict[str, Any]] = []
    for part in letter.parts:
        if "text" in part:
            parts.append(part)
            continue
        path = _sign_in_path(letter) if part["signs_in"] else part["path"]
        parts.append({**part, "url": public + path})
    plain = "\n\n".join(
        part["text"] if "text" in part else f"{part['label']}:\n{part['url']}" for part in parts
    )
    with force_locale(letter.locale):
        html = render_template(
            "letters/letter.html", subject=letter.subject, parts=parts, language=letter.locale
        )
    return letter.subject, plain, html


def _sign_in_path(letter: Letter) -> str:
    hours = current_app.config["LMS_SIGN_IN_LINK_HOURS"]
    token = make_sign_in_link(open_account(letter.person), hours=hours, now=clock_now())
    return url_for("people.use_link", token=token)


def send_again(*, now: datetime) -> None:
    """Take up letters that did not leave when it is time, and those whose worker died."""
    left = db.session.scalars(
        select(Letter)
        .where(
            Letter.state.in_([LetterState.WAITING, LetterState.SENDING]),
            Letter.state_at < now - SWEPT_AFTER,
        )
        .order_by(Letter.id)
        .limit(200)
    ).all()
    due = [
        one
        for one in left
        if one.state is LetterState.SENDING or is_due(one.tries, one.state_at, now=now)
    ]
    if due:
        for letter in due:
            # Not taken up a second time while the work is under way.
            letter.state_at = now
        send(due, now=now)


JOBS = [JobKind(key=SEND, label=_l("Letters"), run_item=send_letter)]
