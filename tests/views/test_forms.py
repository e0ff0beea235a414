"""Every form of the application × every field × what hurried people and attackers send.

The forms are listed from the application itself: a form without a row in ``form_rows`` fails.
"""

import ast
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)

from lms.forms import LmsForm
from tests.cast import Cast
from tests.views.form_row import Data, FormRow
from tests.views.form_rows import PARTS, ROWS

MARKUP = "<img src=x onerror=alert(1)>"
LONG = "я" * 10_001
HOSTILE = (LONG, "а\0б", MARKUP, "не те", "-1", str(2**63))
TYPED_ONLY = (IntegerField, DateField, TimeField)
CHOSEN = (SelectField, RadioField, SelectMultipleField)
SOURCE = Path(__file__).parents[2] / "lms"
SignIn = Callable[..., Any]


def all_forms() -> list[type[LmsForm]]:
    """List every form class that any slice shows: those of which only others are made are left."""
    found: set[type[LmsForm]] = set()

    def walk(form: type[LmsForm]) -> None:
        for child in form.__subclasses__():
            if child.__module__.startswith("lms."):
                found.add(child)
            walk(child)

    walk(LmsForm)
    made = _made_anywhere()
    return sorted(
        (form for form in found if form.__name__ in made or not form.__subclasses__()),
        key=lambda form: f"{form.__module__}.{form.__name__}",
    )


