"""Sentences of the reasons that issuing, revoking and printing give."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence

REVOCATIONS: Mapping[str, Any] = {
    "by_mistake": _l("issued by mistake"),
    "wrong_data": _l("it holds wrong data"),
    "not_completed": _l("the course was not completed"),
    "holder_asked": _l("its holder asked for it"),
}
"""Reasons to revoke that are known in both languages; any other is the coordinator’s own words."""

ERASED_WORDS = "erased"
"""Stands where the coordinator's own words were, once the holder is erased."""


def say_revocation(reason: str) -> str:
    """Say why a paper was revoked: a known reason in the reader's language, or the words typed."""
    if reason == ERASED_WORDS:
        return _("the words of the reason were erased with the holder’s data")
    return str(REVOCATIONS.get(reason, reason))


def _letters(values: Mapping[str, Any]) -> str:
    return _(
        "The name holds characters that can’t be printed: %(letters)s. Correct the name first.",
        letters=" ".join(values["letters"]),
    )


SENTENCES: Mapping[str, Sentence] = {
    "not_confirmed": lambda _values: _("The rule is met, but the completion is not confirmed yet."),
    "certificate_issued": lambda values: _("Issued already: %(number)s.", number=values["number"]),
    "certificate_revoked": lambda values: _(
        "%(number)s was issued and revoked.", number=values["number"]
    ),
    "name_unprintable": _letters,
    "unprintable": lambda _values: _("The texts of this certificate can’t be printed."),
    "name_too_long": lambda _values: _("The name is too long to be printed."),
    "award_unknown": lambda _values: _(
        "What is to be issued is not known here: its module is not installed."
    ),
    "already_revoked": lambda _values: _("This certificate was revoked already."),
    "too_late_to_restore": lambda _values: _(
        "A revocation can be taken back for 24 hours; this one is older."
    ),
    "reason_names_holder": lambda _values: _(
        "Strangers will read this reason: leave out the name of a child."
    ),
    "document_lost": lambda _values: _(
        "The stored document is gone or damaged, and it can’t be made again the same."
    ),
}
