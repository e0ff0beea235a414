"""Sentences of the reasons that registers give, and the words of the marks."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.attendance.rules import AbsenceReason, Mode, Status
from lms.contracts import Sentence
from lms.i18n import say_day

STATUS_LABELS: Mapping[Status, Any] = {
    Status.PRESENT: _l("here"),
    Status.LATE: _l("late"),
    Status.ABSENT: _l("absent"),
    Status.EXCUSED: _l("good reason"),
    Status.MADE_UP: _l("made up"),
}
MODE_LABELS: Mapping[Mode, Any] = {
    Mode.IN_PERSON: _l("in person"),
    Mode.ONLINE: _l("online"),
}

ABSENCE_LABELS: Mapping[AbsenceReason, Any] = {
    AbsenceReason.NO_POWER: _l("no power"),
    AbsenceReason.NO_CONNECTION: _l("no connection"),
    AbsenceReason.AIR_RAID: _l("air raid"),
    AbsenceReason.OTHER: _l("something else"),
}


def _too_early(values: Mapping[str, Any]) -> str:
    return _(
        "This session is on %(day)s. Marks can be entered from that day on.",
        day=say_day(values["on"]),
    )


SENTENCES: Mapping[str, Sentence] = {
    "register_too_early": _too_early,
    "session_not_held": lambda _values: _(
        "This session was cancelled or moved. Take that back first, then mark."
    ),
    "reason_needed": lambda _values: _(
        "This register is locked. Write why it is changed; the reason is kept with the change."
    ),
    "register_nameless": lambda _values: _(
        "No name stands on this register: only how many came is counted."
    ),
    "register_stranger": lambda _values: _("Somebody is not in the group on this day."),
    "more_first_time_than_there": lambda values: _(
        "%(first_time)d came for the first time, but only %(total)d were there.",
        first_time=values["first_time"],
        total=values["total"],
    ),
    "session_began": lambda _values: _(
        "The session has begun, so nothing can be changed here any more. Write to the library if "
        "something is wrong."
    ),
    "heads_negative": lambda _values: _("A number of people can’t be below zero."),
}
