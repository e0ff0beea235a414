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


def _undo_late(values: Mapping[str, Any]) -> str:
    return ngettext(
        "Too late to undo: what it needs is kept for %(num)d hour only.",
        "Too late to undo: what it needs is kept for %(num)d hours only.",
        values["hours"],
    )


ALIKE: Mapping[str, Any] = {
    "alike_name_same": _l("the same name"),
    "alike_name_spelt_otherwise": _l("one name, spelt otherwise"),
    "alike_name_swapped": _l("family name and first name are swapped"),
    "alike_name_other_form": _l("the family name in its other gender form"),
    "alike_name_slip": _l("names that differ by a letter or two"),
    "alike_name_family_other": _l("another family name"),
    "alike_birth_same": _l("the same birth date"),
    "alike_birth_swapped": _l("birth dates with day and month swapped"),
    "alike_birth_digit": _l("birth dates that differ by one digit"),
    "alike_birth_missing": _l("a birth date is missing"),
    "alike_birth_other": _l("another birth date"),
    "alike_tie_guardian": _l("the same guardian"),
    "alike_tie_phone": _l("the same telephone in the family"),
    "alike_tie_email": _l("the same e-mail in the family"),
    "alike_patronymic_same": _l("the same patronymic"),
    "alike_patronymic_other": _l("another patronymic"),
}


def _alike(code: str) -> Sentence:
    return lambda _values: str(ALIKE[code])


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
    **{code: _alike(code) for code in ALIKE},
    "merge_same_record": lambda _values: _("This is one and the same record."),
    "merge_erased": lambda _values: _("One of the two records was erased or merged already."),
    "merge_family": lambda _values: _(
        "A guardian and their child are two people. Correct the names instead."
    ),
    "merge_own_record": lambda _values: _(
        "This is your own record: let it stay and merge the other one into it."
    ),
    "merge_module_off": lambda _values: _(
        "A module is switched off, and its rows would stay behind. Switch it on first."
    ),
    "merge_uncovered": lambda values: _(
        "Nothing was merged: nobody says what becomes of %(column)s.", column=values["column"]
    ),
    "merge_leads_own_group": lambda _values: _(
        "One record learns in a group that the other one leads. End one of the two first."
    ),
    "merge_not_agreed": lambda values: _(
        "Nothing was merged: tick what is opened to %(name)s, or leave the records as they are.",
        name=values["what"],
    ),
    "unmerge_done": lambda _values: _("This was undone already."),
    "unmerge_late": _undo_late,
    "unmerge_depends": lambda _values: _(
        "This can’t be undone any more: what was merged has been changed since."
    ),
    "too_many": _too_many,
    "check_missing": _check_missing,
    "check_expired": _check_expired,
    "link_spent": lambda _values: _(
        "This link was used already or has run out. Ask for a new one."
    ),
    "code_wrong": lambda _values: _(
        "This code does not fit. It may have run out: each one is good for fifteen minutes and "
        "five tries, in the browser that asked for it. Ask for a new one."
    ),
    "wrong_password": lambda _values: _("Name and password do not belong together."),
    "not_a_legal_guardian": lambda _values: _(
        "Only a parent or a legal representative can consent for a child."
    ),
}
