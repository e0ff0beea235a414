"""What comes past the forms: marks of a register, buttons, filters of lists, cookies, headers.

Every use of the bare request is listed here; a new one fails until it is tried below.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.i18n import COOKIE
from tests.cast import Cast
from tests.mentoring import settle
from tests.views.form_rows_enrolment import ENROLMENT
from tests.views.test_forms import HOSTILE, MARKUP

LMS = Path(__file__).parents[2] / "lms"
BARE = {
    "form",
    "args",
    "values",
    "json",
    "files",
    "data",
    "get_json",
    "get_data",
    "stream",
    "cookies",
}
VALUES = (
    *HOSTILE,
    "",
    "0",
    "1e400",
    "٣",
    "²",
    "3.late.online",
    "1.2.3.4",
    "9" * 60,
    "\u202e",
    "\r\nSet-Cookie: a=b",
)
SignIn = Callable[..., Any]

USED = {
    "attendance/family_views.py": {"form"},
    "attendance/views.py": {"form"},
    "certificates/views.py": {"args"},
    "core.py": {"args", "form"},
    "enrolment/applying.py": {"args", "cookies", "form"},
    "enrolment/desk.py": {"args"},
    "enrolment/views.py": {"args"},
    "families/group_letter_views.py": {"form"},
    "families/reach.py": {"args"},
    "i18n.py": {"cookies"},
    "imports/grid_views.py": {"files", "form"},
    "imports/views.py": {"args", "files", "form"},
    "letters/switching.py": {"form"},
    "letters/views.py": {"args"},
    "mentors/views.py": {"args"},
    "people/pages.py": {"args", "form"},
    "people/views.py": {"args"},
    "reports/views.py": {"args"},
}


def test_every_use_of_the_bare_request_is_known() -> None:
    found: dict[str, set[str]] = {}
    for path in LMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_bare = isinstance(node, ast.Attribute) and node.attr in BARE
            if is_bare and isinstance(node.value, ast.Name) and node.value.id == "request":
                found.setdefault(str(path.relative_to(LMS)), set()).add(node.attr)
    assert found == USED


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast as plain values, so that ids stay known between requests."""
    return settle(cast)


FILTERS = [
    ("coordinator", "/people/?q={}", {200}),
    ("coordinator", "/people/?role={}", {200}),
    ("coordinator", "/people/?page={}", {200}),
    ("coordinator", "/certificates?text={}&year=0&module=0", {200, 422}),
    ("coordinator", "/certificates?year={}", {200, 422}),
    ("coordinator", "/certificates?module={}", {200, 422}),
    ("coordinator", "/certificates?page={}", {200, 422}),
    ("coordinator", "/certificates/cohorts/1?award={}", {200}),
    ("coordinator", "/certificates/cohorts/1/archive?locale={}", {404}),
    ("coordinator", "/letters?person={}", {200, 422}),
    ("coordinator", "/letters?state={}", {200, 422}),
    ("coordinator", "/letters?kind={}", {200, 422}),
    ("coordinator", "/letters?day={}", {200, 422}),
    ("coordinator", "/letters?page={}", {200, 422}),
    ("coordinator", "/imports/1?status={}", {404}),
    ("coordinator", "/mentors/credentials/1?job={}", {200}),
    ("coordinator", "/enrol/family?noted=1&cohort={}", {200}),
    ("coordinator", "/enrol/adult?noted=1&cohort={}", {200, 303, 404}),
    ("director", "/reports/2022/enter?line={}", {200}),
    ("director", "/reports/2022/events_held?page={}", {200, 404}),
    ("director", "/reports/2022/consultations?page={}", {200, 404}),
    ("guardian", "/enrol/family?child={}", {200}),
    ("guardian", "/enrol/family?noted={}", {200}),
    ("", "/enrol/family?cohort={}", {200}),
    ("", "/catalogue?zone={}", {200}),
    ("", "/catalogue?age={}", {200}),
    ("", "/catalogue?direction={}", {200}),
    ("", "/catalogue?way={}", {200}),
    ("", "/language/uk?back={}", {303}),
    ("", "/enrol/adult?cohort={}", {303, 404}),
    ("", "/sign-in?back={}", {200}),
    ("", "/sign-in/password?back={}", {200}),
    ("mentor", "/registers/1/not-held?back={}", {200}),
]


@pytest.mark.parametrize(("name", "path", "usual"), FILTERS, ids=lambda value: str(value)[:45])
def test_hostile_filters_do_no_harm(
    people: Cast, as_: SignIn, stranger: Any, name: str, path: str, usual: set[int]
) -> None:
    browser = as_(getattr(people, name)) if name else stranger
    address, _mark, query = path.partition("?")
    for value in (*VALUES, "%ff%fe"):
        asked = dict(part.split("=", 1) for part in query.split("&"))
        sent = {key: value if text == "{}" else text for key, text in asked.items()}
        is_raw = value == "%ff%fe"
        answer = (
            browser.get(path.replace("{}", value))
            if is_raw
            else browser.get(address, query_string=sent)
        )
        assert answer.status_code in usual, (path, value[:20], answer.status_code)
        assert MARKUP not in answer.text
        assert "Set-Cookie: a=b" not in str(answer.headers)


