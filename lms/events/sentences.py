"""What events call their words, and the sentences of their reasons."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.events.models import EventFormat
from lms.i18n import say_day, say_number

FORMAT_LABELS: Mapping[EventFormat, Any] = {
    EventFormat.IN_PERSON: _l("in person"),
    EventFormat.ONLINE: _l("online"),
    EventFormat.HYBRID: _l("in person and online"),
}


def _number(values: Mapping[str, Any]) -> str:
    return _("A number from 0 to %(largest)s.", largest=say_number(values["largest"]))


def _not_yet(values: Mapping[str, Any]) -> str:
    return _(
        "This day has not come yet (today is %(day)s): leave the head-counts empty until it has.",
        day=say_day(values["on"]),
    )


def _far(values: Mapping[str, Any]) -> str:
    return _(
        "Choose a day between %(first)s and %(last)s.",
        first=say_day(values["from"]),
        last=say_day(values["to"]),
    )


SENTENCES: Mapping[str, Sentence] = {
    "event_in_person_number": _number,
    "event_online_number": _number,
    "event_has_no_in_person": lambda _values: _(
        "The event is online only: leave this empty, or choose “in person and online”."
    ),
    "event_has_no_online": lambda _values: _(
        "The event is in person only: leave this empty, or choose “in person and online”."
    ),
    "event_place_online": lambda _values: _(
        "The event is in person: choose a place where people meet."
    ),
    "event_not_yet_held": _not_yet,
    "event_day_far": _far,
    "event_place_unknown": lambda _values: _("Choose a place of the list."),
    "event_without_title": lambda _values: _("Fill this in."),
}
