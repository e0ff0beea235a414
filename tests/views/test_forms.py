"""Every form of the application × every field × what hurried people and attackers send.

The forms are listed from the application itself: a form without a row in ``form_rows`` fails.
"""

import html
import re
from collections.abc import Callable, Iterator
from datetime import date
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
    TextAreaField,
    TimeField,
)

from lms.forms import LmsForm
from tests.cast import Cast
from tests.views.form_rows import ROWS, FormRow

MARKUP = "<img src=x onerror=alert(1)>"
LONG = "я" * 10_001


def all_forms() -> list[type[LmsForm]]:
    """List every form class that any slice defines and that is not a base of others."""
    found: list[type[LmsForm]] = []

    def walk(form: type[LmsForm]) -> None:
        for child in form.__subclasses__():
            if child.__module__.startswith("lms."):
                found.append(child)
            walk(child)

    walk(LmsForm)
    return sorted(set(found), key=lambda form: f"{form.__module__}.{form.__name__}")


def _name(form: type[LmsForm]) -> str:
    return f"{form.__module__.split('.')[1]}.{form.__name__}"


def test_every_form_has_a_row(app: Flask) -> None:
    assert {_name(form) for form in all_forms()} == set(ROWS)


def _wrong_values(field: Field, row: FormRow) -> Iterator[tuple[str, Any]]:
    """Give what must be refused in this kind of field; ``None`` leaves it out of the post."""
    if isinstance(field, (HiddenField, BooleanField)):
        return
    if field.flags.required:
        yield "missing", None
    if isinstance(field, (IntegerField, DateField, TimeField, SelectField, RadioField,
                          SelectMultipleField)):
        yield "wrong type", "не те"
        yield "too long", LONG
        yield "NUL", "\0"
        return
    if isinstance(field, (StringField, TextAreaField, PasswordField)):
        yield "too long", LONG
        yield "NUL", "а\0б"
        yield "markup", MARKUP


def _cases() -> Iterator[Any]:
    for form in all_forms():
        name = _name(form)
        if name in ROWS:
            yield pytest.param(name, id=name)


def _plain_fields(form: LmsForm) -> Iterator[Field]:
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


@pytest.mark.parametrize("name", list(_cases()))
def test_wrong_answers_are_refused_beside_their_field(
    name: str, cast: Cast, app: Flask, as_: Callable[..., Any], stranger: Any
) -> None:
    row = ROWS[name]
    row.prepare(cast)
    browser = as_(getattr(cast, row.person)) if row.person else stranger
    path = row.path(cast)
    fields = list(_plain_fields(row.build(app, path, row.data(cast))))
    assert fields or row.has_no_fields
    for field in fields:
        if field.name in row.hidden:
            continue
        for what, value in _wrong_values(field, row):
            data = dict(row.data(cast))
            data.pop(field.name, None)
            if value is not None:
                data[field.name] = value
            answer = browser.post(path, data=data)
            case = f"{name}.{field.name}: {what}"
            assert answer.status_code == 422, (case, answer.status_code)
            _said_beside(answer.text, field, case)
            if what == "markup" and not isinstance(field, PasswordField):
                assert MARKUP not in answer.text, case
                if field.name not in row.not_echoed:
                    assert html.escape(MARKUP, quote=False)[:10] in answer.text.replace("&#34;", '"'), case


def _said_beside(page: str, field: Field, case: str) -> None:
    tied = re.search(rf'aria-describedby="[^"]*\b{re.escape(field.id)}-error\b', page)
    assert tied, f"{case}: nothing is tied to the field"
    said = re.search(rf'id="{re.escape(field.id)}-error"[^>]*>(.*?)</p>', page, re.S)
    assert said, f"{case}: no words"
    assert re.sub(r"<[^>]+>", "", said[1]).strip(), f"{case}: empty words"


@pytest.mark.parametrize("name", list(_cases()))
def test_contradictory_pairs_are_refused(
    name: str, cast: Cast, app: Flask, as_: Callable[..., Any], stranger: Any
) -> None:
    row = ROWS[name]
    row.prepare(cast)
    browser = as_(getattr(cast, row.person)) if row.person else stranger
    for pair in row.contradictions(cast):
        answer = browser.post(row.path(cast), data={**row.data(cast), **pair})
        assert answer.status_code == 422, (name, pair, answer.status_code)
        assert "-error" in answer.text, (name, pair)


@pytest.mark.parametrize("name", list(_cases()))
def test_right_answers_are_taken(
    name: str, cast: Cast, app: Flask, as_: Callable[..., Any], stranger: Any
) -> None:
    row = ROWS[name]
    row.prepare(cast)
    browser = as_(getattr(cast, row.person)) if row.person else stranger
    answer = browser.post(row.path(cast), data=row.data(cast))
    assert answer.status_code == row.answer, (name, answer.status_code)


def test_dates_far_away_are_no_error_of_ours(cast: Cast, as_: Callable[..., Any]) -> None:
    row = ROWS["courses.ModuleForm"]
    data = {**row.data(cast), "starts_on": "0001-01-01", "ends_on": date.max.isoformat()}
    answer = as_(cast.coordinator).post(row.path(cast), data=data)
    assert answer.status_code in {303, 422}
