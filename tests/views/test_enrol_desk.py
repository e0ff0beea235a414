"""The coordinator's desk: applications decided and taken back, participants who leave."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.i18n import COOKIE
from lms.people.models import Person, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

TODAY = date(2022, 9, 11)
NOW = datetime(2022, 9, 11, 9, 0, tzinfo=UTC)


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
    for name in ("desk", "participants"):
        monkeypatch.setattr(f"lms.enrolment.{name}.today", lambda: TODAY)
        monkeypatch.setattr(f"lms.enrolment.{name}.now", lambda: NOW)


@pytest.fixture
def application(cast: Cast) -> Application:
    cast.coordinator.locale = "en"
    cast.club_programme.accepts_at_once = False
    receipt = apply_family(
        Who(new=NewPerson("Юр’єва", "Ганна", phone="0501234567")),
        Relation.MOTHER,
        [Child(NewPerson("Юр’єв", "Устим", birth_date=date(2012, 5, 1)), (cast.cohort.id,))],
        terms=Terms(str(uuid4()), frozenset({Purpose.TAKING_PART})),
        now=NOW,
        on=TODAY,
    )
    db.session.commit()
    return receipt.applications[0]


@pytest.fixture
def desk(as_: Any, cast: Cast) -> Any:
    return as_(cast.coordinator)


def state(application: Application) -> ApplicationState:
    db.session.refresh(application)
    return application.state


def test_it_requires_coordinator(stranger: Any, as_: Any, cast: Cast) -> None:
    urls = ("/applications", f"/cohorts/{cast.cohort.id}/participants")
    for url in urls:
        assert stranger.get(url).status_code == 303
        for person in (cast.guardian, cast.mentor, cast.director, cast.learner):
            assert as_(person).get(url).status_code == 403


def test_nothing_waits(desk: Any, cast: Cast) -> None:
    cast.coordinator.locale = "en"
    db.session.commit()
    assert "Nothing waits" in desk.get("/applications").text


def test_an_application_is_accepted_and_taken_back(desk: Any, application: Application) -> None:
    page = desk.get("/applications").text
    assert "Юр’єв Устим" in page
    assert "0501234567" in page
    assert desk.post(f"/applications/{application.id}/accept").status_code == 303
    assert state(application) is ApplicationState.ACCEPTED
    assert "Take back" in desk.get("/applications").text
    assert desk.post(f"/applications/{application.id}/undo").status_code == 303
    assert state(application) is ApplicationState.WAITING
    found = select(Enrolment.id).where(Enrolment.application_id == application.id)
    assert db.session.scalar(found) is None


def test_an_application_is_refused_with_a_reason(desk: Any, application: Application) -> None:
    url = f"/applications/{application.id}/refuse"
    field = f"a{application.id}-why"
    for bad in ({}, {field: "x"}, {field: "\0"}, {field: "x" * 10_001}):
        answer = desk.post(url, data=bad)
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
    assert desk.post(url, data={field: "age"}).status_code == 303
    assert state(application) is ApplicationState.REFUSED
    assert desk.post(f"/applications/{application.id}/undo").status_code == 303
    assert state(application) is ApplicationState.WAITING


def test_a_full_group_is_said_and_nothing_changes(
    desk: Any, cast: Cast, application: Application
) -> None:
    cast.cohort.capacity = 3
    db.session.commit()
    answer = desk.post(f"/applications/{application.id}/accept")
    assert answer.status_code == 422
    assert "All places in this group are taken." in answer.text
    assert state(application) is ApplicationState.WAITING


def test_a_decided_application_is_not_decided_again(desk: Any, application: Application) -> None:
    desk.post(f"/applications/{application.id}/accept")
    answer = desk.post(f"/applications/{application.id}/accept")
    assert answer.status_code == 422
    assert "decided already" in answer.text


@pytest.mark.parametrize("what", ["accept", "refuse", "undo"])
@pytest.mark.parametrize("number", ["0", "-1", "99999", str(2**63), "x"])
def test_an_absent_application_is_absent(desk: Any, cast: Cast, what: str, number: str) -> None:
    assert desk.post(f"/applications/{number}/{what}").status_code == 404


def test_the_home_counts_what_waits(desk: Any, application: Application) -> None:
    page = desk.get("/home/cards").text
    assert "Applications waiting" in page


def test_participants_stand_in_ukrainian_order(desk: Any, cast: Cast) -> None:
    page = desk.get(f"/cohorts/{cast.cohort.id}/participants").text
    names = [cast.child.full_name, cast.sibling.full_name, cast.other_child.full_name]
    places = [page.index(name) for name in names]
    assert places == sorted(places)


def test_leaving_is_noted_and_taken_back(desk: Any, cast: Cast) -> None:
    enrolment = cast.enrolments[cast.child.id]
    url, field = f"/enrolments/{enrolment.id}/end", f"e{enrolment.id}-last_day"
    for bad in ("", "x", "2022-09-04", "\0", "1" * 10_001):
        answer = desk.post(url, data={field: bad})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
    assert desk.post(url, data={field: "2022-09-10"}).status_code == 303
    db.session.refresh(enrolment)
    assert enrolment.until == date(2022, 9, 10)
    assert desk.post(f"/enrolments/{enrolment.id}/restore").status_code == 303
    db.session.refresh(enrolment)
    assert enrolment.until is None


def test_a_place_that_went_to_somebody_else_is_not_given_back(desk: Any, cast: Cast) -> None:
    cast.coordinator.locale = "en"
    enrolment = cast.enrolments[cast.child.id]
    enrolment.until = date(2022, 9, 9)
    cast.cohort.capacity = 2
    db.session.commit()
    answer = desk.post(f"/enrolments/{enrolment.id}/restore")
    assert answer.status_code == 422
    assert "All places in this group are taken." in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "99999", str(2**63), "x"])
def test_absent_places_and_groups_are_absent(desk: Any, cast: Cast, number: str) -> None:
    assert desk.post(f"/enrolments/{number}/end").status_code == 404
    assert desk.post(f"/enrolments/{number}/restore").status_code == 404
    assert desk.get(f"/cohorts/{number}/participants").status_code == 404


def test_the_page_of_a_group_leads_to_its_participants(desk: Any, cast: Cast) -> None:
    page = desk.get(f"/cohorts/{cast.cohort.id}").text
    assert f"/cohorts/{cast.cohort.id}/participants" in page


def test_the_person_row_is_untouched_by_a_refusal(desk: Any, application: Application) -> None:
    desk.post(f"/applications/{application.id}/refuse", data={f"a{application.id}-why": "age"})
    assert db.session.get(Person, application.person_id) is not None
