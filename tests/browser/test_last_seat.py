"""Two families want the last seat at the same moment: one has it, the other knows that it waits."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from tests.browser.conftest import Open
from tests.browser.groups import Group, lay_group
from tests.browser.test_whole_way import born, hold_to_account, press
from tests.browser.watching import Watched
from tools.chromium import PHONE

SIBLINGS = (("Соломія", 12), ("Богдан", 10))


@pytest.fixture(scope="module")
def roomy(app: Flask) -> Group:
    return lay_group(app, "code_club", lead=("Приходько", "Дарина"))


@pytest.fixture(scope="module")
def narrow(app: Flask) -> Group:
    """A group with one seat."""
    group = lay_group(app, "code_club", lead=("Левченко", "Ганна"))
    with app.app_context():
        begin_write()
        db.session.get_one(Cohort, group.cohort_id).capacity = 1
        db.session.commit()
        db.session.remove()
    return group


def fill_in(page: Page, family: str, children: list[tuple[str, int, int]]) -> None:
    """Fill the family's form in for children as (first name, age, group), all but the last press."""
    page.goto("/enrol/family")
    page.locator("[name=agrees]").check()
    page.locator("[name=family_name]").fill(family)
    page.locator("[name=given_name]").fill("Мирослава")
    page.locator("[name=relation][value=mother]").check()
    page.locator("[name=phone]").fill("050 123 45 67")
    for number, (given, age, cohort_id) in enumerate(children):
        if number:
            page.locator("[data-add-child]").click()
        page.locator(f"[name=children-{number}-family_name]").fill(family)
        page.locator(f"[name=children-{number}-given_name]").fill(given)
        page.locator(f"[name=children-{number}-birth_date]").fill(born(age))
        page.locator(f"[name=children-{number}-cohorts][value='{cohort_id}']").check()


def submits(window: Watched) -> int:
    return len([url for status, url in window.statuses if status == 303])


def test_one_of_two_families_has_the_last_seat_and_the_other_waits(
    open_window: Open, app: Flask, roomy: Group, narrow: Group
) -> None:
    siblings, rival = open_window(size=PHONE), open_window(size=PHONE)
    fill_in(
        siblings.page,
        "Коваленко",
        [
            (given, age, group.cohort_id)
            for (given, age), group in zip(SIBLINGS, (roomy, narrow), strict=True)
        ],
    )
    fill_in(rival.page, "Швець", [("Ярина", 11, narrow.cohort_id)])
    # Both presses leave their pages before either answer is waited for.
    for window in (siblings, rival):
        window.page.evaluate("document.querySelector('form.apply').requestSubmit()")
    for window in (siblings, rival):
        expect(window.page).to_have_url(re.compile("/enrol/done/"))
        assert submits(window) == 1

    with app.app_context():
        seated = select(func.count()).where(Enrolment.cohort_id == narrow.cohort_id)
        assert db.session.scalar(seated) == 1
        waits = select(Application.id).where(
            Application.cohort_id == narrow.cohort_id,
            Application.state == ApplicationState.WAITING,
        )
        assert len(db.session.scalars(waits).all()) == 1
        assert (
            db.session.scalar(select(func.count()).where(Enrolment.cohort_id == roomy.cohort_id))
            == 1
        )
        db.session.remove()

    told = [window.page.locator("main") for window in (siblings, rival)]
    has_seat = ["Вільного місця в цій групі немає" not in each.inner_text() for each in told]
    assert sorted(has_seat) == [False, True]
    winner, loser = (told[0], told[1]) if has_seat[0] else (told[1], told[0])
    expect(winner.get_by_role("heading", level=1)).to_have_text(re.compile("Ви (вже )?(в|у) груп"))
    expect(loser.get_by_role("heading", level=1)).to_have_text(
        re.compile("Ви чекаєте на місце|Частина місць ваші")
    )
    expect(loser).to_contain_text("Місце в черзі: 1")
    expect(loser.get_by_role("link", name="Обрати ще й іншу групу")).to_be_visible()
    for window in (siblings, rival):
        assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    hold_to_account(siblings, rival)

    # The link to keep shows the same to whoever opens it.
    page = rival.page
    kept = page.locator("#receipt").input_value()
    page.goto(re.sub(r"^https?://[^/]+", "", kept))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_form_says_at_once_what_the_server_would_say_later(
    open_window: Open, roomy: Group, narrow: Group
) -> None:
    window = open_window()
    page = window.page
    page.goto("/enrol/family")
    page.locator("[name=email]").fill("olena@gmial.com")
    page.locator("[name=phone]").focus()
    expect(page.locator("[data-address]")).to_contain_text("olena@gmail.com?")
    press(page, "Так, виправити")
    assert page.locator("[name=email]").input_value() == "olena@gmail.com"

    expect(page.locator("[data-several]")).to_be_hidden()
    page.locator("[data-add-child]").click()
    expect(page.locator("[data-several]")).to_be_visible()
    first, second = page.locator("[data-child]").all()
    for group in (roomy, narrow):
        first.locator(f"[value='{group.cohort_id}']").check()
    expect(first.locator("[data-said-clash]")).to_contain_text("збігаються в часі")
    expect(second.locator("[data-said-clash]")).to_be_empty()
    first.locator(f"[value='{narrow.cohort_id}']").uncheck()
    expect(first.locator("[data-said-clash]")).to_be_empty()
    first.locator("input[type=date]").fill(born(7))
    expect(first.locator("[data-said-age]")).to_contain_text("дитині буде 7")
    first.locator("input[type=date]").fill(born(8))
    expect(first.locator("[data-said-age]")).to_be_empty()
    hold_to_account(window)
