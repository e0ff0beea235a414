"""The canary by the pages alone: a family enrols by the form, asks for erasure, and is gone."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from lms.clock import now
from lms.db import begin_write, db
from lms.families.models import DataRequest
from lms.people.models import Account, Person
from lms.people.signing import begin_sign_in
from tests.canary import BORN, CHILD, GUARDIAN, data_folder, found_in_tables, found_on_disk
from tests.cast import Cast
from tests.conftest import Browser
from tests.graduation import settle_cast

TODAY = date(2022, 9, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "applying"):
        monkeypatch.setattr(f"lms.enrolment.{module}.today", lambda: TODAY)


def _typed(cast: Cast) -> dict[str, Any]:
    return {
        "form_key": str(uuid4()),
        "agrees": "y",
        "family_name": GUARDIAN.family_name,
        "given_name": GUARDIAN.given_name,
        "patronymic": GUARDIAN.patronymic,
        "relation": "mother",
        "email": GUARDIAN.email,
        "phone": GUARDIAN.phone,
        "contact_rule": "usual",
        "children-0-family_name": CHILD.family_name,
        "children-0-given_name": CHILD.given_name,
        "children-0-patronymic": CHILD.patronymic,
        "children-0-birth_date": BORN.isoformat(),
        "children-0-cohorts": [str(cast.cohort.id)],
    }


def test_a_family_that_came_by_the_form_goes_by_its_request(
    app: Flask, cast: Cast, as_: Any, stranger: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    settle_cast(cast)
    caplog.set_level("DEBUG")
    assert stranger.post("/enrol/family", data=_typed(cast)).status_code == 303
    assert stranger.post("/sign-in", data={"email": GUARDIAN.email}).status_code == 303
    assert len(list((data_folder(app) / "outbox").iterdir())) == 2
    child_id = db.session.scalars(select(Person.id).where(Person.birth_date == BORN)).one()
    db.session.rollback()
    assert found_in_tables()
    mother = _signed_in(app)
    path = f"/family/{child_id}/known"
    assert CHILD.given_name in mother.get(path).text
    correction = {"family_name": CHILD.family_name, "given_name": "Ївга-Вацлава"}
    assert mother.post(f"{path}/correct", data=correction).status_code == 303
    typed = {"understands": "y", "with_guardian": "y"}
    assert mother.post(f"{path}/erase", data=typed).status_code == 303
    asked = db.session.scalars(select(DataRequest.id).where(DataRequest.kind == "erasure")).one()
    desk = as_(cast.coordinator)
    assert desk.post(f"/requests/{asked}/erase").status_code == 303
    db.session.remove()
    assert found_in_tables() == {}
    db.session.rollback()
    assert found_on_disk(data_folder(app), caplog.text.encode()) == {}
    assert mother.get(path).status_code == 303


def _signed_in(app: Flask) -> Browser:
    begin_write()
    account = db.session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Person.email == GUARDIAN.email)
    ).one()
    token = begin_sign_in(account.id, days=1, now=now())
    db.session.commit()
    return Browser(app, token)


def _run(app: Flask, *words: str, typed: str = "") -> tuple[int, str]:
    db.session.rollback()
    told = FlaskCliRunner(app).invoke(args=["people", "erase", *words], input=typed)
    db.session.rollback()
    return told.exit_code, told.output


def test_the_command_asks_before_it_erases(app: Flask, cast: Cast) -> None:
    number = str(cast.other_child.id)
    guardian_id = cast.other_guardian.id
    code, said = _run(app, number, typed="n\n")
    assert code == 1
    assert "1 людини" in said
    assert db.session.get_one(Person, int(number)).erased_at is None
    code, said = _run(app, number, "--yes")
    assert code == 0
    assert f"lms people erase {guardian_id}" in said
    assert db.session.get_one(Person, int(number)).family_name == ""


def test_the_command_replays_the_ledger(app: Flask, cast: Cast) -> None:
    number = cast.other_child.id
    _run(app, str(number), "--yes")
    begin_write()
    child = db.session.get_one(Person, number)
    child.erased_at, child.given_name = None, "Ярина"
    db.session.commit()
    code, said = _run(app, "--replay")
    assert (code, "Стерто знову: 1" in said) == (0, True)
    assert db.session.get_one(Person, number).given_name == ""


def test_the_command_finds_nobody_under_a_wrong_number(app: Flask, cast: Cast) -> None:
    code, _said = _run(app, "999999", "--yes")
    assert code == 1
    assert _run(app, "--yes")[0] == 1
