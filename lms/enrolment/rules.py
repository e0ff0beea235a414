"""Does a group take applications, is a place given, when does a group meet: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LINK_HOURS = 24
UNDO_HOURS = 24
MOST_RHYTHMS = 3


class Refusal(StrEnum):
    """Why an application is refused; the family reads the words of it."""

    AGE = "age"
    NO_SEATS = "no_seats"
    DUPLICATE = "duplicate"
    NOT_REACHED = "not_reached"
    OTHER = "other"


def is_open(opens_on: date | None, closes_on: date | None, ends_on: date, *, on: date) -> bool:
    """Tell whether a module takes applications on a day; without dates it does until it ends.

    >>> is_open(None, date(2022, 9, 20), date(2022, 12, 20), on=date(2022, 9, 20))
    True
    >>> is_open(date(2022, 9, 1), None, date(2022, 12, 20), on=date(2022, 8, 31))
    False
    """
    return (opens_on is None or opens_on <= on) and on <= (closes_on or ends_on)


@dataclass(frozen=True)
class Seats:
    """The places of a group: how many there are, are taken, and are asked for by those who wait."""

    capacity: int
    taken: int
    waiting: int = 0

    @property
    def left(self) -> int:
        """Count the places that nobody has or waits for."""
        return max(0, self.capacity - self.taken - self.waiting)

    @property
    def is_full(self) -> bool:
        """Tell whether nobody more can be seated, waiting or not."""
        return self.taken >= self.capacity


def gets_place(seats: Seats, *, accepts_at_once: bool) -> bool:
    """Tell whether a new application gets a place at once.

    Whoever has been waiting comes first: a place that became free is not for newcomers.

    >>> gets_place(Seats(5, 4), accepts_at_once=True)
    True
    >>> gets_place(Seats(5, 4, waiting=1), accepts_at_once=True)
    False
    >>> gets_place(Seats(5, 0), accepts_at_once=False)
    False
    """
    return accepts_at_once and seats.left > 0


def goes_on(until: date | None, ends_on: date) -> bool:
    """Tell whether a place lasted until its module ended, so that its holder is asked to go on.

    >>> goes_on(None, date(2022, 12, 20)), goes_on(date(2022, 10, 1), date(2022, 12, 20))
    (True, False)
    """
    return until is None or until >= ends_on


def is_link_shown(starts_at: datetime, minutes: int, *, now: datetime) -> bool:
    """Tell whether a session's link may be seen: from 24 hours before the start until the end."""
    return starts_at - timedelta(hours=LINK_HOURS) <= now < starts_at + timedelta(minutes=minutes)


def is_fresh(moment: datetime | None, *, now: datetime) -> bool:
    """Tell whether something decided at a moment can still be taken back."""
    return moment is not None and now - moment < timedelta(hours=UNDO_HOURS)


@dataclass(frozen=True)
class Meeting:
    """One session as a timetable sees it."""

    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class Rhythm:
    """The same hours on one or several weekdays (0 is Monday), on the wall of one zone."""

    weekdays: tuple[int, ...]
    begins: time
    ends: time


@dataclass(frozen=True)
class Timetable:
    """When a group meets: a weekly rhythm where there is one, else its days."""

    first: datetime | None = None
    last: datetime | None = None
    count: int = 0
    rhythms: tuple[Rhythm, ...] = ()


def summarise(meetings: Iterable[Meeting], *, zone: str) -> Timetable:
    """Say in few words when a group meets, on the wall of a zone.

    It is a rhythm when every weekday with its hours comes again and there are few of them.

    >>> from datetime import UTC
    >>> two = [Meeting(datetime(2022, 9, day, 14, tzinfo=UTC), 60) for day in (5, 12)]
    >>> summarise(two, zone="Europe/Kyiv").rhythms
    (Rhythm(weekdays=(0,), begins=datetime.time(17, 0), ends=datetime.time(18, 0)),)
    >>> summarise(two[:1], zone="Europe/Kyiv").rhythms
    ()
    """
    local = sorted(
        (meeting.starts_at.astimezone(ZoneInfo(zone)), meeting.minutes) for meeting in meetings
    )
    if not local:
        return Timetable()
    seen: dict[tuple[time, time], dict[int, int]] = {}
    for start, minutes in local:
        hours = (start.time(), (start + timedelta(minutes=minutes)).time())
        days = seen.setdefault(hours, {})
        days[start.weekday()] = days.get(start.weekday(), 0) + 1
    is_weekly = len(seen) <= MOST_RHYTHMS and all(
        times > 1 for days in seen.values() for times in days.values()
    )
    rhythms = [Rhythm(tuple(sorted(days)), *hours) for hours, days in seen.items()]
    return Timetable(
        first=local[0][0],
        last=local[-1][0],
        count=len(local),
        rhythms=tuple(sorted(rhythms, key=lambda one: one.weekdays)) if is_weekly else (),
    )
