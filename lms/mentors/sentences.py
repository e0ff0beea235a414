"""What the mentors' pages call their words, and the sentences of their reasons."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.contracts import Sentence
from lms.i18n import say_day
from lms.mentors.models import Category

CATEGORY_LABELS: Mapping[Category, Any] = {
    Category.IT_SPECIALIST: _l("IT specialist"),
    Category.TEACHER: _l("teacher"),
    Category.STUDENT: _l("student"),
    Category.LIBRARIAN: _l("librarian"),
}


def _led(values: Mapping[str, Any]) -> str:
    return _(
        "Held %(sessions)s as mentor: %(hours)s.",
        sessions=ngettext("%(num)d session", "%(num)d sessions", values["sessions"]),
        hours=ngettext("%(num)d academic hour", "%(num)d academic hours", values["hours"]),
    )


SENTENCES: Mapping[str, Sentence] = {
    "mentor_led": _led,
    "mentor_led_nothing": lambda _values: _("No session was held as mentor in this module yet."),
    "mentor_was_cleared": lambda values: _(
        "Was cleared on the day of the last session, %(day)s.", day=say_day(values["on"])
    ),
    "mentor_name_unprintable": lambda values: _(
        "The name holds characters that can’t be printed: %(letters)s. Correct the name first.",
        letters=" ".join(values["letters"]),
    ),
    "credential_not_for_module": lambda _values: _("Mentors of this programme get no credential."),
    "certificates_off": lambda _values: _("Certificates: module not installed"),
}
