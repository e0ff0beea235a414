"""The consultation desk in the browser's words, its topics and its year."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.clock import now, today
from lms.courses.models import Place
from lms.db import begin_write, db
from lms.hub.models import Consultation, ConsultationTopic, Format, Visitor
from lms.hub.services import Note, add_topic, note_consultation
from tests.mentoring import counted_queries, enter, settle


@pytest.fixture
def cast(cast):
    db.session.rollback()
    begin_write()
    cast.topics = [add_topic(name).id for name in ("Дія", "Сервіси <b>Google</b>")]
    db.session.commit()
    return settle(cast)


def typed(cast, **more):
    known = {
        "key": str(uuid4()),
        "topics": [cast.topics[0]],
        "minutes": "20",
        "where": str(cast.place.id),
        "visitor": "first_time",
    }
    return {name: value for name, value in (known | more).items() if value is not None}


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Consultation)) or 0


def test_three_taps_record_a_consultation(as_, cast):
    leader = enter(as_, cast.leader)
    answer = leader.post("/hub", data=typed(cast))
    assert (answer.status_code, answer.location) == (303, "/hub")
    row = db.session.scalars(select(Consultation)).one()
    assert (row.minutes, row.format, row.visitor, row.place_id, row.day, row.leader_id) == (
        20,
        Format.IN_PERSON,
        Visitor.FIRST_TIME,
        cast.place.id,
        today(),
        cast.leader.id,
    )
    assert [topic.id for topic in row.topics] == [cast.topics[0]]


def test_the_next_form_remembers_the_place_and_has_a_key_of_its_own(as_, cast):
    leader = enter(as_, cast.leader)
    first = leader.get("/hub").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', first).group(1)
    leader.post("/hub", data=typed(cast, key=key, where="online"))
    page = leader.get("/hub").text
    chosen = re.findall(r'<input checked[^>]*name="where"[^>]*>', page)
    assert len(chosen) == 1
    assert 'value="online"' in chosen[0]
    assert key not in page
    online = db.session.scalars(select(Consultation)).one()
    assert (online.format, online.place_id) == (Format.ONLINE, None)


def test_sent_twice_it_is_recorded_once(as_, cast):
    leader = enter(as_, cast.leader)
    form = typed(cast)
    assert [leader.post("/hub", data=form).status_code for _ in range(2)] == [303, 303]
    assert count() == 1


def test_enter_presses_no_answer(as_, cast):
    page = enter(as_, cast.leader).get("/hub").text
    form = page.split('class="desk"', 1)[1]
    first_button = re.search(r"<button[^>]*>", form).group(0)
    assert "disabled" in first_button
    assert "visitor" not in first_button


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"topics": None}, "topics"),
        ({"topics": ["x"]}, "topics"),
        ({"topics": ["9" * 5000]}, "topics"),
        ({"topics": ["987654"]}, "topics"),
        ({"minutes": None}, "minutes"),
        ({"minutes": "7"}, "minutes"),
        ({"minutes": "x" * 10_001}, "minutes"),
        ({"where": None}, "where"),
        ({"where": "<script>"}, "where"),
        ({"where": "999999"}, "where"),
        ({"visitor": None}, "visitor"),
        ({"visitor": "somebody"}, "visitor"),
        ({"day": "tomorrow"}, "day"),
        ({"day": (date.today() + timedelta(days=2)).isoformat()}, "day"),
        ({"day": "0022-05-04"}, "day"),
    ],
)
def test_a_refused_form_says_so_beside_the_field_and_keeps_the_rest(as_, cast, more, field):
    answer = enter(as_, cast.leader).post("/hub", data=typed(cast, **more))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'aria-describedby="[^"]*{field}-error', answer.text)
    if field != "minutes":
        assert re.search(r'<input checked[^>]*name="minutes"[^>]*value="20"', answer.text)
    assert count() == 0


@pytest.mark.parametrize("key", [None, "", "x", "x" * 10_001, "0-0"])
def test_a_form_without_its_key_gets_a_new_one(as_, cast, key):
    answer = enter(as_, cast.leader).post("/hub", data=typed(cast, key=key))
    assert answer.status_code == 422
    assert re.search(r'name="key"[^>]*value="[0-9a-f-]{36}"', answer.text)
    assert count() == 0


@pytest.mark.parametrize("who", ["director", "mentor", "guardian", "learner"])
def test_it_requires_leader_or_coordinator(as_, cast, who):
    somebody = enter(as_, getattr(cast, who))
    assert somebody.get("/hub").status_code == 403
    assert somebody.post("/hub", data=typed(cast)).status_code == 403
    assert somebody.post("/hub/consultations/1/undo").status_code == 403
    assert somebody.get("/hub/topics").status_code == 403
    if who != "director":
        assert somebody.get("/hub/year/2022").status_code == 403
        assert somebody.get("/hub/year/2022/months.svg").status_code == 403


def test_the_last_one_can_be_taken_back_by_whoever_recorded_it(as_, cast):
    leader = enter(as_, cast.leader)
    coordinator = enter(as_, cast.coordinator)
    leader.post("/hub", data=typed(cast))
    number = db.session.scalar(select(Consultation.id))
    assert f"/hub/consultations/{number}/undo" in leader.get("/hub").text
    assert coordinator.post(f"/hub/consultations/{number}/undo").status_code == 404
    assert leader.post(f"/hub/consultations/{number}/undo").status_code == 303
    assert count() == 0
    assert leader.post(f"/hub/consultations/{number}/undo").status_code == 404


def test_after_a_while_it_stays(as_, cast):
    leader = enter(as_, cast.leader)
    leader.post("/hub", data=typed(cast))
    row = db.session.scalars(select(Consultation)).one()
    number, row.noted_at = row.id, now() - timedelta(minutes=16)
    db.session.commit()
    assert "/undo" not in leader.get("/hub").text
    assert leader.post(f"/hub/consultations/{number}/undo").status_code == 303
    assert count() == 1


def test_the_coordinator_keeps_the_topics(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    assert coordinator.post("/hub/topics", data={"name": "Пошук у YouTube"}).status_code == 303
    topic = db.session.scalars(
        select(ConsultationTopic).where(ConsultationTopic.name == "Пошук у YouTube")
    ).one()
    number = topic.id
    assert coordinator.post(f"/hub/topics/{number}/retire").status_code == 303
    assert 'chip-face">Пошук у YouTube' not in coordinator.get("/hub").text
    assert "Пошук у YouTube" in coordinator.get("/hub/topics").text
    assert coordinator.post(f"/hub/topics/{number}/restore").status_code == 303
    assert 'chip-face">Пошук у YouTube' in coordinator.get("/hub").text
    assert coordinator.get(f"/hub/topics/{number}/retire").status_code == 405


@pytest.mark.parametrize("name", ["", "Дія", "x" * 10_001, "a\0b"])
def test_a_refused_topic_is_said_beside_the_field(as_, cast, name):
    answer = enter(as_, cast.coordinator).post("/hub/topics", data={"name": name})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'aria-describedby="name-error"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/hub/year/0",
        "/hub/year/-1",
        "/hub/year/10000",
        "/hub/year/x",
        f"/hub/year/{2**63}",
        "/hub/year/1/months.svg",
        "/hub/year/10000/months.svg",
    ],
)
def test_a_year_that_is_none_is_not_found(as_, cast, path):
    assert enter(as_, cast.coordinator).get(path).status_code == 404


@pytest.mark.parametrize("path", ["0", "-1", "x", str(2**63), "999"])
def test_an_absent_topic_is_not_found(as_, cast, path):
    coordinator = enter(as_, cast.coordinator)
    assert coordinator.post(f"/hub/topics/{path}/retire").status_code == 404
    assert coordinator.post(f"/hub/topics/{path}/restore").status_code == 404
    assert coordinator.post(f"/hub/consultations/{path}/undo").status_code == 404


def fill(cast, number: int, place_id: int | None = None) -> None:
    db.session.rollback()
    begin_write()
    for _ in range(number):
        note_consultation(
            Note(
                key=str(uuid4()),
                day=date(2022, 5, 4),
                minutes=30,
                topic_ids=tuple(cast.topics),
                visitor=Visitor.NOT_ASKED,
                noted_at=now(),
                place_id=place_id,
            ),
            on=date(2022, 5, 4),
        )
    db.session.commit()


def test_the_year_shows_the_same_figures_as_table_and_picture(as_, cast):
    director = enter(as_, cast.director)
    assert director.get("/hub/year/2022").status_code == 200
    fill(cast, 3, cast.place.id)
    page = director.get("/hub/year/2022")
    assert page.status_code == 200
    assert "Сервіси &lt;b&gt;Google&lt;/b&gt;" in page.text
    assert "Кремінська бібліотека" in page.text
    picture = director.get("/hub/year/2022/months.svg")
    assert picture.mimetype == "image/svg+xml"
    assert b"<script" not in picture.data
    assert b'<desc class="value">3</desc>' in picture.data
    assert "/hub/year/2022/months.svg" in page.text


def test_the_year_asks_the_same_number_of_questions_for_more_rows(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    fill(cast, 1)
    with counted_queries() as few:
        coordinator.get("/hub/year/2022")
    fill(cast, 40)
    with counted_queries() as many:
        coordinator.get("/hub/year/2022")
    assert len(many) == len(few)


def test_an_online_place_is_not_offered(as_, cast):
    online = db.session.scalar(select(Place.id).where(Place.is_online))
    page = enter(as_, cast.leader).get("/hub").text
    assert not re.search(rf'name="where"[^>]*value="{online}"', page)
    assert re.search(rf'name="where"[^>]*value="{cast.place.id}"', page)