def _made_anywhere() -> set[str]:
    """Read the names of everything that the sources call."""
    return {
        node.func.id
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _name(form: type[LmsForm]) -> str:
    return f"{form.__module__.split('.')[1]}.{form.__name__}"


def test_every_form_has_a_row(app: Flask) -> None:
    rows = {name.partition("/")[0] for name in ROWS}
    assert {_name(form) for form in all_forms()} - set(PARTS) == rows
    assert set(PARTS.values()) <= rows


@pytest.mark.parametrize(("part", "whole"), sorted(PARTS.items()))
def test_a_part_is_tried_within_its_form(part: str, whole: str, app: Flask, cast: Cast) -> None:
    row = ROWS[whole]
    row.stage(cast)
    tried = {field.short_name for field in _plain_fields(row.build(app, cast))}
    form = next(one for one in all_forms() if _name(one) == part)
    with app.test_request_context():
        assert set(form()._fields) - tried - {"csrf_token"} == set()


def test_a_field_left_out_of_one_row_is_tried_in_another() -> None:
    by_form: dict[str, list[FormRow]] = {}
    for name, row in ROWS.items():
        by_form.setdefault(name.partition("/")[0], []).append(row)
    never = {
        name: frozenset.intersection(*(row.hidden for row in rows))
        for name, rows in by_form.items()
    }
    # No person types these: the page fills them in, and hostile ones are tried below.
    assert {name: fields for name, fields in never.items() if fields} == {
        "enrolment.FamilyForm": {"form_key", "website", "email_kept", "email_taken"},
        "enrolment.AdultForm": {"form_key", "website", "email_kept", "email_taken"},
        "enrolment.DoorForm": {"form_key"},
        "completion.ProjectsForm": {"was"},
        "certificates.SearchForm": {"page"},
        "letters.LogForm": {"page"},
    }


def _plain_fields(form: Any) -> Iterator[Field]:
    for field in form:
        if isinstance(field, FormField):
            yield from _plain_fields(field.form)
        elif isinstance(field, FieldList):
            for entry in field.entries:
                if isinstance(entry, FormField):
                    yield from _plain_fields(entry.form)
                else:
                    yield entry
        elif field.short_name != "csrf_token":
            yield field


def _wrong_values(field: Field) -> Iterator[tuple[str, Any]]:
    """Give what must be refused in this kind of field; ``None`` leaves it out of the post."""
    if field.flags.required:
        yield "missing", None
    yield "too long", LONG
    yield "NUL", "\0" if isinstance(field, (*TYPED_ONLY, *CHOSEN, BooleanField)) else "а\0б"
    yield "markup", MARKUP
    if not isinstance(field, StringField):
        yield "wrong type", "не те"


@pytest.fixture
def filled(cast: Cast, app: Flask, as_: SignIn, stranger: Any) -> Callable[[str], Any]:
    """Stage the page of a form; answer its row, a browser, its address and a right answer."""

    def fill(name: str) -> tuple[FormRow, Any, str, Data]:
        row = ROWS[name]
        app.config["LMS_APPLICATIONS_PER_HOUR"] = app.config["LMS_NAME_CHECKS"] = 10_000
        app.config["LMS_APPLICATIONS_PER_MINUTE"] = 10_000
        row.stage(cast)
        browser = as_(getattr(cast, row.person)) if row.person else stranger
        return row, browser, row.path(cast), row.data(cast)

    return fill


@pytest.mark.parametrize("name", sorted(ROWS))
def test_wrong_answers_are_refused_beside_their_field(
    name: str, app: Flask, cast: Cast, filled: Callable[[str], Any]
) -> None:
    row, browser, path, right = filled(name)
    fields = list(_plain_fields(row.build(app, cast)))
    assert fields
    for field in fields:
        if field.short_name in row.hidden or isinstance(field, HiddenField):
            continue
        for what, value in _wrong_values(field):
            data = {key: typed for key, typed in right.items() if key != field.name}
            if value is not None:
                data[field.name] = value
            answer = row.send(browser, path, data)
            case = f"{name}.{field.name}: {what}"
            assert answer.status_code == 422, (case, answer.status_code)
            _said_beside(answer.text, field, case)
            assert MARKUP not in answer.text, case
            # Without consent nothing that was typed about children may be kept.
            if field.short_name not in row.not_echoed:
                _kept(answer.text, fields, data, row, case)


def _said_beside(page: str, field: Field, case: str) -> None:
    tied = re.search(rf'aria-describedby="[^"]*\b{re.escape(field.id)}-error\b', page)
    assert tied, f"{case}: nothing is tied to the field"
    said = re.search(rf'id="{re.escape(field.id)}-error"[^>]*>(.*?)</p>', page, re.S)
    assert said, f"{case}: no words"
    assert re.sub(r"<[^>]+>", "", said[1]).strip(), f"{case}: empty words"


def _kept(page: str, fields: list[Field], data: Data, row: FormRow, case: str) -> None:
    """Ask that everything typed stands on the page again."""
    shown = html.unescape(page).replace("\r\n", "\n")
    for field in fields:
        typed = data.get(field.name, "")
        is_text = isinstance(field, (StringField, *TYPED_ONLY))
        if not is_text or isinstance(field, PasswordField) or field.short_name in row.hidden:
            continue
        assert str(typed) in shown, f"{case}: {field.name} was not kept"


@pytest.mark.parametrize("name", sorted(ROWS))
def test_contradictory_pairs_are_refused(
    name: str, cast: Cast, filled: Callable[[str], Any]
) -> None:
    row, browser, path, right = filled(name)
    for pair in row.contradictions(cast):
        answer = row.send(browser, path, {**right, **pair})
        assert answer.status_code == 422, (name, pair, answer.status_code)
        is_hidden = {key.rpartition("-")[2] for key in pair} & (row.hidden | {"key", "award"})
        if is_hidden:
            assert "notice-error" in answer.text or "-error" in answer.text, (name, pair)
        else:
            assert re.search(r'aria-describedby="[^"]*error', answer.text), (name, pair)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_what_no_person_types_does_no_harm(
    name: str, app: Flask, cast: Cast, filled: Callable[[str], Any]
) -> None:
    row, browser, path, right = filled(name)
    for field in _plain_fields(row.build(app, cast)):
        if not (field.short_name in row.hidden or isinstance(field, HiddenField)):
            continue
        for value in HOSTILE:
            answer = row.send(browser, path, {**right, field.name: value})
            assert answer.status_code in {row.answer, 422}, (name, field.name, value[:20])
            assert MARKUP not in answer.text


@pytest.mark.parametrize("name", sorted(ROWS))
def test_right_answers_are_taken(name: str, filled: Callable[[str], Any]) -> None:
    row, browser, path, right = filled(name)
    answer = row.send(browser, path, right)
    assert answer.status_code == row.answer, (name, answer.status_code)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "status"),
    [("0001-01-01", "9999-12-31", {303, 422}), ("2023-02-01", "9999-12-31", {303, 422})],
)
def test_dates_far_away_are_no_error_of_ours(
    filled: Callable[[str], Any], starts_on: str, ends_on: str, status: set[int]
) -> None:
    _row, browser, path, right = filled("courses.ModuleForm")
    answer = browser.post(path, data={**right, "starts_on": starts_on, "ends_on": ends_on})
    assert answer.status_code in status
