"""Writing a calendar by RFC 5545 and RFC 7986, so that every phone reads it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Event

from lms.calendars.rules import Entry, Fate
from lms.calendars.zones import write_zone, years_of

# How often a phone should look again.
REFRESH = timedelta(hours=1)


def write_calendar(entries: Iterable[Entry], *, public_url: str) -> bytes:
    """Write a calendar in the language in force; the same entries give the same bytes.

    Times stand on the wall of the group's zone, whose rules are written along: a session at 17:00
    stays at 17:00 when the clocks change, and a phone in another zone shows its own hour.
    """
    listed = list(entries)
    calendar = Calendar()
    calendar.add("prodid", "-//LMS//Calendar feed//UK")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = _("Sessions")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for zone, days in _days_by_zone(listed).items():
        calendar.add_component(write_zone(zone, *years_of(days)))
    for entry in listed:
        calendar.add_component(_event(entry, public_url=public_url))
    written: bytes = calendar.to_ical(sorted=False)
    return written


def _days_by_zone(entries: Iterable[Entry]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for entry in entries:
        if entry.zone is not None:
            found.setdefault(entry.zone, []).append(entry.starts_at.date())
    return dict(sorted(found.items()))


def _event(entry: Entry, *, public_url: str) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"{public_url}/sessions/{entry.session_id}")))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", _on_the_wall(entry.starts_at, entry.zone))
    event.add("dtend", _on_the_wall(entry.ends_at, entry.zone))
    event.add("summary", _title(entry))
    event.add("status", "CONFIRMED" if entry.fate is Fate.STANDS else "CANCELLED")
    event.add("transp", "OPAQUE" if entry.fate is Fate.STANDS else "TRANSPARENT")
    event.add("class", "PRIVATE")
    if entry.path:
        page = public_url + entry.path
        event.add("url", page)
        event.add("description", _("Everything else stands on your page: %(url)s", url=page))
    return event


def _on_the_wall(moment: datetime, zone: str | None) -> datetime:
    """Put a moment on the wall of a zone, but for the hour that the clocks show twice."""
    if zone is None:
        return moment.astimezone(UTC)
    wall = moment.astimezone(ZoneInfo(zone))
    is_twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return moment.astimezone(UTC) if is_twice else wall


def _title(entry: Entry) -> str:
    title = entry.title or _("Session")
    if entry.fate is Fate.CANCELLED:
        return _("Cancelled: %(title)s", title=title)
    if entry.fate is Fate.MOVED:
        return _("Moved: %(title)s", title=title)
    return title
