"""Sentences of the reasons that the rules of completion give; families and staff read the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.contracts import Sentence
from lms.i18n import current_code


def say_day_of_month(day: date) -> str:
    """Say a date of this year: «24 травня» / "24 May"."""
    return format_date(day, "d MMMM", locale="en_GB" if current_code() == "en" else "uk")


def _so_far(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"attended": values["attended"], "needed": values["needed"]}


def _attendance_enough(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(attended)d of %(num)d session, %(needed)d needed: enough.",
        "%(attended)d of %(num)d sessions, %(needed)d needed: enough.",
        values["total"],
        **_so_far(values),
    )


def _attendance_reachable(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(attended)d of %(num)d session, %(needed)d needed; can still be reached by %(day)s.",
        "%(attended)d of %(num)d sessions, %(needed)d needed; can still be reached by %(day)s.",
        values["total"],
        day=say_day_of_month(values["on"]),
        **_so_far(values),
    )


def _attendance_short(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(attended)d of %(num)d session, %(needed)d needed; it can’t be reached any more.",
        "%(attended)d of %(num)d sessions, %(needed)d needed; it can’t be reached any more.",
        values["total"],
        **_so_far(values),
    )


def _attendance_not_started(values: Mapping[str, Any]) -> str:
    return ngettext(
        "No session has been held yet; %(needed)d of %(num)d session will be needed.",
        "No session has been held yet; %(needed)d of %(num)d sessions will be needed.",
        values["total"],
        needed=values["needed"],
    )


def _remark_not_held(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(num)d cancelled session does not count.",
        "%(num)d cancelled sessions do not count.",
        values["count"],
    )


def _remark_excused(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(num)d session missed for a good reason does not count.",
        "%(num)d sessions missed for a good reason do not count.",
        values["count"],
    )


def _remark_made_up(values: Mapping[str, Any]) -> str:
    return ngettext(
        "%(num)d session was made up and counts.",
        "%(num)d sessions were made up and count.",
        values["count"],
    )


def _left_the_group(values: Mapping[str, Any]) -> str:
    return _(
        "Left the group on %(day)s, before its last session.", day=say_day_of_month(values["on"])
    )


SENTENCES: Mapping[str, Sentence] = {
    "attendance_enough": _attendance_enough,
    "attendance_reachable": _attendance_reachable,
    "attendance_short": _attendance_short,
    "attendance_not_started": _attendance_not_started,
    "attendance_nothing_held": lambda _values: _("No session was held."),
    "remark_not_held": _remark_not_held,
    "remark_excused": _remark_excused,
    "remark_made_up": _remark_made_up,
    "project_shown": lambda _values: _("The final project was shown."),
    "project_missing": lambda _values: _("The final project has not been shown yet."),
    "nothing_is_issued": lambda _values: _("No certificate is given for this programme."),
    "kind_unknown": lambda _values: _(
        "The rules of this kind of programme are not installed here."
    ),
    "left_the_group": _left_the_group,
}
