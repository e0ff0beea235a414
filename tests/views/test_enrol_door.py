"""The pages of the door: who opens it, what the wall shows, and ninety who enter by one network."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.db import begin_write, db
from lms.enrolment.doors import MOST_WRONG
from lms.enrolment.models import Door, Enrolment
from lms.i18n import COOKIE
from lms.people.models import SignInLink
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows
from tests.views.test_enrol_forms import as_

__all__ = ["as_"]
MOMENT = datetime(2022, 10, 5, 7, 50, tzinfo=UTC)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def show(moment: datetime) -> None:
        monkeypatch.setattr("lms.enrolment.doorway.now", lambda: moment)
        monkeypatch.setattr("lms.enrolment.doorway.today", lambda *_zone: moment.date())

    show(MOMENT)
    return show


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.client.set_cookie(COOKIE, "en")
    return browser


@pytest.fixture
def door(wall: Any, as_: Any, cast: Cast) -> Door:
    browser = as_(cast.leader)
    page = browser.get(f"/cohorts/{cast.training_cohort.id}").text
    assert f"/cohorts/{cast.training_cohort.id}/door" in page
    assert browser.get(f"/cohorts/{cast.training_cohort.id}/door").status_code == 200
    answer = browser.post(f"/sessions/{cast.training_sessions[0].id}/door")
    assert answer.status_code == 303
    shown = browser.get(answer.location).text
    found = db.session.scalars(select(Door)).one()
    for words in (found.word, f"library.example/d/{found.code}", "data:image/svg+xml"):
        assert words in shown
    return found


def typed(door: Door, **changes: Any) -> dict[str, Any]:
    return {
        "form_key": str(uuid4()),
        "agrees": "y",
        "word": door.word,
        "family_name": "Ґалушко",
        "given_name": "Їванна",
    } | changes


def places(cast: Cast) -> int:
    place = select(func.count()).where(Enrolment.cohort_id == cast.training_cohort.id)
    return db.session.scalar(place) or 0


def test_an_adult_is_in_after_one_page(stranger: Any, cast: Cast, door: Door) -> None:
    page = stranger.get(f"/d/{door.code}").text
    fields = re.findall(r'<input[^>]* name="([a-z_]+)"', page.split("<main", 1)[1])
    assert [name for name in fields if name != "csrf_token"][:3] == ["form_key", "agrees", "word"]
    assert door.word not in page
    before = places(cast)
    answer = stranger.post(f"/d/{door.code.upper()}", data=typed(door))
    assert (answer.status_code, answer.location) == (303, f"/d/{door.code}/in")
    again = stranger.post(f"/d/{door.code}", data=typed(door))
    assert again.location == answer.location
    assert places(cast) == before + 1
    assert "You are in the group" in stranger.get(answer.location).text


def test_somebody_signed_in_types_only_the_word(as_: Any, cast: Cast, door: Door) -> None:
    browser = as_(cast.guardian)
    page = browser.get(f"/d/{door.code}").text
    assert 'name="family_name"' not in page
    data = {"form_key": str(uuid4()), "agrees": "y", "word": door.word}
    assert browser.post(f"/d/{door.code}", data=data).status_code == 303
    assert db.session.scalar(
        select(Enrolment.id).where(
            Enrolment.person_id == cast.guardian.id,
            Enrolment.cohort_id == cast.training_cohort.id,
        )
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agrees": ""}, "agrees"),
        ({"word": ""}, "word"),
        ({"word": "не те слово"}, "word"),
        ({"family_name": ""}, "family_name"),
        ({"given_name": "123"}, "given_name"),
        ({"email": "не пошта"}, "email"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(
    stranger: Any, cast: Cast, door: Door, changes: dict[str, Any], field: str
) -> None:
    before = places(cast)
    answer = stranger.post(f"/d/{door.code}", data=typed(door, **changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert places(cast) == before


def test_wrong_words_are_counted_although_they_are_refused(
    stranger: Any, as_: Any, cast: Cast, door: Door
) -> None:
    for _time in range(3):
        stranger.post(f"/d/{door.code}", data=typed(door, word="не те"))
    db.session.refresh(door)
    assert door.wrong_words == 3
    begin_write()
    door.wrong_words = MOST_WRONG
    db.session.commit()
    answer = stranger.post(f"/d/{door.code}", data=typed(door))
    assert answer.status_code == 422
    assert "Too many wrong words" in answer.text
    browser = as_(cast.leader)
    assert "Забагато" not in browser.get(f"/doors/{door.id}").text
    assert "забагато неправильних слів" in browser.get(f"/doors/{door.id}").text


def test_after_half_an_hour_the_page_says_how_to_go_on(
    stranger: Any, as_: Any, cast: Cast, door: Door, wall: Any
) -> None:
    wall(MOMENT + timedelta(minutes=31))
    for answer in (
        stranger.get(f"/d/{door.code}"),
        stranger.post(f"/d/{door.code}", data=typed(door)),
    ):
        assert answer.status_code == 410
        assert f"/enrol/adult?cohort={cast.training_cohort.id}" in answer.text
    assert "The door is closed" in stranger.get(f"/d/{door.code}").text
    assert door.word not in as_(cast.leader).get(f"/doors/{door.id}").text


def test_the_leader_closes_and_keeps_open(as_: Any, cast: Cast, door: Door) -> None:
    browser = as_(cast.leader)
    until = door.closes_at
    assert browser.post(f"/doors/{door.id}/extend").status_code == 303
    db.session.refresh(door)
    assert door.closes_at == until + timedelta(minutes=15)
    assert browser.post(f"/doors/{door.id}/close").status_code == 303
    db.session.refresh(door)
    assert door.closes_at <= MOMENT + timedelta(seconds=1)


def test_only_whoever_leads_the_group_comes_to_its_door(as_: Any, cast: Cast, door: Door) -> None:
    for person, answer in (
        (cast.mentor, 404),
        (cast.guardian, 403),
        (cast.director, 403),
        (cast.coordinator, 200),
    ):
        browser = as_(person)
        assert browser.get(f"/doors/{door.id}").status_code == answer
        assert browser.get(f"/cohorts/{cast.training_cohort.id}/door").status_code == answer
        if answer != 200:
            assert browser.post(f"/doors/{door.id}/close").status_code == answer


def test_groups_of_children_and_sensitive_ones_have_none(as_: Any, wall: Any, cast: Cast) -> None:
    browser = as_(cast.coordinator)
    for cohort, sessions in (
        (cast.cohort, cast.sessions),
        (cast.yoga_cohort, cast.yoga_sessions),
    ):
        wall(sessions[0].starts_at)
        assert "/door" not in browser.get(f"/cohorts/{cohort.id}").text
        assert browser.get(f"/cohorts/{cohort.id}/door").status_code == 404
        assert browser.post(f"/sessions/{sessions[0].id}/door").status_code == 404


def test_another_day_is_refused_in_words(as_: Any, wall: Any, cast: Cast) -> None:
    answer = as_(cast.coordinator).post(f"/sessions/{cast.training_sessions[1].id}/door")
    assert answer.status_code == 422
    assert "лише в день її заняття" in answer.text


def test_ninety_enter_by_one_network(bare_app: Any, cast: Cast, door: Door) -> None:
    begin_write()
    cast.training_cohort.capacity = 91
    db.session.commit()
    code, word = door.code, door.word
    db.session.remove()
    letters = "абвгґдеєжзиіїйклмнопрст"
    for number in range(90):
        data = {
            "form_key": str(uuid4()),
            "agrees": "y",
            "word": word if number % 3 else f"{word} ",
            "family_name": f"Зал{letters[number // 20]}",
            "given_name": f"Гість{letters[number % 20]}",
        }
        answer = bare_app.test_client().post(f"/d/{code}", data=data)
        assert answer.status_code == 303, number
    data["given_name"] = "Остання"
    assert bare_app.test_client().post(f"/d/{code}", data=data).status_code == 422


def test_a_letter_goes_to_whoever_left_an_address(
    stranger: Any, cast: Cast, door: Door, app: Any
) -> None:
    before = len(db.session.scalars(select(SignInLink.id)).all())
    stranger.post(f"/d/{door.code}", data=typed(door, email="halushko@example.org"))
    # Whoever types another's name gets no link to another's page.
    name = {"family_name": "Ґалушко", "given_name": "Їванна", "email": "evil@example.org"}
    stranger.post(f"/d/{door.code}", data=typed(door, **name))
    assert len(db.session.scalars(select(SignInLink.id)).all()) == before + 1
