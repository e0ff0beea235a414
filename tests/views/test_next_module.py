"""The coordinator's next module, and «Ходимо далі» as a family meets it."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.courses.models import Cohort, Module
from lms.db import db
from lms.enrolment.models import Continuation, Enrolment
from lms.letters.models import Letter
from lms.people.models import Guardianship, Relation
from lms.people.rules import Purpose
from lms.people.services import has_consent
from tests.cast import Cast
from tests.views.form_rows_next import ask_the_last

TODAY = date(2022, 12, 21)


@pytest.fixture
def desk(as_: Any, cast: Cast) -> Any:
    cast.coordinator.locale = "en"
    db.session.commit()
    return as_(cast.coordinator)


def make(desk: Any, cast: Cast, **changes: str) -> Any:
    typed = {
        "name": "Winter 2040",
        "starts_on": "2040-01-09",
        "ends_on": "2040-03-20",
        "enrolment_opens_on": "2040-01-02",
        "going-0-cohort_id": str(cast.cohort.id),
        "going-0-course_id": str(cast.course.id),
        **changes,
    }
    for rule in db.session.scalars(select(Guardianship)):
        rule.until = None
    return desk.post(f"/modules/{cast.module.id}/next", data=typed)


@pytest.fixture
def continuation(cast: Cast) -> Continuation:
    ask_the_last(cast)
    db.session.commit()
    found = db.session.scalars(select(Continuation)).one()
    assert found.person_id == cast.child.id
    return found


def test_it_requires_coordinator(stranger: Any, as_: Any, cast: Cast) -> None:
    for page in ("next", "continuations"):
        url = f"/modules/{cast.module.id}/{page}"
        assert stranger.get(url).status_code == 303
        for person in (cast.guardian, cast.mentor, cast.director, cast.learner):
            assert as_(person).get(url).status_code == 403


def test_the_page_proposes_days_and_the_last_courses(desk: Any, cast: Cast) -> None:
    page = desk.get(f"/modules/{cast.module.id}/next").text
    assert cast.cohort.name in page
    assert re.search(rf'<option selected value="{cast.course.id}">', page)


def test_making_writes_to_nobody_and_asking_says_how_many(desk: Any, cast: Cast) -> None:
    answer = make(desk, cast)
    assert answer.status_code == 303
    new = db.session.scalars(select(Module).order_by(Module.id.desc())).first()
    assert new is not None
    assert new.name == "Winter 2040"
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
    page = desk.get(answer.location).text
    assert "is not with" in page  # the mentor's checks end on 1 January 2040
    assert "8 sessions from" in page
    assert "is not asked" in page  # in 2040 all three are of age


def test_a_group_of_another_module_is_refused(desk: Any, cast: Cast) -> None:
    answer = make(desk, cast, **{"going-0-cohort_id": str(cast.training_cohort.id)})
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).where(Cohort.continues_id.is_not(None))) == 0


def test_the_page_of_the_old_module_leads_on(desk: Any, cast: Cast) -> None:
    page = desk.get(f"/modules/{cast.module.id}").text
    assert f'href="/modules/{cast.module.id}/next"' in page


def test_one_tap_asks_for_the_consent_that_ended_and_keeps_the_place(
    as_: Any, cast: Cast, continuation: Continuation
) -> None:
    cast.guardian.locale = "en"
    cast.child.birth_date = date(2012, 3, 14)
    db.session.commit()
    mother = as_(cast.guardian)
    assert "Shall we go on?" in mother.get("/family").text
    url = f"/go-on/{continuation.id}"
    asked = mother.post(url)
    assert asked.status_code == 422
    assert "I agree: Taking part in the sessions" in asked.text
    assert mother.post(url, data={"agrees": "y"}).location == "/family"
    cohort_id = continuation.cohort_id
    held = select(Enrolment.id).where(
        Enrolment.person_id == cast.child.id, Enrolment.cohort_id == cohort_id
    )
    assert db.session.scalar(held) is not None
    assert has_consent(cast.child.id, Purpose.TAKING_PART, on=TODAY)
    again = mother.post(url)
    assert again.status_code == 422
    assert "answered already" in again.text


def test_not_this_time_is_one_tap(as_: Any, cast: Cast, continuation: Continuation) -> None:
    mother = as_(cast.guardian)
    for _again in range(2):
        assert mother.post(f"/go-on/{continuation.id}/decline").status_code == 303
    db.session.refresh(continuation)
    assert continuation.is_accepted is False


def test_others_and_whoever_only_accompanies_do_not_answer(
    as_: Any, cast: Cast, continuation: Continuation
) -> None:
    url = f"/go-on/{continuation.id}"
    for person in (cast.other_guardian, cast.coordinator, cast.learner, cast.mentor):
        browser = as_(person)
        assert browser.get(url).status_code == 404
        assert browser.post(url, data={"agrees": "y"}).status_code == 404
        assert browser.post(f"{url}/decline").status_code == 404
    tie = db.session.scalars(
        select(Guardianship).where(Guardianship.child_id == cast.child.id)
    ).one()
    tie.relation = Relation.ACCOMPANYING
    db.session.commit()
    assert as_(cast.guardian).post(url, data={"agrees": "y"}).status_code == 404
