"""A change of the contact rule is heard by whatever could still send something."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.db import db
from lms.hookspecs import hook
from lms.people.models import ContactRule, Person
from lms.people.reaching import Reach, change_reach
from lms.people.services import NewPerson, add_person, correct_person
from tests.cast import BEFORE


class Messenger:
    """A plug-in that would have sent something."""

    def __init__(self) -> None:
        self.heard: list[ContactRule] = []

    @hook
    def contact_rule_changed(self, person: Any) -> None:
        self.heard.append(person.contact_rule)


@pytest.fixture
def messenger() -> Messenger:
    return Messenger()


def test_hook_contact_rule_changed(make_app: Callable[..., Flask], messenger: Messenger) -> None:
    app = make_app({}, messenger=messenger)
    with app.app_context():
        person = add_person(NewPerson("Ґалушко", "Лука"), now=BEFORE)
        change_reach(person, Reach("a@example.org", "", ContactRule.USUAL))
        assert messenger.heard == []
        change_reach(person, Reach("a@example.org", "", ContactRule.DO_NOT_WRITE))
        correct_person(person, NewPerson("Ґалушко", "Лука", contact_rule=ContactRule.CALL_ONLY))
        assert messenger.heard == [ContactRule.DO_NOT_WRITE, ContactRule.CALL_ONLY]
        db.session.rollback()
        assert db.session.query(Person).count() == 0
