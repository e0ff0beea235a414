"""Words that most letters share."""

from flask_babel import gettext as _

from lms.letters.rules import Link


def hello() -> str:
    """Greet."""
    return _("Good day!")


def my_page() -> Link:
    """Lead to the reader's own page, signed in."""
    return Link(_("My page"), signs_in=True)


def once() -> str:
    """Say how the link of ``my_page`` works."""
    return _(
        "The button signs you in once, without a password. Later ask for a new link on the "
        "sign-in page."
    )
