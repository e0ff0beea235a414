"""The outbox: letters as files where no mail server is set, one file for each.

A file's name holds keyed marks of the address and of the letter's key, so that the letters of
somebody who is erased are found and removed without a list of addresses.
"""

import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_mailman.backends.base import BaseEmailBackend

from lms.storage import shred


def folder() -> Path:
    """Answer where the letters lie."""
    return Path(current_app.config["LMS_DATA"]).resolve() / "outbox"


def mark_of(name: str) -> str:
    """Answer the mark of an address or a key: nobody without the secret can tell whose it is."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, name.strip().lower().encode(), hashlib.sha256).hexdigest()[:24]


def remove_letters(mark: str) -> None:
    """Overwrite and remove the letters to one address, or the one of a key."""
    for path in folder().glob(f"*{mark}*"):
        shred(path)


class EmailBackend(BaseEmailBackend):  # type: ignore[misc]
    """Write each letter to a file that only this account reads."""

    def send_messages(self, messages: list[Any]) -> int:
        """Write letters, and answer how many."""
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        written = 0
        for message in messages:
            content = message.message().as_bytes()
            key = message.extra_headers.get("Message-ID", "").strip("<>").rpartition("@")[0]
            for address in message.recipients():
                _write(f"{mark_of(address)}-{mark_of(key or secrets.token_hex(8))}", content)
                written += 1
        return written


def _write(marks: str, content: bytes) -> None:
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    path = folder() / f"{moment}-{marks}-{secrets.token_hex(4)}.eml"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
