"""Events by year: list, add, correct, cancel, take back."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.courses.models import Place
from lms.db import db
from lms.events.models import Event, EventFormat
from tests.mentoring import enter, settle


@pytest.fixture
def cast(cast):
    return settle(cast)


def typed(**more):
    known = {
        "title": "Презентація «Мандрівної бібліотеки»",
        "day": "2022-05-04",
        "place": "",
        "format": "hybrid",
        "in_person": "20",
        "online": "10",
    }
    return {name: value for name, value in (known | more).items() if value is not None}


def only() -> Event:
    return db.session.scalars(select(Event)).one()


def test_a_leader_adds_an_event_and_sees_it_in_its_year(as_, cast):
    leader = enter(as_, cast.leader)
    answer = leader.post("/events/new", data=typed(place=str(cast.place.id)))
    assert (answer.status_code, answer.location) == (303, "/events/year/2022")
    event = only()
    assert (event.format, event.in_person, event.online, event.noted_by_id, event.place_id) == (
        EventFormat.HYBRID,
        20,
        10,
        cast.leader.id,
        cast.place.id,
    )
    page = leader.get("/events/year/2022").text
    assert "Презентація «Мандрівної бібліотеки»" in page
    assert "Кремінська бібліотека" in page


def test_it_is_corrected_cancelled_and_taken_back(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    coordinator.post("/events/new", data=typed())
    number = only().id
    assert 'value="20"' in coordinator.get(f"/events/{number}").text
    answer = coordinator.post(f"/events/{number}", data=typed(in_person="25", online=""))
    assert answer.status_code == 303
    assert (only().in_person, only().online) == (25, 0)
    assert coordinator.post(f"/events/{number}/cancel").status_code == 303
    assert only().cancelled_on is not None
    assert coordinator.get(f"/events/{number}").status_code == 200
    assert coordinator.post(f"/events/{number}/restore").status_code == 303
    assert only().cancelled_on is None


SOON = (date.today() + timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": None}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 10_001}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"day": None}, "day"),
        ({"day": "31.02.2022"}, "day"),
        ({"day": "0022-05-04"}, "day"),
        ({"day": SOON}, "day"),
        ({"place": "x"}, "place"),
        ({"place": "98765"}, "place"),
        ({"place": "online", "format": "in_person", "online": ""}, "place"),
        ({"format": None}, "format"),
        ({"format": "telepathy"}, "format"),
        ({"in_person": "-1"}, "in_person"),
        ({"in_person": "9" * 10_001}, "in_person"),
        ({"in_person": "many"}, "in_person"),
        ({"online": "1.5"}, "online"),
        ({"format": "online"}, "in_person"),
        ({"format": "in_person"}, "online"),
    ],
)
def test_a_refused_event_says_so_beside_the_field_and_keeps_what_was_typed(as_, cast, more, field):
    if more.get("place") == "online":
        online = db.session.scalar(select(Place.id).where(Place.is_online))
        more = more | {"place": str(online)}
    answer = enter(as_, cast.leader).post("/events/new", data=typed(**more))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'aria-describedby="[^"]*{field}-error', answer.text)
    if field != "title":
        assert "Презентація «Мандрівної бібліотеки»" in answer.text
    assert db.session.scalar(select(Event.id)) is None


def test_a_planned_event_waits_for_its_head_count(as_, cast):
    leader = enter(as_, cast.leader)
    answer = leader.post("/events/new", data=typed(day=SOON, in_person="", online=""))
    assert answer.status_code == 303
    assert only().in_person == 0


def test_markup_in_a_title_is_refused_and_shown_as_typed(as_, cast):
    answer = enter(as_, cast.leader).post("/events/new", data=typed(title="<script>1</script>"))
    assert answer.status_code == 422
    assert "<script>1" not in answer.text
    assert "&lt;script&gt;1" in answer.text


@pytest.mark.parametrize("who", ["director", "mentor", "guardian", "learner"])
@pytest.mark.parametrize("path", ["/events", "/events/year/2022", "/events/new", "/events/1"])
def test_it_requires_leader_or_coordinator(as_, cast, who, path):
    assert enter(as_, getattr(cast, who)).get(path).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/events/0",
        "/events/-1",
        "/events/x",
        f"/events/{2**63}",
        "/events/987",
        "/events/year/0",
        "/events/year/10000",
        "/events/year/x",
    ],
)
def test_what_is_not_there_is_not_found(as_, cast, path):
    assert enter(as_, cast.coordinator).get(path).status_code == 404


def test_cancelling_is_never_a_get(as_, cast):
    leader = enter(as_, cast.leader)
    leader.post("/events/new", data=typed())
    number = only().id
    assert leader.get(f"/events/{number}/cancel").status_code == 405
    assert leader.post("/events/987/cancel").status_code == 404
    assert leader.post("/events/987/restore").status_code == 404
    assert only().cancelled_on is None


def test_an_empty_year_says_what_to_do(as_, cast):
    page = enter(as_, cast.leader).get("/events").text
    assert "/events/new" in page
