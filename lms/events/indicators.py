"""What other events add to the annual report."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.contracts import Indicator, IndicatorRow
from lms.events.services import EventRow, events_of_year, has_events


def count_events(year: int) -> int | None:
    """Count the events held in a year; nothing recorded means that nothing is known."""
    return len(events_of_year(year)) if has_events(year) else None


def count_attendance(year: int) -> int | None:
    """Count the heads at the events held in a year, in person and online together."""
    if not has_events(year):
        return None
    return sum(event.attendance for event in events_of_year(year))


def event_rows(year: int) -> list[IndicatorRow]:
    """List the events held, each counting once however it was held."""
    return [IndicatorRow(day=e.day, text=e.title, amount=1) for e in events_of_year(year)]


def attendance_rows(year: int) -> list[IndicatorRow]:
    """List the events held with their head-counts."""
    return [
        IndicatorRow(day=e.day, text=f"{e.title} · {_heads(e)}", amount=e.attendance)
        for e in events_of_year(year)
    ]


def _heads(event: EventRow) -> str:
    parts = (
        (event.in_person, ngettext("%(num)d in person", "%(num)d in person", event.in_person)),
        (event.online, ngettext("%(num)d online", "%(num)d online", event.online)),
    )
    return ", ".join(words for number, words in parts if number)


INDICATORS = (
    Indicator(
        key="other_events",
        label=_l("Other educational and cultural events"),
        unit=_l("events"),
        rule=_l(
            "Events with a head-count; cancelled ones do not count, a hybrid one is one event."
        ),
        count=count_events,
        rows=event_rows,
        weight=20,
    ),
    Indicator(
        key="other_event_attendance",
        label=_l("Visits to other educational and cultural events"),
        unit=_l("visits"),
        rule=_l("Head-counts of the events held, in person and online together."),
        count=count_attendance,
        rows=attendance_rows,
        of="other_events",
        weight=21,
    ),
)
