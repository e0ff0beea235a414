"""When an event counts, and which entries contradict each other: pure rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.contracts import Reason, Verdict

LARGEST = 100_000
OLDEST = timedelta(days=3660)
FURTHEST = timedelta(days=366)


class EventState(StrEnum):
    """Where an event stands: its first head-count makes it held, as with a session."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class EventFacts:
    """What the rule asks about an event."""

    day: date
    in_person: int
    online: int
    is_in_person_allowed: bool
    is_online_allowed: bool
    is_place_online: bool = False


def assess_event(facts: EventFacts, *, on: date) -> Verdict:
    """Tell whether what was entered about an event can be so on a day.

    >>> day = date(2022, 5, 4)
    >>> facts = EventFacts(day, 12, 3, is_in_person_allowed=True, is_online_allowed=False)
    >>> [reason.code for reason in assess_event(facts, on=day).objections]
    ['event_has_no_online']
    """
    return Verdict(tuple(_objections(facts, on)))


def _objections(facts: EventFacts, on: date) -> Iterator[Reason]:
    if facts.in_person < 0 or facts.in_person > LARGEST:
        yield Reason("event_in_person_number", {"largest": LARGEST})
    if facts.online < 0 or facts.online > LARGEST:
        yield Reason("event_online_number", {"largest": LARGEST})
    if facts.in_person and not facts.is_in_person_allowed:
        yield Reason("event_has_no_in_person")
    if facts.online and not facts.is_online_allowed:
        yield Reason("event_has_no_online")
    if facts.is_place_online and not facts.is_online_allowed:
        yield Reason("event_place_online")
    if facts.day > on and facts.in_person + facts.online:
        yield Reason("event_not_yet_held", {"on": on})
    if not on - OLDEST <= facts.day <= on + FURTHEST:
        yield Reason("event_day_far", {"from": on - OLDEST, "to": on + FURTHEST})


def state_of(*, attendance: int, cancelled_on: date | None) -> EventState:
    """Tell where an event stands; only a held one counts, and a cancelled one never.

    >>> state_of(attendance=7, cancelled_on=None), state_of(attendance=0, cancelled_on=None)
    (<EventState.HELD: 'held'>, <EventState.PLANNED: 'planned'>)
    """
    if cancelled_on is not None:
        return EventState.CANCELLED
    return EventState.HELD if attendance else EventState.PLANNED
