"""Wall time and zones: a session at 17:00 stays at 17:00 when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def days_of(weekday: int, from_day: date, until_day: date) -> list[date]:
    """List the days with this weekday (0 is Monday), both ends included.

    >>> days_of(0, date(2022, 10, 25), date(2022, 11, 8))
    [datetime.date(2022, 10, 31), datetime.date(2022, 11, 7)]
    """
    first = from_day + timedelta(days=(weekday - from_day.weekday()) % 7)
    span = (until_day - first).days
    return [first + timedelta(weeks=week) for week in range(span // 7 + 1)] if span >= 0 else []


def moment_on(day: date, wall: time, zone: str) -> datetime:
    """Answer the moment of a wall time on a day in a zone, as UTC.

    >>> moment_on(date(2022, 10, 29), time(17), "Europe/Kyiv").hour
    14
    >>> moment_on(date(2022, 10, 31), time(17), "Europe/Kyiv").hour
    15
    """
    return datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)


def wall_day(moment: datetime, zone: str) -> date:
    """Answer the date on the wall of a zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()
