"""The letter after an application: a link to sign in, and not a word about a child or a group."""

from flask import current_app, url_for
from flask_babel import gettext as _

from lms import limits, mail
from lms.clock import now
from lms.db import db
from lms.people.models import ContactRule, Person
from lms.people.services import open_account
from lms.people.signing import make_sign_in_link

LETTERS_PER_HOUR = 3


def prepare_link(person: Person) -> str:
    """Make the address of a sign-in link for whoever may be written to, or nothing.

    An address gets few letters an hour whoever types it, so that the form can't be turned
    against somebody's mailbox.
    """
    if not person.email or person.contact_rule is not ContactRule.USUAL:
        return ""
    try:
        with db.session.begin_nested():
            limits.take(
                "application_letter", person.email, limit=LETTERS_PER_HOUR, seconds=3600, now=now()
            )
    except limits.TooMany:
        return ""
    token = make_sign_in_link(
        open_account(person), hours=current_app.config["LMS_SIGN_IN_LINK_HOURS"], now=now()
    )
    return str(current_app.config["LMS_PUBLIC_URL"] + url_for("people.use_link", token=token))


def send_link(person: Person, address: str) -> bool:
    """Send the prepared link; answer whether it left. The application stands either way."""
    hours = current_app.config["LMS_SIGN_IN_LINK_HOURS"]
    body = (
        _("Good day!"),
        _(
            "Your application has reached the library. Your page shows the timetable, the link to "
            "the sessions and your consents:"
        ),
        address,
        _(
            "The link works once, for %(hours)d hours. Later you can ask for a new one on the "
            "sign-in page.",
            hours=hours,
        ),
        _("If you did not send anything, simply delete this letter."),
    )
    try:
        mail.send(person.email, _("Your application has arrived"), "\n\n".join(body))
    except OSError as error:
        current_app.logger.warning("a letter did not leave: %s", type(error).__name__)
        return False
    return True
