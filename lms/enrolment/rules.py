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

    @property
    def ends_at(self) -> datetime:
        """The moment of its end."""
        return self.starts_at + timedelta(minutes=self.minutes)


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


def told_in(meetings: Iterable[Meeting], *, zone: str, home: str) -> tuple[Timetable, ...]:
    """Say when a group meets on the wall of another zone, or nothing where the clocks agree.

    Zones change their clocks on different days, so each run of sessions with the same
    difference from the library's wall is told by itself.

    >>> from datetime import UTC
    >>> days = (datetime(2022, 10, day, 14, tzinfo=UTC) for day in (3, 10))
    >>> told = told_in([Meeting(day, 60) for day in days], zone="Europe/Warsaw", home="Europe/Kyiv")
    >>> [rhythm.begins.hour for timetable in told for rhythm in timetable.rhythms]
    [16]
    >>> told_in([Meeting(datetime(2022, 10, 3, 14, tzinfo=UTC), 60)], zone="Europe/Helsinki",
    ...         home="Europe/Kyiv")
    ()
    """
    there, here = ZoneInfo(zone), ZoneInfo(home)
    runs: list[tuple[timedelta, list[Meeting]]] = []
    for meeting in sorted(meetings, key=lambda one: one.starts_at):
        moment = meeting.starts_at
        ahead = _offset(moment, there) - _offset(moment, here)
        if not runs or runs[-1][0] != ahead:
            runs.append((ahead, []))
        runs[-1][1].append(meeting)
    if not any(ahead for ahead, _run in runs):
        return ()
    return tuple(summarise(run, zone=zone) for _ahead, run in runs)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def first_clash(one: Iterable[Meeting], other: Iterable[Meeting]) -> datetime | None:
    """Answer when two groups first meet at the same time, or nothing.

    Moments are compared, not weekdays: every second week does not clash with the weeks between.

    >>> from datetime import UTC
    >>> monday = datetime(2022, 9, 5, 14, tzinfo=UTC)
    >>> first_clash([Meeting(monday, 60)], [Meeting(monday + timedelta(minutes=59), 60)]).minute
    59
    >>> first_clash([Meeting(monday, 60)], [Meeting(monday + timedelta(minutes=60), 60)])
    """
    others = sorted(other, key=lambda meeting: meeting.starts_at)
    found = [
        max(mine.starts_at, theirs.starts_at)
        for mine in one
        for theirs in others
        if mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at
    ]
    return min(found, default=None)
