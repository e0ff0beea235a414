"""The forms of a family and of an adult: sent, refused in words, and nothing kept unasked."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.courses.models import AgeRule
from lms.db import db
from lms.enrolment.forms import MOST_CHILDREN
from lms.enrolment.models import Application, Enrolment
from lms.i18n import COOKIE
from lms.people.models import (
    Consent,
    ConsentWay,
    ContactRule,
    Guardianship,
    Person,
    SignInLink,
)
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

TODAY = date(2022, 9, 1)


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.client.set_cookie(COOKIE, "en")
    return browser


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        return keep_rows(as_(person))

    return sign_in


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "applying"):
        monkeypatch.setattr(f"lms.enrolment.{module}.today", lambda: TODAY)


def family(cast: Cast, **changes: Any) -> dict[str, Any]:
    typed = {
        "form_key": str(uuid4()),
        "agrees": "y",
        "family_name": "Ґалушко",
        "given_name": "Їванна",
        "relation": "mother",
        "email": "halushko@example.org",
        "phone": "050 123 45 67",
        "contact_rule": "usual",
        "children-0-family_name": "Ґалушко",
        "children-0-given_name": "Лук'ян",
        "children-0-birth_date": "2012-05-01",
        "children-0-cohorts": [str(cast.cohort.id)],
    }
    typed |= {name.replace("__", "-"): value for name, value in changes.items()}
    return {name: value for name, value in typed.items() if value is not None}


def adult(**changes: Any) -> dict[str, Any]:
    typed = {
        "form_key": str(uuid4()),
        "agrees": "y",
        "family_name": "Ґалушко",
        "given_name": "Їванна",
        "email": "halushko@example.org",
        "contact_rule": "usual",
    }
    typed |= changes
    return {name: value for name, value in typed.items() if value is not None}


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_family_is_in_after_one_submit(stranger: Any, cast: Cast, app: Any) -> None:
    page = stranger.get(f"/enrol/family?cohort={cast.cohort.id}")
    assert page.status_code == 200
    before, after = page.text.split('name="children-0-cohorts"', 1)
    assert " checked" in before.rsplit("<", 1)[1] + after.split(">", 1)[0]
    answer = stranger.post("/enrol/family", data=family(cast))
    assert answer.status_code == 303
    done = stranger.get(answer.location)
    assert done.status_code == 200
    assert "You are in the group" in done.text
    assert "Mondays, 17:00–18:00" in done.text
    for secret in ("Лук", "Ґалушко", "halushko", cast.place.town):
        assert secret not in done.text
    child = db.session.scalar(select(Person).where(Person.birth_date == date(2012, 5, 1)))
    assert child is not None
    assert child.email == ""
    assert db.session.scalar(select(Enrolment.id).where(Enrolment.person_id == child.id))


def test_the_letter_names_no_child_and_its_subject_no_programme(
    stranger: Any, cast: Cast, app: Any
) -> None:
    stranger.post("/enrol/family", data=family(cast))
    (letter,) = letters(app)
    assert "https://library.example/sign-in/link/" in letter
    assert "Scratch: first games · Mondays, 17:00–18:00 · there is a place" in letter
    for secret in ("Лук", "Ґалушко", "Code Club", cast.place.town):
        assert secret not in letter
    assert "Subject: Your application has arrived" in letter
    assert "halushko@example.org" in letter
    assert db.session.scalar(select(func.count()).select_from(SignInLink)) == 1


def letters(app: Any) -> list[str]:
    folder = Path(app.config["LMS_DATA"]) / "outbox"
    found: list[str] = []
    for file in sorted(folder.glob("*")):
        parts = file.read_text(encoding="utf-8").split("-" * 79)
        found += [part for part in parts if part.strip()]
    return found


@pytest.mark.parametrize("rule", ["call_only", "do_not_write"])
def test_nothing_leaves_towards_whoever_must_not_be_written_to(
    stranger: Any, cast: Cast, app: Any, rule: str
) -> None:
    answer = stranger.post("/enrol/family", data=family(cast, contact_rule=rule))
    assert answer.status_code == 303
    assert letters(app) == []
    guardian = db.session.scalar(select(Person).where(Person.email == "halushko@example.org"))
    assert guardian is not None
    assert guardian.contact_rule is ContactRule(rule)


def test_an_address_gets_few_letters_an_hour(stranger: Any, cast: Cast, app: Any) -> None:
    cast.cohort.capacity = 50
    db.session.commit()
    for _time in range(5):
        assert stranger.post("/enrol/family", data=family(cast)).status_code == 303
    assert len(letters(app)) == 3


def test_without_consent_nothing_of_a_child_is_kept_or_shown(
    stranger: Any, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    before = people()
    typed = family(cast, agrees=None, children__1__given_name="Єва") | {
        "children-1-given_name": "Євангеліна"
    }
    for extra in ({}, {"add_child": "1"}, {"remove_child": "1"}):
        answer = stranger.post("/enrol/family", data=typed | extra)
        assert answer.status_code == 422
        for secret in ("Лук", "Євангеліна", "2012-05-01"):
            assert secret not in answer.text
        # The guardian's own answers are kept.
        assert 'value="Їванна"' in answer.text
        assert "Without this tick we may not keep anything." in answer.text
        assert "empty again" in answer.text
    assert people() == before
    assert "Лук" not in caplog.text
    with stranger.client.session_transaction() as cookie:
        assert "Лук" not in str(dict(cookie))


def test_the_consent_stands_first(stranger: Any, cast: Cast) -> None:
    page = stranger.get("/enrol/family").text
    first = min(
        page.index(f'name="{name}"')
        for name in ("family_name", "children-0-given_name", "photographs", "relation")
    )
    assert page.index('name="agrees"') < first


@pytest.mark.parametrize("tick", ["<b>", "x" * 10_001, "\0", "false", "no"])
def test_only_a_tick_is_a_tick(stranger: Any, cast: Cast, tick: str) -> None:
    before = people()
    answer = stranger.post("/enrol/family", data=family(cast, agrees=tick))
    assert answer.status_code == 422
    assert "Лук" not in answer.text
    assert people() == before


def test_markup_in_a_name_is_kept_as_text(stranger: Any, cast: Cast) -> None:
    answer = stranger.post(
        "/enrol/family",
        data=family(cast, phone="letters") | {"given_name": '"><script>alert(1)</script>'},
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None, "phone": None}, "contact_rule"),
        ({"contact_rule": "call_only", "phone": None}, "contact_rule"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "1234567890123456"}, "phone"),
        ({"children__0__birth_date": "2012-13-01"}, "children-0-birth_date"),
        ({"children__0__birth_date": "1812-01-01"}, "children-0-birth_date"),
        ({"children__0__birth_date": "2020-01-01"}, "children-0-birth_date"),
        ({"children__0__cohorts": ["99999"]}, "children-0-cohorts"),
        ({"children__0__cohorts": ["9" * 5000]}, "children-0-cohorts"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(
    stranger: Any, cast: Cast, changes: dict[str, Any], field: str
) -> None:
    answer = stranger.post("/enrol/family", data=family(cast, **changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "form-errors" in answer.text
    # With the consent given, what was typed about the child is kept.
    assert "Лук&#39;ян" in answer.text


def test_a_date_may_be_typed_as_people_write_it(stranger: Any, cast: Cast) -> None:
    typed = family(cast, children__0__birth_date="01.05.2012")
    assert stranger.post("/enrol/family", data=typed).status_code == 303


def test_a_child_is_added_and_removed_without_script(stranger: Any, cast: Cast) -> None:
    more = stranger.post("/enrol/family", data=family(cast) | {"add_child": "1"})
    assert more.status_code == 200
    assert 'name="children-1-given_name"' in more.text
    two = family(cast) | {
        "children-1-family_name": "Ґалушко",
        "children-1-given_name": "Єва",
        "children-1-birth_date": "2011-01-09",
        "children-1-cohorts": [str(cast.cohort.id)],
    }
    less = stranger.post("/enrol/family", data=two | {"remove_child": "0"})
    assert less.status_code == 200
    assert "Лук" not in less.text
    assert 'value="Єва"' in less.text
    assert 'name="children-1-given_name"' not in less.text


def test_adding_a_child_is_validated_like_the_submit(stranger: Any, cast: Cast) -> None:
    answer = stranger.post(
        "/enrol/family", data=family(cast, children__0__given_name=None) | {"add_child": "1"}
    )
    assert answer.status_code == 422
    assert 'id="children-0-given_name-error"' in answer.text


def test_too_many_children_are_said_not_cut_off(stranger: Any, cast: Cast) -> None:
    typed = family(cast)
    for number in range(MOST_CHILDREN + 1):
        for name in ("family_name", "given_name", "birth_date", "cohorts"):
            typed[f"children-{number}-{name}"] = typed[f"children-0-{name}"]
    answer = stranger.post("/enrol/family", data=typed)
    assert answer.status_code == 422
    assert f"One form holds {MOST_CHILDREN} children" in answer.text


@pytest.mark.parametrize("index", ["²", "9" * 5000, "-1", "x"])
def test_an_odd_number_of_a_child_is_no_fault(stranger: Any, cast: Cast, index: str) -> None:
    typed = family(cast) | {f"children-{index}-given_name": "Х"}
    assert stranger.post("/enrol/family", data=typed).status_code in {303, 422}
    odd = family(cast) | {"remove_child": index}
    assert stranger.post("/enrol/family", data=odd).status_code == 200


def test_the_same_submit_twice_leads_to_the_same_page(stranger: Any, cast: Cast, app: Any) -> None:
    typed = family(cast)
    assert stranger.post("/enrol/family", data=typed).status_code == 303
    before = people()
    assert stranger.post("/enrol/family", data=typed).status_code == 303
    assert people() == before
    assert len(letters(app)) == 1


def test_a_sent_form_with_another_child_is_refused_in_words(stranger: Any, cast: Cast) -> None:
    typed = family(cast)
    stranger.post("/enrol/family", data=typed)
    answer = stranger.post("/enrol/family", data=typed | {"children-0-given_name": "Єва"})
    assert answer.status_code == 422
    assert "This form was sent already" in answer.text
    assert typed["form_key"] not in answer.text


class Moving:
    """A clock that goes on by itself between two families."""

    def __init__(self, seconds: int) -> None:
        self.moment = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
        self.step = timedelta(seconds=seconds)

    def tick(self) -> None:
        self.moment += self.step


def _post_on(clock: Moving, browser: Any, cast: Cast, monkeypatch: Any, **more: Any) -> Any:
    monkeypatch.setattr("lms.enrolment.applying.now", lambda: clock.moment)
    answer = browser.post("/enrol/family", data=family(cast), **more)
    clock.tick()
    return answer


def test_thirty_families_behind_one_address_pass_within_an_hour_and_forty_are_enough(
    stranger: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.cohort.capacity = 200
    db.session.commit()
    clock = Moving(seconds=12)
    answers = [_post_on(clock, stranger, cast, monkeypatch) for _one in range(30)]
    assert [one.status_code for one in answers] == [303] * 30
    more = [_post_on(clock, stranger, cast, monkeypatch) for _one in range(12)]
    assert [one.status_code for one in more] == [303] * 10 + [429] * 2
    assert "Too many tries" in more[-1].text
    assert "Лук&#39;ян" in more[-1].text
    assert db.session.scalar(select(func.count()).select_from(Application)) == 40


@pytest.mark.parametrize("hosts", [1, 100])
def test_a_flood_leaves_twenty_in_any_minute_from_wherever_it_comes(
    stranger: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch, hosts: int
) -> None:
    cast.cohort.capacity = 200
    db.session.commit()
    clock = Moving(seconds=2)
    # From the middle of one minute of the clock to the middle of the next.
    clock.moment += timedelta(seconds=30)
    answers = [
        _post_on(
            clock,
            stranger,
            cast,
            monkeypatch,
            environ_base={"REMOTE_ADDR": f"10.0.0.{number % hosts}"},
        )
        for number in range(27)
    ]
    assert [one.status_code for one in answers] == [303] * 20 + [429] * 7
    assert "in 1 minute" in answers[-1].text
    assert db.session.scalar(select(func.count()).select_from(Application)) == 20
    # What was refused is not counted: two minutes later the next family passes.
    clock.moment += timedelta(minutes=2)
    assert _post_on(clock, stranger, cast, monkeypatch).status_code == 303


def test_a_full_group_says_that_the_family_waits(stranger: Any, cast: Cast) -> None:
    cast.cohort.capacity = 3
    db.session.commit()
    answer = stranger.post("/enrol/family", data=family(cast))
    page = stranger.get(answer.location).text
    assert "You are waiting for a place" in page
    assert "waiting for an answer" in page


def test_a_forged_or_cut_address_of_the_last_page_is_absent(stranger: Any, cast: Cast) -> None:
    answer = stranger.post("/enrol/family", data=family(cast))
    assert stranger.get(answer.location[:-2]).status_code == 404
    assert stranger.get("/enrol/done/x").status_code == 404


def test_the_last_page_shows_nothing_once_the_tie_of_whoever_sent_it_has_ended(
    stranger: Any, cast: Cast
) -> None:
    answer = stranger.post("/enrol/family", data=family(cast))
    assert stranger.get(answer.location).status_code == 200
    child = db.session.scalars(select(Person).where(Person.birth_date == date(2012, 5, 1))).all()
    ties = select(Guardianship).where(Guardianship.child_id.in_([one.id for one in child]))
    for tie in db.session.scalars(ties):
        if tie.guardian.family_name == "Ґалушко":
            db.session.delete(tie)
    db.session.commit()
    assert stranger.get(answer.location).status_code == 404


def test_a_guardian_who_is_signed_in_types_no_name(as_: Any, cast: Cast) -> None:
    browser = as_(cast.guardian)
    page = browser.get(f"/enrol/family?child={cast.child.id}").text
    assert 'name="email"' not in page
    assert 'value="Соломія"' in page
    typed = {
        key: value
        for key, value in family(cast).items()
        if key not in {"family_name", "given_name", "email", "phone", "contact_rule"}
    }
    assert browser.post("/enrol/family", data=typed).status_code == 303
    assert "Лук’ян" in browser.get("/family").text


def test_another_guardians_child_is_not_filled_in(as_: Any, cast: Cast) -> None:
    page = as_(cast.guardian).get(f"/enrol/family?child={cast.other_child.id}").text
    assert cast.other_child.given_name not in page


def test_a_coordinator_enrols_a_family_without_e_mail(as_: Any, cast: Cast) -> None:
    cast.module.enrolment_closes_on = date(2022, 8, 1)
    db.session.commit()
    browser = as_(cast.coordinator)
    url = f"/enrol/family?cohort={cast.cohort.id}&noted=1"
    typed = family(cast, email=None, phone=None, way="paper")
    assert browser.post(url, data=typed | {"way": ""}).status_code == 422
    assert browser.post(url, data=typed).status_code == 303
    way = select(Consent.way).order_by(Consent.id.desc()).limit(1)
    assert db.session.scalar(way) is ConsentWay.PAPER


def test_only_a_coordinator_notes_for_others(stranger: Any, cast: Cast) -> None:
    cast.module.enrolment_closes_on = date(2022, 8, 1)
    db.session.commit()
    url = f"/enrol/family?cohort={cast.cohort.id}&noted=1"
    assert "How the consent was given" not in stranger.get(url).text
    assert stranger.post(url, data=family(cast, way="paper")).status_code == 422


def test_an_adult_is_in_after_one_submit(stranger: Any, cast: Cast) -> None:
    url = f"/enrol/adult?cohort={cast.training_cohort.id}"
    assert "Place of work" in stranger.get(url).text
    answer = stranger.post(url, data=adult(workplace="Рубіжанська бібліотека"))
    assert answer.status_code == 303
    assert "You are in the group" in stranger.get(answer.location).text


def test_a_sensitive_group_asks_only_what_to_call_somebody(stranger: Any, cast: Cast) -> None:
    url = f"/enrol/adult?cohort={cast.yoga_cohort.id}"
    page = stranger.get(url).text
    assert 'name="called"' in page
    for name in ("family_name", "given_name", "workplace", "birth_date", "photographs"):
        assert f'name="{name}"' not in page
    typed = {
        "form_key": str(uuid4()),
        "agrees": "y",
        "knows_limits": "y",
        "called": "Мальва",
        "phone": "0501234567",
        "contact_rule": "call_only",
    }
    assert stranger.post(url, data=typed | {"knows_limits": ""}).status_code == 422
    assert stranger.post(url, data=typed).status_code == 303
    person = db.session.scalar(select(Person).where(Person.given_name == "Мальва"))
    assert person is not None
    assert person.family_name == ""


def test_where_the_age_matters_an_adult_is_asked_for_it(stranger: Any, cast: Cast) -> None:
    db.session.add(
        AgeRule(
            programme_id=cast.training_programme.id, from_age=16, to_age=120, since=date(2022, 1, 1)
        )
    )
    db.session.commit()
    url = f"/enrol/adult?cohort={cast.training_cohort.id}"
    answer = stranger.post(url, data=adult(birth_date="2005-12-01"))
    assert answer.status_code == 422
    assert "Up to 18 a parent" in answer.text
    assert stranger.post(url, data=adult(birth_date="1990-12-01")).status_code == 303


@pytest.mark.parametrize("cohort", ["0", "-1", str(2**63), "x", "", "99999"])
def test_an_unreadable_group_is_absent(stranger: Any, cast: Cast, cohort: str) -> None:
    answer = stranger.get(f"/enrol/adult?cohort={cohort}")
    assert answer.status_code == 404
    assert "takes no applications now" in answer.text
    assert stranger.get(f"/enrol/family?cohort={cohort}").status_code == 200


def test_a_group_of_children_leads_to_the_family_form(stranger: Any, cast: Cast) -> None:
    answer = stranger.get(f"/enrol/adult?cohort={cast.cohort.id}")
    assert answer.status_code == 303
    assert "/enrol/family" in answer.location
