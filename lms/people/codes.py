"""The six digits beside a mailed link: bound to the browser that asked, since letters open in others.

Fifteen minutes, five tries, one use. Whoever is unknown gets a row without an account, so that
typing a code is answered alike, in the same time, for any address (threat 12).
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from lms.contracts import LMSError, Reason
from lms.db import db
from lms.people.models import Account, SignInCode
from lms.people.signing import begin_sign_in

DIGITS = 6
MINUTES = 15
TRIES = 5
KEPT = timedelta(hours=1)


class WrongCode(LMSError):
    """The code does not fit this browser, was used, has run out or was tried too often."""

    code = "code_wrong"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


def browser_hash(secret: str) -> str:
    """Hash what the asking browser keeps in its cookie: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_code(account: Account | None, browser: str, *, key: str, now: datetime) -> str:
    """Make six digits that sign an account in from one browser; only a keyed hash is kept.

    :param browser: the hash of the asking browser's secret.
    :param key: the application's secret; without it a stolen database is no list of codes.
    """
    kept = set(
        db.session.scalars(select(SignInCode.code_hash).where(SignInCode.browser_hash == browser))
    )
    while True:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        hashed = _code_hash(digits, browser, key)
        if hashed not in kept:
            break
    db.session.add(
        SignInCode(
            account_id=account.id if account else None,
            browser_hash=browser,
            code_hash=hashed,
            made_at=now,
            expires_at=now + timedelta(minutes=MINUTES),
        )
    )
    db.session.flush()
    return digits


def use_code(typed: str, secret: str, *, key: str, days: int, now: datetime) -> str:
    """Count a try; consume the right code, once, and answer the token of a signed-in browser.

    A wrong try must be committed by the caller too, or it would not count.

    :raises WrongCode: always with the same words, whatever the cause.
    """
    browser = browser_hash(secret)
    # The rows stay locked until the commit: of parallel tries one comes first, as with a link.
    tried = db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.browser_hash == browser,
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > now,
            SignInCode.tries < TRIES,
        )
        .values(tries=SignInCode.tries + 1)
        .returning(SignInCode.account_id, SignInCode.code_hash)
    ).all()
    digits = "".join(letter for letter in typed if letter.isdecimal())
    expected = _code_hash(digits, browser, key)
    account_id = None
    for known_id, hashed in tried:
        if hmac.compare_digest(hashed, expected):
            account_id = known_id
    account = db.session.get(Account, account_id) if account_id else None
    if account is None or account.closed_at is not None:
        raise WrongCode
    db.session.execute(
        update(SignInCode).where(SignInCode.browser_hash == browser).values(used_at=now)
    )
    return begin_sign_in(account.id, days=days, now=now)


def forget_codes(*, now: datetime) -> None:
    """Erase codes that can't be used any more."""
    old = delete(SignInCode).where(SignInCode.expires_at < now - KEPT)
    db.session.execute(old.execution_options(synchronize_session=False))


def _code_hash(digits: str, browser: str, key: str) -> str:
    return hmac.new(key.encode(), f"{browser}|{digits}".encode(), hashlib.sha256).hexdigest()
