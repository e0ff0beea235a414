"""The door of a training: who enters, who does not, and nobody twice."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.courses.models import AgeRule, SessionState
from lms.db import begin_write, db
from lms.enrolment.doors import (
    MOST_WRONG,
    DoorClosed,
    Guest,
    NoDoor,
    WordGuessed,
    WrongWord,
    close_door,
    enter,
    entered_by,
    extend_door,
    open_door,
)
from lms.enrolment.models import Application, ApplicationState, Door, Enrolment
from lms.enrolment.refusals import NoSeat, NotFitting
from lms.enrolment.services import Terms, Who, apply_adult
from lms.people.models import Consent, Person
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast

# The training meets on 5 October 2022 at 11:00 in Kyiv.
DAY = date(2022, 10, 5)
MOMENT = datetime(2022, 10, 5, 7, 50, tzinfo=UTC)


@pytest.fixture
def door(cast: Cast) -> Door:
    return open_door(cast.training_sessions[0], by_id=cast.leader.id, now=MOMENT)


def guest(door: Door, family: str = "Ґалушко", given: str = "Їванна", **more: Any) -> Guest:
    word = more.pop("word", door.word)
    return Guest(word, str(uuid4()), Who(new=NewPerson(family, given, **more)))


def come(door: Door, someone: Guest, minutes: int = 1) -> Person:
    return enter(door, someone, now=MOMENT + timedelta(minutes=minutes), on=DAY)


def placed(cast: Cast) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(Enrolment.cohort_id == cast.training_cohort.id)
        )
        or 0
    )


def test_whoever_knows_the_word_is_in_at_once(cast: Cast, door: Door) -> None:
    person = come(door, guest(door, workplace="Бібліотека", word=f" {door.word.upper()} "))
    (place,) = db.session.scalars(select(Enrolment).where(Enrolment.person_id == person.id))
    assert (place.cohort_id, place.since) == (cast.training_cohort.id, DAY)
    assert person.workplace == "Бібліотека"
    (consent,) = db.session.scalars(select(Consent).where(Consent.person_id == person.id))
    assert (consent.purpose, consent.giver_id) == (Purpose.TAKING_PART, person.id)
    assert entered_by(door) == 1


def test_the_same_person_is_in_once_whatever_was_typed_the_second_time(
    cast: Cast, door: Door
) -> None:
    before = placed(cast)
    first = come(door, guest(door, "Дячук-О'Коннор", "Мар'яна"))
    again = come(door, guest(door, "дячук-о’коннор", "МАР’ЯНА", patronymic="Юріївна"))
    assert first.id == again.id
    # Enrolled a week ago by the catalogue: the door knows them too.
    known = cast.learner
    assert come(door, guest(door, known.family_name, known.given_name)).id == known.id
    assert placed(cast) == before + 1
    named = guest(door, "Дячук-О'Коннор", "Мар'яна", patronymic="Петрівна")
    come(door, guest(door, "Юр", "Ян", patronymic="Ігорович"))
    other = come(door, guest(door, "Юр", "Ян", patronymic="Олегович"))
    assert placed(cast) == before + 3
    assert come(door, named).id == first.id
    assert other.patronymic == "Олегович"


def test_a_training_that_is_decided_by_hand_lets_in_whoever_stands_in_the_room(
    cast: Cast, door: Door
) -> None:
    cast.training_programme.accepts_at_once = False
    person = come(door, guest(door))
    (application,) = db.session.scalars(
        select(Application).where(Application.person_id == person.id)
    )
    assert application.state is ApplicationState.ACCEPTED


def test_whoever_waits_comes_first(cast: Cast, door: Door) -> None:
    cast.training_programme.accepts_at_once = False
    waiting = NewPerson("Черга", "Перша")
    apply_adult(
        Who(new=waiting),
        cast.training_cohort.id,
        terms=Terms(str(uuid4()), frozenset({Purpose.TAKING_PART})),
        now=MOMENT,
        on=DAY,
    )
    cast.training_cohort.capacity = placed(cast) + 1
    before = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(NoSeat):
        come(door, guest(door))
    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    assert come(door, guest(door, "Черга", "Перша")).family_name == "Черга"
    with pytest.raises(NoSeat):
        come(door, guest(door))


def test_it_closes_after_half_an_hour_or_at_once(cast: Cast, door: Door) -> None:
    come(door, guest(door), minutes=29)
    with pytest.raises(DoorClosed):
        come(door, guest(door, "Пізня"), minutes=30)
    with pytest.raises(DoorClosed):
        extend_door(door, now=MOMENT + timedelta(minutes=30))
    other = open_door(cast.training_sessions[0], by_id=1, now=MOMENT + timedelta(minutes=31))
    assert other.code != door.code
    close_door(other, now=MOMENT + timedelta(minutes=32))
    with pytest.raises(DoorClosed):
        come(other, guest(other), minutes=32)


def test_it_is_kept_open_for_two_hours_at_most(cast: Cast, door: Door) -> None:
    for _time in range(20):
        extend_door(door, now=MOMENT)
    assert door.closes_at == MOMENT + timedelta(hours=2)
    assert open_door(cast.training_sessions[0], by_id=1, now=MOMENT).id == door.id


def test_wrong_words_are_few(cast: Cast, door: Door) -> None:
    for _time in range(MOST_WRONG):
        with pytest.raises(WrongWord):
            come(door, guest(door, word="не те"))
        db.session.refresh(door)
    with pytest.raises(WordGuessed):
        come(door, guest(door))
    anew = open_door(cast.training_sessions[0], by_id=cast.leader.id, now=MOMENT)
    assert anew.id != door.id
    assert come(anew, guest(anew))
    with pytest.raises(DoorClosed):
        come(door, guest(door))


def test_only_adults_on_the_day_of_their_session_have_a_door(cast: Cast) -> None:
    for session, at in (
        (cast.sessions[0], cast.sessions[0].starts_at),
        (cast.yoga_sessions[0], cast.yoga_sessions[0].starts_at),
        (cast.training_sessions[0], MOMENT - timedelta(days=1)),
        (cast.training_sessions[1], MOMENT),
    ):
        with pytest.raises(NoDoor):
            open_door(session, by_id=cast.leader.id, now=at)
    cast.training_sessions[0].state = SessionState.CANCELLED
    with pytest.raises(NoDoor):
        open_door(cast.training_sessions[0], by_id=cast.leader.id, now=MOMENT)
    db.session.rollback()


def test_the_age_rule_holds_at_the_door_too(cast: Cast, door: Door) -> None:
    db.session.add(
        AgeRule(
            programme_id=cast.training_programme.id, from_age=14, to_age=60, since=date(2022, 1, 1)
        )
    )
    db.session.flush()
    for born in (None, date(2010, 1, 1)):
        with pytest.raises(NotFitting):
            come(door, guest(door, birth_date=born))
    assert come(door, guest(door, birth_date=date(1980, 1, 1)))


def test_the_last_places_are_taken_by_as_many_as_there_are(
    cast: Cast, door: Door, app: Flask
) -> None:
    cast.training_cohort.capacity = placed(cast) + 5
    door_id, word = door.id, door.word
    cohort_id = cast.training_cohort.id
    db.session.commit()
    db.session.remove()
    told: list[str] = []
    start = threading.Barrier(16)

    def come_in(number: int) -> None:
        with app.app_context():
            start.wait()
            begin_write()
            someone = Guest(word, str(uuid4()), Who(new=NewPerson("Зала", f"Гість {'і' * number}")))
            try:
                found = db.session.get_one(Door, door_id)
                enter(found, someone, now=MOMENT + timedelta(minutes=1), on=DAY)
                db.session.commit()
                told.append("in")
            except NoSeat:
                db.session.rollback()
                told.append("full")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=come_in, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (told.count("in"), told.count("full")) == (5, 11)
    assert db.session.scalar(select(func.count()).where(Enrolment.cohort_id == cohort_id)) == 6
