"""What enrolment says elsewhere: in the menu, on the coordinator's home, on a group's page."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.clock import today
from lms.contracts import Card, MenuItem, Panel, RoleName
from lms.courses.models import Cohort
from lms.enrolment.queue import count_waiting, phone_offers
from lms.enrolment.seats import seats_of


def _is_coordinator(principal: object) -> bool:
    return RoleName.COORDINATOR in getattr(principal, "roles", frozenset())


def menu(principal: object) -> list[MenuItem]:
    """Give the coordinator what waits, with the catalogue one step behind; others the catalogue."""
    if _is_coordinator(principal):
        return [MenuItem(_l("Applications"), "enrolment.applications", weight=15)]
    return [MenuItem(_l("Enrol"), "enrolment.catalogue", weight=18)]


def cards(principal: object) -> list[Card]:
    """Tell the coordinator how many applications wait, and whom to phone about a free place."""
    if not _is_coordinator(principal):
        return []
    found = []
    number = count_waiting()
    if number:
        found.append(
            Card(
                title=_("Applications waiting"),
                text=_("The oldest stand first."),
                figure=str(number),
                endpoint="enrolment.applications",
                tone="warn",
                weight=10,
            )
        )
    calls = len(phone_offers())
    if calls:
        text = ngettext(
            "A place is kept for one family: please phone.",
            "Places are kept for %(num)d families: please phone.",
            calls,
        )
        found.append(
            Card(
                title=_("Free places: to phone"),
                text=text,
                figure=str(calls),
                endpoint="enrolment.phone_list",
                tone="warn",
                weight=11,
            )
        )
    return found


def panel(cohort: Cohort, principal: object) -> list[Panel]:
    """Tell on a group's page how many places are taken, and lead the coordinator to the names."""
    if not _is_coordinator(principal):
        return []
    seats = seats_of([cohort.id], on=today())[cohort.id]
    lines = [
        _("%(taken)d of %(capacity)d places taken", taken=seats.taken, capacity=seats.capacity)
    ]
    if seats.held:
        lines.append(_("Held for an answer: %(number)d", number=seats.held))
    if seats.waiting:
        lines.append(_("Waiting: %(number)d", number=seats.waiting))
    links = (
        (_("Participants"), url_for("enrolment.cohort_participants", cohort_id=cohort.id)),
        (_("Waiting list"), url_for("enrolment.waiting_list", cohort_id=cohort.id)),
    )
    return [Panel(_("Participants"), lines=tuple(lines), links=links, weight=10)]
