"""The pages of possible doubles: suggested to coordinators, merged by their word, undone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from lms.clock import now, today
from lms.db import begin_write, db
from lms.enrolment.models import Application, ApplicationState
from lms.people.duplicates import find_likely, possible_doubles
from lms.people.models import Merge, Person, Relation
from lms.people.services import NewPerson, add_guardian, add_person
from tests.cast import Cast
from tests.views.form_rows_ground import PERSON

SignIn = Callable[[Person], Any]


@pytest.fixture
def again(cast: Cast) -> Person:
    """A second record of the cast's child, by the same guardian."""
    begin_write()
    new = NewPerson("ЗНАМЯНСЬКА", "Соломія", birth_date=date(2012, 3, 14), phone="0676407653")
    person = add_person(new, now=now())
    add_guardian(cast.guardian, person, relation=Relation.MOTHER, since=today())
    db.session.commit()
    return person


def _pair(cast: Cast, again: Person) -> str:
    return f"/people/doubles/{cast.child.id}/{again.id}"


def test_the_list_and_the_people_page_tell_how_many(cast: Cast, again: Person, as_: SignIn) -> None:
    browser = as_(cast.coordinator)
    assert "1 можливий двійник" in browser.get("/people/").text
    page = browser.get("/people/doubles/").text
    assert "майже напевно" in page
    assert _pair(cast, again) in page
    assert _pair(cast, again) in browser.get(f"/people/{again.id}").text
    assert "Можливі двійники" in browser.get("/home/cards").text


def test_nothing_to_decide_is_said(cast: Cast, as_: SignIn) -> None:
    assert "Двійників не видно" in as_(cast.coordinator).get("/people/doubles/").text


@pytest.mark.parametrize("role", ["mentor", "guardian", "director", "learner"])
def test_only_coordinators_look_and_merge(
    cast: Cast, again: Person, as_: SignIn, role: str
) -> None:
    browser = as_(getattr(cast, role))
    for path in ("/people/doubles/", _pair(cast, again)):
        assert browser.get(path).status_code in {403, 404}
    for path in (_pair(cast, again), f"{_pair(cast, again)}/different"):
        assert browser.post(path).status_code in {403, 404}


def test_two_records_are_merged_and_parted_again(cast: Cast, again: Person, as_: SignIn) -> None:
    browser, again_id = as_(cast.coordinator), again.id
    page = browser.get(_pair(cast, again)).text
    assert "1 зв’язок із дорослим" in page
    answer = browser.post(
        _pair(cast, again),
        data={"family_name": "kept", "phone": "gone", "gender": "kept", "patronymic": "kept"},
    )
    assert answer.status_code == 303
    assert db.session.get_one(Person, cast.child.id).phone == "+380676407653"
    moved = browser.get(f"/people/{again_id}")
    assert moved.location == f"/people/{cast.child.id}"
    assert browser.get(f"/people/doubles/{cast.child.id}/{again_id}").status_code == 404
    merge_id = db.session.query(Merge.id).one()[0]
    assert f"/people/doubles/merges/{merge_id}/undo" in browser.get("/people/doubles/").text
    assert browser.post(f"/people/doubles/merges/{merge_id}/undo").status_code == 303
    assert db.session.get_one(Person, again_id).family_name == "ЗНАМЯНСЬКА"
    late = browser.post(f"/people/doubles/merges/{merge_id}/undo")
    assert late.status_code == 422
    assert "Це вже скасовано." in late.text
    assert browser.post("/people/doubles/merges/999/undo").status_code == 404


def test_what_opens_something_must_be_ticked(cast: Cast, again: Person, as_: SignIn) -> None:
    begin_write()
    stranger = add_person(NewPerson("Швець", "Любомир", email="x@example.org"), now=now())
    db.session.commit()
    browser = as_(cast.coordinator)
    as_(cast.other_guardian)
    path = f"/people/doubles/{cast.other_guardian.id}/{stranger.id}"
    assert browser.post(path, data={"email": "kept"}).status_code == 303
    begin_write()
    another = add_person(NewPerson("Швець", "Любомир", email="y@example.org"), now=now())
    db.session.commit()
    path = f"/people/doubles/{cast.other_guardian.id}/{another.id}"
    refused = browser.post(path, data={"email": "gone"})
    assert refused.status_code == 422
    assert "Нічого не об’єднано" in refused.text
    ticked = browser.post(path, data={"email": "gone", "agreed": "address"})
    assert ticked.status_code == 303


def test_different_people_stay_different_until_taken_back(
    cast: Cast, again: Person, as_: SignIn
) -> None:
    browser = as_(cast.coordinator)
    assert browser.post(f"{_pair(cast, again)}/different").status_code == 303
    page = browser.get("/people/doubles/").text
    assert "Двійників не видно" in page
    assert f"{_pair(cast, again)}/perhaps-same" in page
    assert browser.post(f"{_pair(cast, again)}/perhaps-same").status_code == 303
    assert "майже напевно" in browser.get("/people/doubles/").text


def test_an_application_shows_whom_it_looks_like(cast: Cast, again: Person, as_: SignIn) -> None:
    begin_write()
    db.session.add(
        Application(
            form_key="1",
            person_id=again.id,
            applicant_id=cast.guardian.id,
            cohort_id=cast.cohort.id,
            state=ApplicationState.WAITING,
            sent_at=now(),
        )
    )
    db.session.commit()
    page = as_(cast.coordinator).get("/applications?list=waiting").text
    assert "Схоже, ця дитина вже є" in page
    assert _pair(cast, again) in page


def test_adding_somebody_known_is_asked_once(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.coordinator)
    typed = {**PERSON, "family_name": "Галаган", "given_name": "Остап"}
    asked = browser.post("/people/add", data=typed)
    assert asked.status_code == 422
    assert "Схоже, ця людина вже є" in asked.text
    assert f"/people/{cast.mentor.id}" in asked.text
    assert browser.post("/people/add", data={**typed, "anyway": "1"}).status_code == 303


def test_looking_for_doubles_costs_few_queries(cast: Cast, again: Person) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    possible_doubles()
    assert len([one for one in asked if one.startswith("SELECT")]) == 3
    asked.clear()
    find_likely(NewPerson("Знам’янська", "Соломія"), on=today())
    assert len([one for one in asked if one.startswith("SELECT")]) == 2
