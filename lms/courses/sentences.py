"""Sentences of the reasons that courses give, and the words of their states."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.contracts import Sentence
from lms.courses.models import AssignmentRole, NotHeldReason, SessionState
from lms.i18n import say_day

STATE_LABELS: Mapping[SessionState, Any] = {
    SessionState.PLANNED: _l("planned"),
    SessionState.HELD: _l("held"),
    SessionState.CANCELLED: _l("cancelled"),
    SessionState.MOVED: _l("moved"),
    SessionState.BROKEN_OFF: _l("broken off"),
}
NOT_HELD_LABELS: Mapping[NotHeldReason, Any] = {
    NotHeldReason.AIR_RAID: _l("air raid"),
    NotHeldReason.SHELLING: _l("shelling"),
    NotHeldReason.NO_POWER: _l("no power"),
    NotHeldReason.NO_CONNECTION: _l("no connection"),
    NotHeldReason.NO_SHELTER: _l("no shelter"),
    NotHeldReason.EVACUATION: _l("evacuation"),
    NotHeldReason.LEADER_UNABLE: _l("the leader could not"),
    NotHeldReason.OTHER: _l("something else"),
}
ASSIGNMENT_LABELS: Mapping[AssignmentRole, Any] = {
    AssignmentRole.MENTOR: _l("mentor"),
    AssignmentRole.LEADER: _l("leader"),
    AssignmentRole.HELPER: _l("second adult"),
}
WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


def _age(count: int) -> str:
    return ngettext("%(num)d year", "%(num)d years", count)


def _ages(values: Mapping[str, Any]) -> str:
    return _("for ages %(first)d to %(last)d", first=values["from_age"], last=values["to_age"])


def _too_young(values: Mapping[str, Any]) -> str:
    return _(
        "On %(day)s the learner is %(age)s old; this group is %(ages)s.",
        day=say_day(values["on"]),
        age=_age(values["age"]),
        ages=_ages(values),
    )


def propose_name(starts_on: date) -> str:
    """Propose what a module that begins on a day is called: «Весна 2023»."""
    seasons = (_("Winter"), _("Spring"), _("Summer"), _("Autumn"))
    return f"{seasons[starts_on.month % 12 // 3]} {starts_on.year}"


SENTENCES: Mapping[str, Sentence] = {
    "too_young": _too_young,
    "too_old": _too_young,
    "birth_date_needed": lambda _values: _(
        "The birth date is needed: this group has limits of age."
    ),
    "birth_date_ahead": lambda _values: _("The birth date lies ahead. Check the year."),
    "already_held": lambda _values: _(
        "This session was held already; it can’t be cancelled or moved."
    ),
    "leads_the_group": lambda _values: _(
        "Whoever leads this group can’t be its learner at the same time."
    ),
    "session_there": lambda _values: _("The group has a session at this time already."),
}
