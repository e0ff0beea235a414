"""Sentences of families: refusals, ways of consenting, requests about data and their states."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.families.models import RequestKind, RequestState
from lms.families.rules import InvitationRefusal, Step
from lms.people.models import ConsentWay

INVITATION_LABELS: Mapping[InvitationRefusal, Any] = {
    InvitationRefusal.NOT_REACHED: _l("the library could not reach this person"),
    InvitationRefusal.NO_PROOF: _l("it is not clear that this person may represent the child"),
    InvitationRefusal.COURT: _l("a court decision or an order speaks against it"),
    InvitationRefusal.OTHER: _l("another reason: please ask the coordinator"),
}
WAY_LABELS: Mapping[ConsentWay, Any] = {
    ConsentWay.ONLINE: _l("online"),
    ConsentWay.PAPER: _l("on paper"),
    ConsentWay.NOTED: _l("said, and noted by the library"),
}
ASSENT_WAYS: Mapping[ConsentWay, Any] = {
    ConsentWay.NOTED: _l("said at a session"),
    ConsentWay.PAPER: _l("signed on paper"),
}
STEP_LABELS: Mapping[Step, Any] = {
    Step.ASSENT: _l("turns 14: must agree too"),
    Step.OWN: _l("turns 18: decides alone"),
}
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
    "invitation_spent": lambda _values: _(
        "This invitation was used already, taken back or has run out. Ask for a new one."
    ),
    "not_the_first_guardian": lambda _values: _(
        "Only the parent or legal representative who enrolled the child first can do this. "
        "If that has changed, ask the coordinator."
    ),
    "guardian_already": lambda _values: _("You are with this child already."),
    "last_legal_guardian": lambda _values: _(
        "Without you nobody could consent for the child any more. Please ask the coordinator."
    ),
    "invitation_decided": lambda _values: _(
        "Somebody decided about this invitation, or took it back, in the meantime."
    ),
    "no_child_page": lambda _values: _("There is no page for a child for this place in a group."),
    "has_password": lambda _values: _(
        "Coordinators and the director sign in by password; no link is made for them."
    ),
    "not_of_age": lambda _values: _(
        "Before the eighteenth birthday a child has no sign-in link of its own."
    ),
    "no_assent_asked": lambda _values: _(
        "Nothing was noted: a learner of 14 to 17 agrees to what a parent agreed to."
    ),
    "bad_scan": lambda _values: _("A scan is a PDF, JPEG or PNG file of at most 1.5 MB."),
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
