"""What the desk calls its words, and the sentences of its reasons."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.hub.models import Format, Visitor
from lms.i18n import say_day

FORMAT_LABELS: Mapping[Format, Any] = {
    Format.IN_PERSON: _l("in person"),
    Format.ONLINE: _l("online"),
}
VISITOR_LABELS: Mapping[Visitor, Any] = {
    Visitor.FIRST_TIME: _l("for the first time"),
    Visitor.RETURNING: _l("been here before"),
    Visitor.NOT_ASKED: _l("not asked"),
}


def _minutes(values: Mapping[str, Any]) -> str:
    return _("A consultation takes from 1 to %(longest)d minutes.", longest=values["longest"])


def _ahead(values: Mapping[str, Any]) -> str:
    return _("This day has not come yet; today is %(day)s.", day=say_day(values["on"]))


def _too_old(values: Mapping[str, Any]) -> str:
    return _("Consultations can be noted back to %(day)s.", day=say_day(values["on"]))


SENTENCES: Mapping[str, Sentence] = {
    "consultation_without_topic": lambda _values: _("Tap at least one topic."),
    "consultation_minutes": _minutes,
    "consultation_ahead": _ahead,
    "consultation_too_old": _too_old,
    "consultation_place_online": lambda _values: _(
        "Help given in person needs a place where people meet."
    ),
    "consultation_place_unknown": lambda _values: _("Choose a place of the list."),
    "consultation_topic_unknown": lambda _values: _("Choose topics of the list."),
    "too_late_to_undo": lambda _values: _(
        "This was recorded more than 15 minutes ago and stays as it is."
    ),
    "topic_known": lambda values: _("“%(name)s” is in the list already.", name=values["name"]),
}
