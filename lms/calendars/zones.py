"""Writing the rules of a zone into a calendar: one observance for each change of its clocks.

``icalendar`` can write them too, but gives the onset of summer time by the clock after the change
where RFC 5545 (3.6.5) asks for the one before, and folds years into RDATE: ical.js then shows
sessions of that day an hour too late.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@lru_cache(maxsize=64)
def write_zone(zone: str, first_year: int, last_year: int) -> Timezone:
    """Write what the clocks of a zone did and will do in these years, both included."""
    wall = ZoneInfo(zone)
    begins = datetime(first_year, 1, 1, tzinfo=UTC)
    written = Timezone()
    written.add("tzid", zone)
    written.add_component(_observance(begins, wall))
    for moment in _changes(wall, begins, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        written.add_component(_observance(moment, wall))
    return written


def _changes(wall: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """Find the moments at which a zone's clocks change.

    >>> kyiv = ZoneInfo("Europe/Kyiv")
    >>> [str(m) for m in _changes(kyiv, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))]
    ['2026-03-29 01:00:00+00:00', '2026-10-25 01:00:00+00:00']
    """
    day = begins
    while day < ends:
        if _offset(day, wall) != _offset(day + DAY, wall):
            before, after = day, day + DAY
            while after - before > SECOND:
                middle = before + (after - before) // 2
                if _offset(middle, wall) == _offset(before, wall):
                    before = middle
                else:
                    after = middle
            yield after.replace(microsecond=0)
        day += DAY


def _offset(moment: datetime, wall: ZoneInfo) -> timedelta:
    return moment.astimezone(wall).utcoffset() or timedelta()


def _observance(moment: datetime, wall: ZoneInfo) -> TimezoneDaylight | TimezoneStandard:
    is_summer = bool(moment.astimezone(wall).dst())
    offset_from, offset_to = _offset(moment - SECOND, wall), _offset(moment, wall)
    written = TimezoneDaylight() if is_summer else TimezoneStandard()
    written.add("tzname", moment.astimezone(wall).tzname())
    written.add("dtstart", (moment + offset_from).replace(tzinfo=None))
    written.add("tzoffsetfrom", offset_from)
    written.add("tzoffsetto", offset_to)
    return written


def years_of(days: list[date]) -> tuple[int, int]:
    """Answer the years whose rules a calendar needs: one more on each side."""
    return min(days).year - 1, max(days).year + 1
