"""When an event counts, and what contradicts itself: tables."""

from datetime import date

import pytest

from lms.events.rules import LARGEST, EventFacts, EventState, assess_event, state_of

ON = date(2022, 5, 4)


def facts(in_person: int = 0, online: int = 0, day: date = ON, **more: bool) -> EventFacts:
    allowed = {"is_in_person_allowed": True, "is_online_allowed": True} | more
    return EventFacts(day, in_person, online, **allowed)


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (facts(), []),
        (facts(10, 5), []),
        (facts(LARGEST, LARGEST), []),
        (facts(-1), ["event_in_person_number"]),
        (facts(0, LARGEST + 1), ["event_online_number"]),
        (facts(1, is_in_person_allowed=False), ["event_has_no_in_person"]),
        (facts(0, 1, is_online_allowed=False), ["event_has_no_online"]),
        (facts(is_online_allowed=False, is_place_online=True), ["event_place_online"]),
        (facts(is_place_online=True), []),
        (facts(day=date(2022, 5, 5)), []),
        (facts(1, day=date(2022, 5, 5)), ["event_not_yet_held"]),
        (facts(day=date(2023, 6, 1)), ["event_day_far"]),
        (facts(day=date(22, 5, 4)), ["event_day_far"]),
    ],
)
def test_an_event_is_refused_with_every_reason(known, codes):
    assert [reason.code for reason in assess_event(known, on=ON).objections] == codes


@pytest.mark.parametrize(
    ("attendance", "cancelled_on", "state"),
    [
        (0, None, EventState.PLANNED),
        (1, None, EventState.HELD),
        (0, ON, EventState.CANCELLED),
        (12, ON, EventState.CANCELLED),
    ],
)
def test_the_first_head_count_makes_an_event_held(attendance, cancelled_on, state):
    assert state_of(attendance=attendance, cancelled_on=cancelled_on) is state
