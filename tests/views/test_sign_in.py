"""Signing in and out, as a person sees it."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import jobs
from lms.clock import now
from lms.db import begin_write, db
from lms.people.jobs import forget_asked
from lms.people.models import ContactRule, SignInLink
from lms.people.services import NewPerson, add_person, open_account
from lms.people.signing import make_sign_in_link
from tests.cast import PASSWORD, Cast
from tests.conftest import Browser


def _letters(app: Flask) -> list[str]:
    outbox = Path(app.config["LMS_DATA"]) / "outbox"
    return [path.read_text(encoding="utf-8") for path in sorted(outbox.glob("*"))]


def test_a_guardian_signs_in_by_the_mailed_link(cast: Cast, app: Flask, stranger: Any) -> None:
    answer = stranger.post("/sign-in", data={"email": "Guardian@Example.org"})
    assert answer.headers["Location"] == "/sign-in/sent"
    (letter,) = _letters(app)
    import email
    import quopri

    body = email.message_from_string(letter).get_payload(decode=True) or quopri.decodestring(letter)
    token = re.search(r"/sign-in/link/(\S+)", body.decode())
    assert token is not None
    page = stranger.get(f"/sign-in/link/{token[1]}")
    assert page.status_code == 200, "looking must not use the link up"
    assert stranger.post(f"/sign-in/link/{token[1]}").headers["Location"] == "/home"
    assert stranger.get("/home").headers["Location"] == "/family"
    assert stranger.post(f"/sign-in/link/{token[1]}").status_code == 410


def _code_in(letter: str) -> str:
    found = re.search(r"^([0-9]{3}) ([0-9]{3})\r?$", letter, re.MULTILINE)
    assert found is not None, letter
    return found[1] + found[2]


def test_a_code_signs_in_the_browser_that_asked_and_no_other(
    cast: Cast, app: Flask, bare_app: Flask, stranger: Any
) -> None:
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    code = _code_in(_letters(app)[0])
    another = Browser(bare_app)
    refused = another.post("/sign-in/sent", data={"code": code})
    assert refused.status_code == 422
    assert 'id="code-error"' in refused.text
    answer = stranger.post("/sign-in/sent", data={"code": f" {code[:3]}-{code[3:]} "})
    assert (answer.status_code, answer.location) == (303, "/home")
    assert stranger.get("/family").status_code == 200
    assert another.get("/family").status_code == 303


def test_a_code_may_be_tried_five_times(cast: Cast, app: Flask, stranger: Any) -> None:
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    code = _code_in(_letters(app)[0])
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _try in range(5):
        assert stranger.post("/sign-in/sent", data={"code": wrong}).status_code == 422
    assert stranger.post("/sign-in/sent", data={"code": code}).status_code == 422


def test_a_wrong_code_is_answered_alike_for_known_and_unknown_addresses(
    cast: Cast, app: Flask, bare_app: Flask
) -> None:
    answers = []
    for address in ("guardian@example.org", "nobody@example.org", "coordinator@example.org"):
        browser = Browser(bare_app)
        asked = browser.post("/sign-in", data={"email": address})
        page = browser.get("/sign-in/sent")
        tried = [browser.post("/sign-in/sent", data={"code": "000000"}) for _ in range(7)]
        answers.append([(one.status_code, one.data) for one in (asked, page, *tried)])
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5"])
def test_what_is_no_code_is_said_beside_the_field(cast: Cast, stranger: Any, code: str) -> None:
    answer = stranger.post("/sign-in/sent", data={"code": code})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text


def test_an_address_gets_links_without_a_code_after_ten_a_day(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app({"LMS_SIGN_IN_TRIES": 100})
    with app.app_context():
        begin_write()
        open_account(add_person(NewPerson("Знам", "Ірина", email="known@example.org"), now=now()))
        db.session.commit()
    for _time in range(12):
        app.test_client().post("/sign-in", data={"email": "known@example.org"})
    letters = "".join(_letters(app))
    assert letters.count("/sign-in/link/") == 12
    assert len(re.findall(r"^[0-9]{3} [0-9]{3}\r?$", letters, re.MULTILINE)) == 10


def test_known_and_unknown_addresses_are_answered_alike(
    cast: Cast, app: Flask, stranger: Any
) -> None:
    known = stranger.post("/sign-in", data={"email": "guardian@example.org"})
    unknown = stranger.post("/sign-in", data={"email": "nobody@example.org"})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert stranger.get("/sign-in/sent").data == stranger.get("/sign-in/sent").data
    assert len(_letters(app)) == 1


@pytest.mark.parametrize("rule", [ContactRule.CALL_ONLY, ContactRule.DO_NOT_WRITE])
def test_nothing_is_sent_to_whom_nothing_may_be_sent(
    cast: Cast, app: Flask, stranger: Any, rule: ContactRule
) -> None:
    begin_write()
    cast.guardian.contact_rule = rule
    db.session.commit()
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    assert _letters(app) == []


def test_a_letter_names_no_child_and_no_programme(cast: Cast, app: Flask, stranger: Any) -> None:
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    (letter,) = _letters(app)
    for word in ("Соломія", "Знам", "Code Club"):
        assert word not in letter


def test_staff_sign_in_by_password_and_land_where_they_wanted(cast: Cast, stranger: Any) -> None:
    asked = stranger.get("/people/?q=x")
    assert asked.status_code == 303
    answer = stranger.post(
        "/sign-in/password",
        data={"login": "coordinator@example.org", "password": PASSWORD, "back": "/people/?q=x"},
    )
    assert answer.headers["Location"] == "/people/?q=x"
    assert stranger.get("/people/").status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(cast: Cast, stranger: Any, back: str) -> None:
    data = {"login": "coordinator@example.org", "password": PASSWORD, "back": back}
    assert "evil" not in stranger.post("/sign-in/password", data=data).headers["Location"]


def test_guessing_is_stopped_and_says_when_to_go_on(cast: Cast, stranger: Any) -> None:
    data = {"login": "coordinator@example.org", "password": "не той"}
    answers = [stranger.post("/sign-in/password", data=data) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "через" in answers[-1].text
    right = {"login": "coordinator@example.org", "password": PASSWORD}
    assert stranger.post("/sign-in/password", data=right).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    answer = stranger.post("/sign-in/password", data=right, environ_base=elsewhere)
    assert answer.status_code == 303, "a guesser locks nobody out at home"


def test_whoever_has_a_password_gets_no_mailed_link(cast: Cast, app: Flask, stranger: Any) -> None:
    stranger.post("/sign-in", data={"email": "coordinator@example.org"})
    assert _letters(app) == []


def test_no_link_is_copied_for_the_director(cast: Cast, as_: Callable[..., Any]) -> None:
    answer = as_(cast.coordinator).post(f"/people/{cast.director.id}/link")
    assert answer.status_code == 422
    assert "/sign-in/link/" not in answer.text
    assert "/sign-in/link/" in as_(cast.coordinator).post(f"/people/{cast.mentor.id}/link").text


def test_a_coordinator_keeps_their_own_role(cast: Cast, as_: Callable[..., Any]) -> None:
    data = {
        "family_name": "Ковальська",
        "given_name": "Оксана",
        "gender": "female",
        "contact_rule": "usual",
        "roles": ["mentor"],
    }
    answer = as_(cast.coordinator).post(f"/people/{cast.coordinator.id}/edit", data=data)
    assert answer.status_code == 422
    assert "в себе" in answer.text


def test_a_new_password_ends_every_sign_in(cast: Cast, app: Flask, as_: Callable[..., Any]) -> None:
    browser = as_(cast.coordinator)
    command = [
        "people",
        "set-password",
        str(cast.coordinator.id),
        "--login",
        "coordinator@example.org",
        "--password",
        "зовсім новий пароль",
    ]
    people = app.blueprints["people"].cli
    answer = app.test_cli_runner().invoke(people, command[1:])
    assert answer.exit_code == 0, answer.output
    assert browser.get("/people/").status_code == 303


def test_signing_out_ends_it_on_the_server(cast: Cast, as_: Callable[..., Any]) -> None:
    browser = as_(cast.coordinator)
    with browser.client.session_transaction() as cookie:
        kept = dict(cookie)
    assert browser.post("/sign-out").status_code == 303
    with browser.client.session_transaction() as cookie:
        cookie.update(kept)
    assert browser.get("/people/").status_code == 303


def test_a_cookie_from_before_never_becomes_signed_in(
    cast: Cast, app: Flask, stranger: Any
) -> None:
    with stranger.client.session_transaction() as cookie:
        cookie["t"] = "preset"
        cookie["more"] = "preset"
    begin_write()
    token = make_sign_in_link(open_account(cast.guardian), hours=1, now=now())
    db.session.commit()
    stranger.post(f"/sign-in/link/{token}")
    with stranger.client.session_transaction() as cookie:
        assert cookie["t"] != "preset"
        assert "more" not in cookie


def test_a_cookie_ends_with_the_tab_for_whom_it_must(cast: Cast, app: Flask, stranger: Any) -> None:
    begin_write()
    cast.guardian.contact_rule = ContactRule.DO_NOT_WRITE
    token = make_sign_in_link(open_account(cast.guardian), hours=1, now=now())
    db.session.commit()
    answer = stranger.post(f"/sign-in/link/{token}")
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("lms=")]
    assert cookies
    assert "Expires" not in cookies[0]


def test_the_language_is_remembered(cast: Cast, stranger: Any) -> None:
    assert "Навчайтеся" in stranger.get("/", headers={"Accept-Language": "ru"}).text
    stranger.post("/language", data={"locale": "en", "back": "/"})
    assert "Learn with" in stranger.get("/").text
    assert stranger.post("/language", data={"locale": "ru"}).status_code == 422


def test_every_answer_is_hardened(cast: Cast, stranger: Any) -> None:
    headers = stranger.get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_asking_for_a_link_does_the_same_for_known_and_unknown_addresses(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app({"LMS_JOBS": "worker"})
    with app.app_context():
        begin_write()
        open_account(add_person(NewPerson("Знам", "Ірина", email="known@example.org"), now=now()))
        db.session.commit()
    for address in ("known@example.org", "nobody@example.org"):
        assert app.test_client().post("/sign-in", data={"email": address}).status_code == 303
    assert _letters(app) == [], "a letter is the worker's work, not the answer's"
    with app.app_context():
        assert [job.total for job in db.session.scalars(select(jobs.Job))] == [1, 1]
        assert not db.session.scalars(select(SignInLink)).all()
        db.session.rollback()
        jobs.run_pending()
        assert len(_letters(app)) == 1
        kept = [str(job.args) for job in db.session.scalars(select(jobs.Job))]
        assert "example.org" not in "".join(kept)


def test_that_a_link_was_asked_for_is_forgotten(cast: Cast, app: Flask, stranger: Any) -> None:
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    begin_write()
    forget_asked(now=now() + timedelta(minutes=50))
    assert db.session.scalar(select(jobs.JobItem.id)) is not None
    forget_asked(now=now() + timedelta(minutes=70))
    assert db.session.scalar(select(jobs.JobItem.id)) is None


@pytest.mark.parametrize(
    ("rule", "is_kept"), [(ContactRule.USUAL, True), (ContactRule.DO_NOT_WRITE, False)]
)
def test_the_language_too_is_forgotten_with_the_tab_where_it_must_be(
    cast: Cast, as_: Callable[..., Any], rule: ContactRule, is_kept: bool
) -> None:
    begin_write()
    cast.guardian.contact_rule = rule
    db.session.commit()
    answer = as_(cast.guardian).post("/language", data={"locale": "en", "back": "/"})
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("lms_locale=")]
    assert ("Max-Age" in cookie) is is_kept
