"""The coordinator's desk in a browser: twenty applications by keyboard, and one by two people."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from lms.clock import now, today
from lms.courses.models import AgeRule, Cohort, Course, Place, Programme
from lms.courses.services import add_module
from lms.db import begin_write, db
from lms.demonstration.cast import Part
from lms.enrolment.models import AgeOverride, Application, ApplicationState
from tests.browser.conftest import Open
from tests.waiting_room import NAMES, on_the_list
from tools.chromium import LAPTOP

TWENTY = 20
SHOWN = "[data-row]:not([hidden])"


@dataclass(frozen=True)
class Room:
    """Twenty families who ask for one group of a programme that the coordinator decides on."""

    cohort_id: int
    applications: list[int]


def born(age: int) -> date:
    day = today().replace(day=1)
    return day.replace(year=day.year - age)


def lay_programme(key: str, *, capacity: int, ages: tuple[int, int] = (8, 17)) -> Cohort:
    programme = Programme(key=key, kind="code_club", name=f"Гурток {key}", accepts_at_once=False)
    db.session.add(programme)
    db.session.flush()
    db.session.add(
        AgeRule(programme_id=programme.id, from_age=ages[0], to_age=ages[1], since=date(2022, 1, 1))
    )
    course = Course(programme_id=programme.id, name="Python: крок за кроком", hours=8)
    db.session.add(course)
    module = add_module(
        programme,
        name="Зима",
        starts_on=today() + timedelta(days=20),
        ends_on=today() + timedelta(days=90),
    )
    place = db.session.scalars(select(Place).where(Place.is_online).limit(1)).one()
    db.session.flush()
    cohort = Cohort(
        module_id=module.id,
        course_id=course.id,
        place_id=place.id,
        name=f"Python, {key}",
        capacity=capacity,
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


@pytest.fixture
def room(app: Flask, request: Any) -> Room:
    key = "".join(letter for letter in request.node.name if letter.isalpha())[:50]
    with app.app_context():
        begin_write()
        cohort = lay_programme(key, capacity=TWENTY)
        rows = [
            on_the_list(cohort, name=NAMES[number], at=now(), born=born(11 if number else 9))
            for number in range(TWENTY)
        ]
        made = Room(cohort.id, [one.id for each in rows for one in each])
        db.session.commit()
        return made


def states(app: Flask, room: Room) -> list[str]:
    with app.app_context():
        rows = db.session.execute(
            select(Application.state, Application.listed_at)
            .where(Application.id.in_(room.applications))
            .order_by(Application.id)
        ).all()
        db.session.rollback()
        return ["listed" if listed else str(state) for state, listed in rows]


def test_twenty_applications_are_decided_by_keyboard(
    app: Flask, room: Room, open_window: Open
) -> None:
    window = open_window(Part.COORDINATOR, size=LAPTOP)
    page = window.page
    page.goto(f"/applications?programme={programme_of(app, room)}")
    expect(page.locator(SHOWN)).to_have_count(TWENTY)
    keys = ["a", "w", "a", "r3", "a"] * 4
    for number, key in enumerate(keys):
        for one in key:
            page.keyboard.press(one)
        expect(page.locator(SHOWN)).to_have_count(TWENTY - 1 - number)
    expected = {"a": "accepted", "w": "listed", "r3": "refused"}
    assert states(app, room) == [expected[key] for key in keys]
    # The last three are taken back, in their places, and decided anew.
    for back in (1, 2, 3):
        page.keyboard.press("u")
        expect(page.locator(SHOWN)).to_have_count(back)
    assert states(app, room)[-3:] == ["waiting"] * 3
    assert page.locator(f"{SHOWN}[aria-current]").count() == 1


def test_keys_move_and_say_what_they_do(app: Flask, room: Room, open_window: Open) -> None:
    page = open_window(Part.COORDINATOR, size=LAPTOP).page
    page.goto(f"/applications?programme={programme_of(app, room)}")
    rows = page.locator(SHOWN)
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("[data-desk-help]")).to_have_attribute("open", "")
    assert states(app, room) == ["waiting"] * TWENTY


def test_two_coordinators_at_once_lose_nothing(app: Flask, room: Room, open_window: Open) -> None:
    address = f"/applications?programme={programme_of(app, room)}"
    one, other = (open_window(Part.COORDINATOR, size=LAPTOP).page for _each in range(2))
    one.goto(address)
    other.goto(address)
    one.keyboard.press("a")
    expect(one.locator(SHOWN)).to_have_count(TWENTY - 1)
    other.keyboard.press("r")
    other.keyboard.press("1")
    expect(other.locator("[data-desk-said]")).to_contain_text("вже")
    expect(other.locator(SHOWN)).to_have_count(TWENTY - 1)
    assert states(app, room)[0] == "accepted"


def test_an_age_that_does_not_fit_needs_a_word(app: Flask, room: Room, open_window: Open) -> None:
    with app.app_context():
        begin_write()
        programme_id = programme_of(app, room)
        db.session.query(AgeRule).filter_by(programme_id=programme_id).update({"from_age": 10})
        db.session.commit()
    page = open_window(Part.COORDINATOR, size=LAPTOP).page
    page.goto(f"/applications?programme={programme_id}")
    page.keyboard.press("a")
    page.keyboard.type("вчиться разом із братом")
    page.keyboard.press("Enter")
    expect(page.locator(SHOWN)).to_have_count(TWENTY - 1)
    with app.app_context():
        word = db.session.scalars(
            select(AgeOverride).where(AgeOverride.cohort_id == room.cohort_id)
        ).one()
        assert word.reason == "вчиться разом із братом"
        assert word.by_id is not None
    assert states(app, room)[0] == str(ApplicationState.ACCEPTED)


def programme_of(app: Flask, room: Room) -> int:
    with app.app_context():
        cohort = db.session.get_one(Cohort, room.cohort_id)
        return cohort.course.programme_id
