"""Other events: added, corrected, cancelled, in bulk the same, counted when held."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from lms.courses.models import Place
from lms.db import begin_write, db
from lms.events.indicators import INDICATORS
from lms.events.models import Event, EventFormat
from lms.events.services import (
    EventRefused,
    NewEvent,
    add_event,
    add_events,
    cancel_event,
    correct_event,
    events_of_year,
    listed_events,
    restore_event,
    years_with_events,
)

ON = date(2022, 12, 31)
AT = datetime(2022, 12, 31, 9, 0, tzinfo=UTC)
FIGURES = {indicator.key: indicator for indicator in INDICATORS}


def new(**more: object) -> NewEvent:
    known = {
        "title": "Презентація книги",
        "day": date(2022, 5, 4),
        "format": EventFormat.HYBRID,
        "in_person": 20,
        "online": 10,
    }
    return NewEvent(**(known | more))  # type: ignore[arg-type]


def stored() -> list[tuple[object, ...]]:
    columns = [column for column in Event.__table__.columns if column.name != "id"]
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Event.id))]


def test_only_held_events_of_the_year_count(cast):
    begin_write()
    add_event(new(day=date(2022, 1, 1)), on=ON, now=AT)
    add_event(
        new(day=date(2022, 12, 31), in_person=0, online=0, title="Ще не рахували"), on=ON, now=AT
    )
    add_event(new(day=date(2021, 12, 31)), on=ON, now=AT)
    cancelled = add_event(new(title="Скасований"), on=ON, now=AT)
    cancel_event(cancelled, on=ON)
    assert FIGURES["other_events"].count(2022) == 1
    assert FIGURES["other_event_attendance"].count(2022) == 30
    assert [event.day for event in events_of_year(2022)] == [date(2022, 1, 1)]
    assert len(listed_events(2022)) == 3
    restore_event(cancelled)
    assert FIGURES["other_events"].count(2022) == 2
    assert years_with_events() == [2022, 2021]


def test_figures_are_the_sums_of_their_rows_and_unknown_is_none(cast):
    begin_write()
    for indicator in INDICATORS:
        assert indicator.count(2022) is None
    planned = add_event(new(in_person=0, online=0), on=ON, now=AT)
    assert [indicator.count(2022) for indicator in INDICATORS] == [0, 0]
    correct_event(planned, new(in_person=3, online=0), on=ON)
    add_event(new(format=EventFormat.ONLINE, in_person=0, online=4), on=ON, now=AT)
    for indicator in INDICATORS:
        assert indicator.count(2022) == sum(row.amount for row in indicator.rows(2022))
    assert FIGURES["other_event_attendance"].count(2022) == 7


def test_many_at_once_are_the_same_rows_as_one_by_one(cast):
    begin_write()
    events = [
        new(
            title=f"Захід  {number}",
            day=date(2022, 1 + number % 12, 3),
            in_person=number,
            place_id=cast.place.id,
        )
        for number in range(12)
    ]
    with db.session.begin_nested() as alone:
        for each in events:
            add_event(each, on=ON, now=AT, noted_by_id=cast.leader.id)
        one_by_one = stored()
        alone.rollback()
    assert stored() == []
    assert add_events(events, on=ON, now=AT, noted_by_id=cast.leader.id) == 12
    assert stored() == one_by_one
    assert add_events([], on=ON, now=AT) == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"format": EventFormat.ONLINE, "online": 3}, "event_has_no_in_person"),
        ({"format": EventFormat.IN_PERSON}, "event_has_no_online"),
        ({"place_id": 987}, "event_place_unknown"),
        ({"title": "   "}, "event_without_title"),
        ({"day": date(2023, 1, 1)}, "event_not_yet_held"),
        (
            {"place_id": "online", "format": EventFormat.IN_PERSON, "online": 0},
            "event_place_online",
        ),
    ],
)
def test_contradictions_are_refused_and_nothing_stays(cast, more, code):
    begin_write()
    if more.get("place_id") == "online":
        more = more | {"place_id": db.session.scalar(select(Place.id).where(Place.is_online))}
    with pytest.raises(EventRefused) as refusal:
        add_event(new(**more), on=ON, now=AT)
    assert [reason.code for reason in refusal.value.reasons] == [code]
    with pytest.raises(EventRefused):
        add_events([new(), new(**more)], on=ON, now=AT)
    assert stored() == []
