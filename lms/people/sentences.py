"""Sentences of the reasons that people and core give."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.contracts import Sentence
from lms.i18n import say_day

CHECK_LABELS: Mapping[str, Any] = {
    "identity": _l("identity seen"),
    "background": _l("background check or references"),
    "training": _l("safeguarding training"),
    "code_of_conduct": _l("signed code of conduct"),
}


def _too_many(values: Mapping[str, Any]) -> str:
    return ngettext(
        "Too many tries. Try again in %(num)d minute.",
        "Too many tries. Try again in %(num)d minutes.",
        values["minutes"],
    )


def _check_missing(values: Mapping[str, Any]) -> str:
    return _("Not cleared: missing %(check)s.", check=CHECK_LABELS[values["check"]])


def _check_expired(values: Mapping[str, Any]) -> str:
    label = CHECK_LABELS[values["check"]]
    if isinstance(values["on"], date):
        return _(
            "Not cleared: %(check)s ran out on %(day)s.", check=label, day=say_day(values["on"])
        )
    return _("Not cleared: %(check)s has no date until which it holds.", check=label)


SENTENCES: Mapping[str, Sentence] = {
    "erased_already": lambda _values: _("This person’s data was erased before."),
    "still_staff": lambda _values: _(
        "This person is a coordinator or the director: take that role away first."
    ),
    "tables_asleep": lambda values: _(
        "A module that keeps data is switched off, so not everything could be erased. "
        "Switch it on and try again. Tables: %(tables)s.",
        tables=values["tables"],
    ),
    "too_many": _too_many,
    "check_missing": _check_missing,
    "check_expired": _check_expired,
    "link_spent": lambda _values: _(
        "This link was used already or has run out. Ask for a new one."
    ),
    "wrong_password": lambda _values: _("Name and password do not belong together."),
    "not_a_legal_guardian": lambda _values: _(
        "Only a parent or a legal representative can consent for a child."
    ),
}
