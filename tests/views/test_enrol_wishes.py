"""What the form asks back (addresses, clashes), what the last page tells, and the slip of paper."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.courses.models import Cohort, Course
from lms.courses.services import Weekly, plan_weekly
from lms.db import begin_write, db
from lms.enrolment.models import Application
from lms.people.models import Person, SignInLink
from tests.cast import Cast
from tests.views.test_enrol_forms import adult, as_, family, people, stranger

__all__ = ["as_", "stranger"]
START = date(2022, 9, 5)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "applying", "slips"):
        monkeypatch.setattr(f"lms.enrolment.{module}.today", lambda: date(2022, 9, 1))


def another_course(cast: Cast, starts_at: time, *, first: date = START) -> Cohort:
    begin_write()
    course = Course(
        programme_id=cast.club_programme.id,
        name="Python: перші програми",
        name_en="Python: first programs",
        hours=8,
    )
    db.session.add(course)
    db.session.flush()
    cohort = Cohort(module_id=cast.module.id, course_id=course.id, name="Python", capacity=1)
    db.session.add(cohort)
    db.session.flush()
    plan_weekly(cohort, Weekly(0, starts_at), from_day=first, until_day=first + timedelta(days=20))
    db.session.commit()
    return cohort


@pytest.mark.parametrize(("starts_at", "answer"), [(time(17, 30), 422), (time(18, 0), 303)])
def test_groups_of_one_child_that_meet_at_once_are_refused_by_name(
    stranger: Any, cast: Cast, starts_at: time, answer: int
) -> None:
    other = another_course(cast, starts_at)
    before = people()
    typed = family(cast) | {"children-0-cohorts": [str(cast.cohort.id), str(other.id)]}
    sent = stranger.post("/enrol/family", data=typed)
    assert sent.status_code == answer
    if answer == 422:
        assert people() == before
        assert (
            "“Scratch: first games” and “Python: first programs” meet at the same time: "
            "Monday, 5 September, 17:30. Choose one of them."
        ) in sent.text
        assert 'id="children-0-cohorts-error"' in sent.text


def test_two_children_may_meet_at_once(stranger: Any, cast: Cast) -> None:
    other = another_course(cast, time(17, 30))
    typed = family(cast) | {
        "children-1-family_name": "Ґалушко",
        "children-1-given_name": "Єва",
        "children-1-birth_date": "2011-01-09",
        "children-1-cohorts": [str(other.id)],
        "is_all_or_none": "y",
    }
    assert stranger.post("/enrol/family", data=typed).status_code == 303
    assert set(db.session.scalars(select(Application.is_all_or_none))) == {True}


def test_one_child_is_never_all_or_none(stranger: Any, cast: Cast) -> None:
    page = stranger.get("/enrol/family").text
    assert "<div data-several hidden>" in page
    stranger.post("/enrol/family", data=family(cast) | {"is_all_or_none": "y"})
    assert set(db.session.scalars(select(Application.is_all_or_none))) == {False}


def test_an_address_that_looks_mistyped_is_questioned_once(stranger: Any, cast: Cast) -> None:
    typed = family(cast, email="halushko@gmial.com")
    asked = stranger.post("/enrol/family", data=typed)
    assert asked.status_code == 422
    assert "Did you mean halushko@gmail.com?" in asked.text
    assert 'name="email_taken" value="halushko@gmail.com"' in asked.text
    assert 'name="email_kept" type="hidden" value="halushko@gmial.com"' in asked.text
    kept = stranger.post("/enrol/family", data=typed | {"email_kept": "halushko@gmial.com"})
    assert kept.status_code == 303
    assert db.session.scalar(select(Person.id).where(Person.email == "halushko@gmial.com"))


def test_what_was_meant_is_taken_in_one_tap(stranger: Any, cast: Cast) -> None:
    url = f"/enrol/adult?cohort={cast.training_cohort.id}"
    typed = adult(email="halushko@ukr.ne")
    assert stranger.post(url, data=typed).status_code == 422
    # Only what was offered is taken, whatever a program sends.
    foreign = stranger.post(url, data=typed | {"email_taken": "evil@example.org"})
    assert foreign.status_code == 422
    taken = stranger.post(url, data=typed | {"email_taken": "halushko@ukr.net"})
    assert taken.status_code == 303
    assert db.session.scalar(select(Person.id).where(Person.email == "halushko@ukr.net"))


def test_a_phone_is_kept_in_its_international_form(stranger: Any, cast: Cast) -> None:
    stranger.post("/enrol/family", data=family(cast, phone="8 (050) 123-45-67"))
    person = db.session.scalar(select(Person).where(Person.email == "halushko@example.org"))
    assert person is not None
    assert person.phone == "+380501234567"


def test_the_last_page_asks_to_save_it_and_names_the_place_in_the_queue(
    stranger: Any, cast: Cast
) -> None:
    begin_write()
    cast.cohort.capacity = 3
    db.session.commit()
    for place in (1, 2):
        answer = stranger.post("/enrol/family", data=family(cast))
        page = stranger.get(answer.location).text
        assert "You are waiting for a place" in page
        assert "There is no free place in this group" in page
        assert f"Place in the queue: {place}" in page
        assert "Choose another group as well" in page
    assert f'value="https://library.example{answer.location}"' in page
    assert "Save this link" in page
    assert 'src="data:image/svg+xml' in page
    assert "/slip" not in page


def test_a_slip_of_paper_has_the_groups_and_a_way_in_and_no_family_name(
    stranger: Any, as_: Any, cast: Cast
) -> None:
    browser = as_(cast.coordinator)
    browser.client.set_cookie("lms_locale", "en")
    url = f"/enrol/family?cohort={cast.cohort.id}&noted=1"
    typed = family(cast, email=None, phone=None, way="paper")
    receipt = browser.post(url, data=typed).location
    assert f"{receipt}/slip" in browser.get(receipt).text
    before = len(db.session.scalars(select(SignInLink.id)).all())
    page = browser.post(f"{receipt}/slip")
    assert page.status_code == 200
    main = page.text.split("<main", 1)[1]
    for words in ("Scratch: first games", "Mondays, 17:00–18:00", "Monday, 5 September, 17:00"):
        assert words in main
    assert "Лук’ян" in main
    assert "Ґалушко" not in main
    assert "72 hours" in main
    assert len(db.session.scalars(select(SignInLink.id)).all()) == before + 1
    assert stranger.post(f"{receipt}/slip").status_code == 303
    assert browser.post("/enrol/done/forged/slip").status_code == 404


def test_a_slip_of_a_sensitive_group_tells_neither_name_nor_group(as_: Any, cast: Cast) -> None:
    browser = as_(cast.coordinator)
    url = f"/enrol/adult?cohort={cast.yoga_cohort.id}&noted=1"
    typed = {
        "form_key": adult()["form_key"],
        "agrees": "y",
        "knows_limits": "y",
        "called": "Мальва",
        "phone": "0501234567",
        "contact_rule": "call_only",
        "way": "noted",
    }
    receipt = browser.post(url, data=typed).location
    main = browser.post(f"{receipt}/slip").text.split("<main", 1)[1]
    assert "Мальва" not in main
    assert "Йога" not in main


def test_a_copied_link_comes_with_a_text_in_the_persons_language(as_: Any, cast: Cast) -> None:
    begin_write()
    cast.guardian.locale = "en"
    db.session.commit()
    browser = as_(cast.coordinator)
    page = browser.post(f"/people/{cast.guardian.id}/link").text
    text = page.split("<textarea", 1)[1].split("</textarea>", 1)[0]
    assert "Your own link to your page" in text
    assert "https://library.example/sign-in/link/" in text
    assert "72 hours" in text
    for secret in ("Соломія", "Знам", "Мар", "Code Club"):
        assert secret not in text
    begin_write()
    cast.guardian.locale, cast.guardian.contact_rule = None, "do_not_write"
    db.session.commit()
    page = browser.post(f"/people/{cast.guardian.id}/link").text
    assert "Ваше особисте посилання" in page
    assert "просила їй не писати" in page


def test_a_flood_from_one_browser_is_stopped_and_thirty_families_are_not(
    make_app: Any, cast: Cast
) -> None:
    begin_write()
    cast.cohort.capacity = 500
    db.session.commit()
    # What all may send in a minute is tried elsewhere.
    app = make_app({"WTF_CSRF_ENABLED": True, "LMS_APPLICATIONS_PER_MINUTE": 1000})

    def send(browser: Any, token: str, number: int) -> int:
        typed = family(cast, email=f"f{number}@example.org") | {"csrf_token": token}
        return int(browser.post("/enrol/family", data=typed).status_code)

    def token_of(browser: Any) -> str:
        page = browser.get("/enrol/family").text
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    bot = app.test_client()
    token = token_of(bot)
    answers = [send(bot, token, number) for number in range(30)]
    assert answers.count(303) <= 20
    assert answers[-1] == 429
    db.session.rollback()
    from lms.limits import TryCount

    begin_write()
    db.session.query(TryCount).delete()
    db.session.commit()
    for number in range(30):
        parent = app.test_client()
        assert send(parent, token_of(parent), 100 + number) == 303, number
