"""Does a group take applications, is a place given, when does a group meet: pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LINK_HOURS = 24
UNDO_HOURS = 24
MOST_RHYTHMS = 3
# In the last days before the first session a letter with a deadline comes too late.
PHONE_DAYS = 3
# Whoever let two offers end is not written to a third time: the coordinator looks at it.
MOST_UNANSWERED = 2


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
    """The places of a group: how many there are, are taken, and are asked for by those who wait.

    ``held`` are the places kept for open offers; whoever has one is among those who wait.
    """

    capacity: int
    taken: int
    waiting: int = 0
    held: int = 0

    @property
    def left(self) -> int:
        """Count the places that nobody has or waits for."""
        return max(0, self.capacity - self.taken - max(self.waiting, self.held))

    @property
    def free(self) -> int:
        """Count the places that nobody has and that are held for nobody."""
        return max(0, self.capacity - self.taken - self.held)

    @property
    def is_full(self) -> bool:
        """Tell whether nobody more can be seated: every place is taken or held for an offer."""
        return self.taken + self.held >= self.capacity


def gets_place(seats: Seats, *, accepts_at_once: bool) -> bool:
    """Tell whether a new application gets a place at once.

    Whoever has been waiting comes first: a place that became free is not for newcomers.

    >>> gets_place(Seats(5, 4), accepts_at_once=True)
    True
    >>> gets_place(Seats(5, 4, waiting=1), accepts_at_once=True)
    False
    >>> gets_place(Seats(5, 4, held=1), accepts_at_once=True)
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


@dataclass(frozen=True)
class Wish:
    """One application in the queue. ``family`` is set while a family wants all or none."""

    application_id: int
    person_id: int
    cohort_id: int
    family: str = ""


def fit_all(children: Sequence[Sequence[Wish]], free: Mapping[int, int]) -> tuple[Wish, ...]:
    """Find for each child one of the groups asked for, all at once; nothing when they do not fit.

    Whoever comes later may push an earlier child to another group that it asked for (Kuhn's
    augmenting paths), so that a family fits whenever it can.

    >>> either = [Wish(1, 1, 10), Wish(2, 1, 20)]
    >>> [wish.cohort_id for wish in fit_all([either, [Wish(3, 2, 10)]], {10: 1, 20: 1})]
    [20, 10]
    >>> fit_all([either, [Wish(3, 2, 10)]], {10: 1})
    ()
    """
    chosen: dict[int, Wish] = {}
    holders: dict[int, list[int]] = {}

    def place(child: int, tried: set[int]) -> bool:
        for wish in children[child]:
            cohort_id = wish.cohort_id
            if cohort_id in tried or free.get(cohort_id, 0) <= 0:
                continue
            tried.add(cohort_id)
            held = holders.setdefault(cohort_id, [])
            if len(held) >= free[cohort_id]:
                moved = next((other for other in list(held) if place(other, tried)), None)
                if moved is None:
                    continue
                held.remove(moved)
            held.append(child)
            chosen[child] = wish
            return True
        return False

    if all(place(child, set()) for child in range(len(children))):
        return tuple(chosen[child] for child in range(len(children)))
    return ()


def plan_offers(
    queue: Sequence[Wish],
    free: Mapping[int, int],
    placed: AbstractSet[tuple[str, int]] = frozenset(),
) -> tuple[tuple[Wish, ...], ...]:
    """Tell who is offered the free places, in the order of the queue.

    A family that wants all or none is passed over while it does not fit as a whole and keeps its
    place in the queue, so that it is never split and never holds up the others for ever.

    :param placed: family and child where the child has a place or an open offer by that form.

    >>> queue = [Wish(1, 1, 10, "f"), Wish(2, 2, 10, "f"), Wish(3, 3, 10)]
    >>> [[wish.application_id for wish in together] for together in plan_offers(queue, {10: 1})]
    [[3]]
    >>> [[wish.application_id for wish in together] for together in plan_offers(queue, {10: 3})]
    [[1, 2], [3]]
    """
    left = dict(free)
    whole: dict[str, bool] = {}
    chosen: set[int] = set()
    plan: list[tuple[Wish, ...]] = []

    def take(together: Sequence[Wish]) -> None:
        plan.append(tuple(together))
        for wish in together:
            chosen.add(wish.application_id)
            left[wish.cohort_id] -= 1

    for wish in queue:
        if wish.family and wish.family not in whole:
            lacking = _lacking(queue, wish.family, placed)
            fitting = fit_all(lacking, left)
            whole[wish.family] = not lacking or bool(fitting)
            if fitting:
                take(fitting)
        is_alone = not wish.family or whole[wish.family]
        if is_alone and wish.application_id not in chosen and left.get(wish.cohort_id, 0) > 0:
            take([wish])
    return tuple(plan)


def _lacking(
    queue: Sequence[Wish], family: str, placed: AbstractSet[tuple[str, int]]
) -> list[list[Wish]]:
    by_child: dict[int, list[Wish]] = {}
    for wish in queue:
        if wish.family == family and (family, wish.person_id) not in placed:
            by_child.setdefault(wish.person_id, []).append(wish)
    return list(by_child.values())


class OfferWay(StrEnum):
    """How a free place is offered: by letter with a deadline, or by the coordinator's phone."""

    LETTER = "letter"
    PHONE = "phone"


def offer_way(
    first_session: datetime, *, now: datetime, may_be_written_to: bool
) -> OfferWay | None:
    """Tell how a free place is offered; from the first session on not at all by itself.

    >>> from datetime import UTC
    >>> first = datetime(2022, 9, 5, 14, tzinfo=UTC)
    >>> offer_way(first, now=first - timedelta(days=3), may_be_written_to=True)
    <OfferWay.LETTER: 'letter'>
    >>> offer_way(first, now=first - timedelta(days=2), may_be_written_to=True)
    <OfferWay.PHONE: 'phone'>
    >>> offer_way(first, now=first, may_be_written_to=True) is None
    True
    """
    if now >= first_session:
        return None
    is_late = first_session - now < timedelta(days=PHONE_DAYS)
    return OfferWay.PHONE if is_late or not may_be_written_to else OfferWay.LETTER


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


def overlap(one: Sequence[Meeting], other: Sequence[Meeting]) -> bool:
    """Tell whether two groups meet at the same time at least once; both stand in order of time.

    >>> from datetime import UTC
    >>> five = datetime(2022, 9, 5, 17, tzinfo=UTC)
    >>> overlap([Meeting(five, 60)], [Meeting(five + timedelta(minutes=59), 60)])
    True
    >>> overlap([Meeting(five, 60)], [Meeting(five + timedelta(minutes=60), 60)])
    False
    """
    left, right = 0, 0
    while left < len(one) and right < len(other):
        mine, theirs = one[left], other[right]
        if mine.starts_at + timedelta(minutes=mine.minutes) <= theirs.starts_at:
            left += 1
        elif theirs.starts_at + timedelta(minutes=theirs.minutes) <= mine.starts_at:
            right += 1
        else:
            return True
    return False


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
