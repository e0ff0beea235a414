"""«Write to the group’s parents»: counted, shown, sent once to adults, taken back, by whom."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import jobs
from lms.db import begin_write, db
from lms.letters.jobs import send_again
from lms.letters.models import Letter, LetterState
from lms.letters.rules import HELD_FOR
from lms.people.models import ContactRule, Person
from tests.cast import Cast
from tests.conftest import Browser
from tests.mentoring import settle
from tests.smtp import mail_server

WORDS = "Добрий день!\r\n\r\nУ понеділок о 18:00.\r\nПосилання те саме."
SignIn = Callable[[Person], Browser]


@pytest.fixture
def path(cast: Cast) -> str:
    """The page for writing to the cast's group."""
    settle(cast)
    return f"/cohorts/{cast.cohort.id}/write"


def _change(person: Person, **values: object) -> None:
    begin_write()
    db.session.execute(update(Person).where(Person.id == person.id).values(**values))
    db.session.commit()


def _letters() -> list[Letter]:
    found = list(db.session.scalars(select(Letter).order_by(Letter.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_it_counts_who_is_reached_without_naming_anybody(
    cast: Cast, path: str, as_: SignIn
) -> None:
    browser = as_(cast.mentor)
    assert "Лист отримають 2 дорослі" in browser.get(path).text
    _change(cast.other_guardian, contact_rule=ContactRule.CALL_ONLY)
    page = browser.get(path).text
    assert "Лист отримає 1 дорослий" in page
    assert "1 не отримає:" in page
    assert "тільки дзвінок або не писати: 1" in page
    assert "Швець" not in page
    _change(cast.guardian, email="")
    assert "немає адреси: 1" in browser.get(path).text


def test_a_preview_shows_what_leaves_and_sends_nothing(cast: Cast, path: str, as_: SignIn) -> None:
    browser = as_(cast.mentor)
    data = {"key": str(uuid4()), "words": WORDS}
    page = browser.post(path, data=data)
    assert page.status_code == 200
    for text in ("Повідомлення від бібліотеки", "Посилання те саме.", "Надіслати 2 дорослим"):
        assert text in page.text, text
    again = browser.post(path, data={**data, "change": "1"}).text
    assert "Посилання те саме.</textarea>" in again
    assert _letters() == []


def test_each_adult_gets_one_letter_even_after_two_presses_and_with_two_children(
    cast: Cast, path: str, as_: SignIn, bare_app: Flask
) -> None:
    browser = as_(cast.mentor)
    data = {"key": str(uuid4()), "words": WORDS, "send": "1"}
    first, second = browser.post(path, data=data), browser.post(path, data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    letters = _letters()
    assert {one.person_id for one in letters} == {cast.guardian.id, cast.other_guardian.id}
    assert len(letters) == 2
    assert {one.written_by_id for one in letters} == {cast.mentor.id}
    page = browser.get(first.location).text
    assert "2 листи відійдуть" in page
    assert "У понеділок о 18:00.\nПосилання те саме.</textarea>" in page
    assert "Цей лист отримали" not in page
    assert "Лист:" in browser.get(f"/cohorts/{cast.cohort.id}").text


def test_after_a_minute_they_leave(
    cast: Cast, path: str, as_: SignIn, make_app: Callable[..., Flask]
) -> None:
    browser = as_(cast.mentor)
    browser.post(path, data={"key": str(uuid4()), "words": WORDS, "send": "1"})
    with mail_server() as box:
        with make_app(box.settings()).app_context():
            left = HELD_FOR + _letters()[0].state_at
            for moment, expected in ((left - timedelta(seconds=1), 0), (left, 2)):
                begin_write()
                send_again(now=moment)
                db.session.commit()
                jobs.run_pending()
                assert len(box.arrived) == expected
        subjects = {str(one["Subject"]).strip() for one in box.arrived}
    assert subjects == {"Повідомлення від бібліотеки"}
    assert {one.state for one in _letters()} == {LetterState.SENT}


def test_what_waits_can_be_taken_back(cast: Cast, path: str, as_: SignIn) -> None:
    browser = as_(cast.mentor)
    sent = browser.post(path, data={"key": str(uuid4()), "words": WORDS, "send": "1"}).location
    answer = browser.post(f"{sent}/take-back")
    assert answer.status_code == 303
    page = browser.get(sent).text
    assert "Забрано назад: листа не отримав ніхто." in page
    assert {one.state for one in _letters()} == {LetterState.TAKEN_BACK}
    browser.post(f"{sent}/take-back")
    assert "Запізно" in browser.get(sent).text


def test_nobody_to_write_to_is_said(cast: Cast, path: str, as_: SignIn) -> None:
    for person in (cast.guardian, cast.other_guardian):
        _change(person, email="")
    browser = as_(cast.mentor)
    data = {"key": str(uuid4()), "words": WORDS}
    assert 'name="send"' not in browser.post(path, data=data).text
    answer = browser.post(path, data={**data, "send": "1"})
    assert answer.status_code == 422
    assert "Нікому з цієї групи" in answer.text


def test_too_many_in_an_hour_are_refused_and_the_text_is_kept(
    cast: Cast, path: str, as_: SignIn
) -> None:
    browser = as_(cast.mentor)
    answers = [
        browser.post(path, data={"key": str(uuid4()), "words": WORDS, "send": "1"})
        for _turn in range(7)
    ]
    assert [one.status_code for one in answers] == [303] * 6 + [422]
    assert "Посилання те саме.</textarea>" in answers[-1].text
    assert len(_letters()) == 12


def test_it_is_for_the_coordinator_and_for_cleared_adults_of_the_group(
    cast: Cast, path: str, as_: SignIn, stranger: Browser
) -> None:
    assert as_(cast.coordinator).get(path).status_code == 200
    for person, status in (
        (cast.leader, 404),
        (cast.uncleared, 404),
        (cast.guardian, 403),
        (cast.learner, 403),
        (cast.director, 403),
    ):
        assert as_(person).get(path).status_code == status, person.given_name
        data = {"key": str(uuid4()), "words": WORDS, "send": "1"}
        assert as_(person).post(path, data=data).status_code == status
    assert stranger.get(path).status_code == 303
    assert _letters() == []


def test_a_writing_to_another_group_is_not_shown_here(cast: Cast, path: str, as_: SignIn) -> None:
    sent = (
        as_(cast.mentor)
        .post(path, data={"key": str(uuid4()), "words": WORDS, "send": "1"})
        .location
    )
    key = sent.rpartition("/")[2]
    leader = as_(cast.leader)
    assert leader.get(sent).status_code == 404
    assert leader.get(f"/cohorts/{cast.yoga_cohort.id}/write/{key}").status_code == 404
    assert leader.post(f"/cohorts/{cast.yoga_cohort.id}/write/{key}/take-back").status_code == 303
    assert {one.state for one in _letters()} == {LetterState.WAITING}
