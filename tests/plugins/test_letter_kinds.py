"""Kinds of letters of a stranger's plug-in: in the log and on the page of examples."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.clock import now
from lms.contracts import LetterKind
from lms.db import begin_write, db
from lms.hookspecs import hook
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.people.models import Person
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from lms.plugins import PluginFault
from tests.cast import Cast
from tests.conftest import Browser
from tests.mentoring import settle

WORDS = "Лист чужого модуля"


def _text() -> Text:
    return Text("Новина", ("Приклад для сторінки", Link("Увійти", signs_in=True)))


class Writer:
    """A kind of letter of a stranger's."""

    def __init__(self, key: str = "foreign") -> None:
        self.key = key

    @hook
    def register_letter_kinds(self) -> list[LetterKind]:
        return [LetterKind(self.key, WORDS, _text, when="Щоп’ятниці")]


def _enter(app: Flask, person: Person) -> Browser:
    with app.app_context():
        begin_write()
        token = begin_sign_in(open_account(person).id, days=1, now=now())
        db.session.commit()
        db.session.remove()
    return Browser(app, token)


def test_hook_register_letter_kinds(cast: Cast, make_app: Callable[..., Flask]) -> None:
    settle(cast)
    begin_write()
    guardian = db.session.get_one(Person, cast.guardian.id)
    write([guardian], Draft("foreign", "foreign-1", _text), now=now())
    db.session.commit()
    app: Any = make_app(foreign=Writer())
    browser = _enter(app, cast.coordinator)
    page = browser.get("/letters/kinds").text
    for text in (WORDS, "Щоп’ятниці", "Новина", "/letters/kinds/foreign/uk"):
        assert text in page, text
    assert "Приклад для сторінки" in browser.get("/letters/kinds/foreign/uk").text
    assert WORDS in browser.get("/letters").text
    with pytest.raises(PluginFault, match="group_message"):
        make_app(foreign=Writer("group_message"))
