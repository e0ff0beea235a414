"""Letters: by SMTP where a server is set, else as files in the outbox folder."""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_mailman import EmailMessage, EmailMultiAlternatives, Mail
from flask_mailman.backends.smtp import EmailBackend

_mail = Mail()

# Shorter than the lease of a job: else another worker would look after the letter meanwhile.
TIMEOUT = 10
# From this code on the server's no is meant for good.
FOR_GOOD = 500


class NotSent(OSError):
    """The letter surely did not leave; ``fault`` is a word for the log, without any address."""

    def __init__(self, fault: str, *, is_final: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.is_final = is_final


class Unsure(OSError):
    """The connection broke while the letter was leaving: nobody knows whether it arrived."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class _Watched(smtplib.SMTP):
    """A connection that knows whether a letter's text was begun: before that none can arrive."""

    has_begun = False

    def data(self, msg: Any) -> Any:
        """Send the text of a letter."""
        self.has_begun = True
        return super().data(msg)


class SmtpBackend(EmailBackend):  # type: ignore[misc]
    """Flask-Mailman's own backend on a watched connection."""

    connection_class = _Watched


def init_mail(app: Flask) -> None:
    """Bind Flask-Mailman according to the settings."""
    outbox = Path(app.config["LMS_DATA"]).resolve() / "outbox"
    is_smtp = bool(app.config["LMS_MAIL_SERVER"])
    app.config.update(
        MAIL_BACKEND=SmtpBackend if is_smtp else "lms.outbox",
        MAIL_SERVER=app.config["LMS_MAIL_SERVER"],
        MAIL_PORT=app.config["LMS_MAIL_PORT"],
        MAIL_USERNAME=app.config["LMS_MAIL_USER"] or None,
        MAIL_PASSWORD=app.config["LMS_MAIL_PASSWORD"] or None,
        MAIL_USE_TLS=is_smtp and app.config["LMS_MAIL_TLS"],
        MAIL_TIMEOUT=TIMEOUT,
        MAIL_DEFAULT_SENDER=app.config["LMS_MAIL_FROM"],
    )
    if not is_smtp:
        outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    _mail.init_app(app)


def send(to: str, subject: str, body: str) -> None:
    """Send one letter in plain text. The subject names no child and no programme."""
    EmailMessage(subject=subject, body=body, to=[to]).send()


def prepare(to: str, subject: str, body: str, *, html: str, key: str) -> Callable[[], None]:
    """Make a letter of plain text and simple HTML; answer what sends it.

    ``key`` becomes the letter's own Message-ID, so that a mailbox that gets it twice shows it once.

    :raises NotSent: when the letter cannot be made, such as for an address that is none.
    """
    domain = current_app.config["LMS_MAIL_FROM"].rpartition("@")[2].strip("> ") or "localhost"
    letter = EmailMultiAlternatives(
        subject=subject,
        body=body,
        to=[to],
        headers={"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(html, "text/html")
    try:
        made: Message = letter.message()
        made.as_bytes()
    except (ValueError, LookupError) as error:
        raise NotSent(type(error).__name__, is_final=True) from error
    return lambda: _deliver(letter)


def _deliver(letter: EmailMultiAlternatives) -> None:
    """Hand a letter to the server.

    :raises NotSent: when it surely did not leave.
    :raises Unsure: when nobody knows.
    """
    connection = letter.get_connection()
    try:
        connection.open()
    except OSError as error:
        _let_go(connection)
        raise NotSent(_fault(error)) from error
    wire = getattr(connection, "connection", None)
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise NotSent(
            f"SMTPRecipientsRefused {max(codes)}", is_final=min(codes) >= FOR_GOOD
        ) from error
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
        # The server said no, also to a text that it had already taken.
        raise NotSent(_fault(error)) from error
    except (OSError, ValueError) as error:
        if isinstance(wire, _Watched) and not wire.has_begun:
            raise NotSent(_fault(error)) from error
        raise Unsure(_fault(error)) from error
    finally:
        _let_go(connection)


def _let_go(connection: Any) -> None:
    """Close a connection; a farewell that fails changes nothing about the letter."""
    with suppress(OSError):
        connection.close()


def _fault(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