def _register(people: Cast) -> list[str]:
    child = people.child.id
    return [
        f"mark-{child}",
        f"seen-{child}",
        f"online-{child}",
        "seen-heads",
        "filled",
        "settle",
        "all_present",
        "finish",
        "back",
        "version",
    ]


@pytest.mark.parametrize("is_scripted", [False, True])
def test_hostile_marks_do_no_harm(people: Cast, as_: SignIn, *, is_scripted: bool) -> None:
    browser = as_(people.mentor)
    child, path = people.child.id, f"/registers/{people.sessions[0].id}"
    headers = {"X-Requested-With": "fetch"} if is_scripted else {}
    for name in _register(people):
        for value in VALUES:
            data = {f"mark-{child}": "present", f"seen-{child}": "0", name: value}
            answer = browser.post(path, data=data, headers=headers)
            is_odd_mark = name.startswith("mark-") and value != ""
            usual = {422} if is_odd_mark else {200, 303, 409, 422}
            assert answer.status_code in usual, (name, value[:20], answer.status_code)
            assert MARKUP not in answer.text or answer.is_json


@pytest.mark.parametrize("prefix", ["mark-", "seen-", "online-"])
def test_marks_of_nobody_do_no_harm(people: Cast, as_: SignIn, prefix: str) -> None:
    browser = as_(people.mentor)
    path = f"/registers/{people.sessions[0].id}"
    for value in (*VALUES, str(people.learner.id)):
        answer = browser.post(path, data={f"{prefix}{value}": "present", "reason": "так"})
        assert answer.status_code in {303, 422}, (prefix, value[:20])
    page = browser.get(path).text
    assert people.learner.family_name not in page


@pytest.mark.parametrize("name", ["remove_child", "add_child"])
def test_hostile_buttons_of_the_family_form_do_no_harm(
    cast: Cast, stranger: Any, name: str
) -> None:
    row = ENROLMENT["enrolment.FamilyForm"]
    row.stage(cast)
    for value in VALUES:
        answer = stranger.post("/enrol/family", data={**row.data(cast), name: value})
        assert answer.status_code == 200, (name, value[:20], answer.status_code)
        assert MARKUP not in answer.text


@pytest.mark.parametrize(
    "index", [*VALUES, "00", "9999", "10000"], ids=lambda value: ascii(value)[:12]
)
def test_hostile_numbers_of_children_do_no_harm(cast: Cast, stranger: Any, index: str) -> None:
    row = ENROLMENT["enrolment.FamilyForm"]
    row.stage(cast)
    data = {**row.data(cast), f"children-{index}-family_name": MARKUP}
    answer = stranger.post("/enrol/family", data=data)
    assert answer.status_code in {303, 422}
    assert MARKUP not in answer.text


def test_a_hostile_language_is_refused_and_a_hostile_way_back_leads_home(
    people: Cast, as_: SignIn, stranger: Any
) -> None:
    for browser in (stranger, as_(people.guardian)):
        for value in VALUES:
            assert browser.post("/language", data={"locale": value}).status_code == 422
            answer = browser.post("/language", data={"locale": "uk", "back": value})
            assert (answer.status_code, answer.location) == (303, "/")
        for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/\tevil"):
            answer = browser.post("/language", data={"locale": "uk", "back": elsewhere})
            assert answer.location == "/"


def test_hostile_headers_and_cookies_do_no_harm(people: Cast, bare_app: Flask) -> None:
    for value in ("x", "uk" * 3_000, "../../etc", "%00", "=;=", "\x7f"):
        client = bare_app.test_client()
        headers = [
            ("Cookie", f"{COOKIE}={value}; lms={value}"),
            ("Accept-Language", value),
            ("X-Requested-With", value),
            ("Referer", value),
            ("If-None-Match", value),
            ("Accept-Encoding", value),
            ("User-Agent", value),
        ]
        for path in ("/", "/catalogue", "/home", "/verify"):
            assert client.get(path, headers=headers).status_code in {200, 303}, (path, value[:20])


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b'{"a":', b"a" * (2 * 1024 * 1024 + 1)], ids=len
)
@pytest.mark.parametrize(
    "mimetype",
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "nonsense",
    ],
)
def test_hostile_bodies_do_no_harm(people: Cast, as_: SignIn, body: bytes, mimetype: str) -> None:
    browser = as_(people.mentor)
    for path in (f"/registers/{people.sessions[0].id}", "/sign-in", "/verify", "/enrol/family"):
        answer = browser.post(path, data=body, content_type=mimetype)
        assert answer.status_code in {303, 400, 413, 422}, (path, answer.status_code)
