"""Sentences of requests about a family's data, and the words of their states."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.families.models import RequestKind, RequestState

KIND_LABELS: Mapping[RequestKind, Any] = {
    RequestKind.CORRECTION: _l("Correction"),
    RequestKind.ERASURE: _l("Erasure"),
}
REQUEST_LABELS: Mapping[RequestState, Any] = {
    RequestState.WAITING: _l("waiting for an answer"),
    RequestState.DONE: _l("done"),
    RequestState.ANSWERED: _l("not done"),
    RequestState.WITHDRAWN: _l("withdrawn"),
}
COLUMN_LABELS: Mapping[str, Any] = {
    "family_name": _l("Family name"),
    "given_name": _l("First name"),
    "patronymic": _l("Patronymic"),
    "birth_date": _l("Birth date"),
}

SENTENCES: Mapping[str, Sentence] = {
    "asked_already": lambda _values: _(
        "This was asked for already and waits for the coordinator. Take it back to ask anew."
    ),
    "nothing_wanted": lambda _values: _(
        "Everything here stands as it is noted already. Change what is wrong."
    ),
    "request_decided": lambda _values: _(
        "This request waits no more: it was decided or taken back meanwhile."
    ),
    "request_stands": lambda _values: _("This can’t be taken back any more."),
}
