"""Letters: by SMTP where a server is set, else as files in the outbox folder."""

from pathlib import Path

from flask import Flask, current_app
from flask_mailman import EmailMessage, EmailMultiAlternatives, Mail

_mail = Mail()

# Shorter than the lease of a job: else another worker would send the letter again.
TIMEOUT = 10


def init_mail(app: Flask) -> None:
    """Bind Flask-Mailman according to the settings."""
    outbox = Path(app.config["LMS_DATA"]).resolve() / "outbox"
    is_smtp = bool(app.config["LMS_MAIL_SERVER"])
    app.config.update(
        MAIL_BACKEND="smtp" if is_smtp else "lms.outbox",
        MAIL_SERVER=app.config["LMS_MAIL_SERVER"],
        MAIL_PORT=app.config["LMS_MAIL_PORT"],
        MAIL_USERNAME=app.config["LMS_MAIL_USER"] or None,
        MAIL_PASSWORD=app.config["LMS_MAIL_PASSWORD"] or None,
        MAIL_USE_TLS=is_smtp,
        MAIL_TIMEOUT=TIMEOUT,
        MAIL_DEFAULT_SENDER=app.config["LMS_MAIL_FROM"],
    )
    if not is_smtp:
        outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    _mail.init_app(app)


class Unreachable(OSError):
    """The mail server could not be spoken to: the letter surely did not leave."""


def send(to: str, subject: str, body: str) -> None:
    """Send one letter in plain text. The subject names no child and no programme."""
    EmailMessage(subject=subject, body=body, to=[to]).send()


def deliver(to: str, subject: str, body: str, *, html: str, key: str) -> None:
    """Send one letter as plain text and simple HTML.

    ``key`` becomes the letter's own Message-ID, so that a mailbox that gets it twice shows it once.

    :raises Unreachable: when no server answered, so that the letter may safely be tried again.
    """
    domain = current_app.config["LMS_MAIL_FROM"].rpartition("@")[2].strip(">") or "localhost"
    message = EmailMultiAlternatives(
        subject=subject, body=body, to=[to], headers={"Message-ID": f"<{key}@{domain}>"}
    )
    message.attach_alternative(html, "text/html")
    connection = message.get_connection()
    try:
        connection.open()
    except OSError as error:
        raise Unreachable from error
    try:
        connection.send_messages([message])
    finally:
        connection.close()
