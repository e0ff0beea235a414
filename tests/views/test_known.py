"""«What is known about us»: who sees it, asking for a correction and an erasure, and taking back."""

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.families.models import DataRequest, RequestState
from lms.i18n import COOKIE
from lms.people.models import ContactRule, Guardianship, Person, Relation
from lms.people.services import add_guardian, grant_role
from tests.cast import BEFORE, Cast
from tests.graduation import graduate, settle_cast, stored

KNOWN = "/family/{}/known"
CORRECTION = {"family_name": "Знам’янська", "given_name": "Соломія", "birth_date": "2012-03-14"}


@pytest.fixture
def people(cast: Cast) -> Cast:
    begin_write()
    graduate(cast)
    add_guardian(cast.other_guardian, cast.child, relation=Relation.FATHER, since=BEFORE.date())
    add_guardian(cast.learner, cast.child, relation=Relation.ACCOMPANYING, since=BEFORE.date())
    grant_role(cast.learner, RoleName.GUARDIAN, since=BEFORE.date())
    settle_cast(cast)
    return cast


@pytest.fixture
def mother(people: Cast, as_: Any) -> Any:
    return _english(as_(people.guardian))


@pytest.fixture
def desk(people: Cast, as_: Any) -> Any:
    return _english(as_(people.coordinator))


def _english(browser: Any) -> Any:
    browser.client.set_cookie(COOKIE, "en")
    return browser


def _request() -> DataRequest:
    db.session.rollback()
    return db.session.scalars(select(DataRequest).order_by(DataRequest.id.desc())).first()  # type: ignore[return-value]


def test_a_guardian_reads_all_that_is_known_of_the_child(people: Cast, mother: Any) -> None:
    assert KNOWN.format(people.child.id) in mother.get("/family").text
    page = mother.get(KNOWN.format(people.child.id)).text
    for known in ("Знам’янська", "Соломія", "14 March 2012", "Scratch: перші ігри", "online"):
        assert known in page
    assert "Taking part in the sessions" in page
    assert "Completed" in page


def test_no_word_about_the_other_guardian(people: Cast, mother: Any) -> None:
    answers = [mother.get(KNOWN.format(people.child.id) + end) for end in ("", "/data.json")]
    for answer in answers:
        for word in ("Любомир", "Швець", "other@example.org", "guardian@example.org", "Кремінна"):
            assert word not in answer.text


def test_a_child_of_others_and_one_only_accompanied_are_absent(people: Cast, as_: Any) -> None:
    for person, child in (
        (people.guardian, people.other_child),
        (people.learner, people.child),
        (people.mentor, people.child),
    ):
        for end in ("", "/data.json", "/data.pdf", "/correct", "/erase"):
            answer = as_(person).get(KNOWN.format(child.id) + end)
            assert answer.status_code == 404, end
    assert people.child.id not in {child.id for child in (people.other_child,)}
    assert f"/family/{people.child.id}/known" not in as_(people.learner).get("/family").text


def test_an_ended_guardianship_shows_nothing(people: Cast, as_: Any) -> None:
    begin_write()
    tie = db.session.scalars(
        select(Guardianship).where(Guardianship.guardian_id == people.other_guardian.id)
    ).all()
    for one in tie:
        one.until = date(2022, 9, 1)
    db.session.commit()
    father = as_(people.other_guardian)
    assert father.get(KNOWN.format(people.child.id)).status_code == 404


def test_everybody_reads_what_is_known_of_themselves(people: Cast, as_: Any) -> None:
    for person in (people.learner, people.guardian, people.mentor, people.coordinator):
        page = as_(person).get("/known")
        assert page.status_code == 200
        assert person.given_name in page.text
        assert person.email in page.text
    assert "/known" in as_(people.learner).get("/learning").text


def test_whoever_must_not_be_written_to_reads_it_under_a_neutral_title(
    people: Cast, as_: Any
) -> None:
    stored(Person, people.guardian.id).contact_rule = ContactRule.DO_NOT_WRITE
    db.session.commit()
    mother = as_(people.guardian)
    for end in ("", "/correct", "/erase"):
        title = mother.get(KNOWN.format(people.child.id) + end).text.split("</title>")[0]
        assert "відомо" not in title


def test_the_copies_have_neutral_names_and_hold_the_same(people: Cast, mother: Any) -> None:
    answer = mother.get(KNOWN.format(people.child.id) + "/data.json")
    assert answer.headers["Content-Disposition"] == "attachment; filename=data.json"
    told = json.loads(answer.text)
    rows = {row["label"]: row["value"] for part in told["parts"] for row in part["rows"]}
    assert rows["Family name"] == "Знам’янська"
    assert rows["Birth date"] == "14 March 2012"
    answer = mother.get(KNOWN.format(people.child.id) + "/data.pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=data.pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "Соломія" in text
    assert "14 March 2012" in text


def test_a_correction_is_asked_for_looked_at_and_made(people: Cast, mother: Any, desk: Any) -> None:
    path = KNOWN.format(people.child.id)
    typed = {**CORRECTION, "given_name": "Саломія", "birth_date": "15.03.2012"}
    assert mother.post(path + "/correct", data=typed).status_code == 303
    assert "waiting for an answer" in mother.get(path).text
    page = desk.get("/requests/").text
    for word in ("Соломія", "Саломія", "14.03.2012", "15.03.2012"):
        assert word in page
    assert "Requests about data" in desk.get("/home/cards").text
    assert desk.post(f"/requests/{_request().id}/accept").status_code == 303
    child = db.session.get_one(Person, people.child.id)
    assert (child.given_name, child.birth_date) == ("Саломія", date(2012, 3, 15))
    assert child.folded == "знамянськасаломія"
    assert "done" in mother.get(path).text
    assert desk.post(f"/requests/{_request().id}/undo").status_code == 303
    db.session.rollback()
    child = db.session.get_one(Person, people.child.id)
    assert (child.given_name, child.birth_date) == ("Соломія", date(2012, 3, 14))
    assert _request().state is RequestState.WAITING


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({**CORRECTION, "patronymic": "Андріївна"}, "stands as it is noted already"),
        ({**CORRECTION, "family_name": ""}, "Fill this in."),
        ({**CORRECTION, "birth_date": "1812-03-14"}, "Check the year of birth."),
        ({**CORRECTION, "given_name": "123"}, "Write the name in letters."),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused_in_words(
    people: Cast, mother: Any, typed: dict[str, str], words: str
) -> None:
    answer = mother.post(KNOWN.format(people.child.id) + "/correct", data=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(DataRequest)).all() == []


def test_the_same_is_not_asked_for_twice(people: Cast, mother: Any) -> None:
    path = KNOWN.format(people.child.id)
    assert mother.post(path + "/erase", data={"understands": "y"}).status_code == 303
    again = mother.post(path + "/erase", data={"understands": "y"})
    assert again.status_code == 422
    assert "asked for already" in again.text


def test_an_erasure_is_asked_for_and_taken_back(people: Cast, mother: Any, desk: Any) -> None:
    path = KNOWN.format(people.child.id)
    refused = mother.post(path + "/erase", data={})
    assert refused.status_code == 422
    assert "Tick that you understand what goes." in refused.text
    assert "with_guardian" not in refused.text
    mother.post(path + "/erase", data={"understands": "y"})
    asked = _request().id
    assert mother.post(f"/known/requests/{asked}/withdraw").status_code == 303
    assert _request().state is RequestState.WITHDRAWN
    late = desk.post(f"/requests/{asked}/erase")
    assert late.status_code == 303
    assert "decided or taken back meanwhile" in desk.get("/requests/").text
    db.session.rollback()
    assert db.session.get_one(Person, people.child.id).erased_at is None


def test_only_whoever_asked_takes_it_back(people: Cast, mother: Any, as_: Any) -> None:
    mother.post(KNOWN.format(people.child.id) + "/erase", data={"understands": "y"})
    asked = _request().id
    db.session.rollback()
    father = _english(as_(people.other_guardian))
    page = father.get(KNOWN.format(people.child.id)).text
    assert "waiting for an answer" in page
    assert "/withdraw" not in page
    assert father.post(f"/known/requests/{asked}/withdraw").status_code == 404


def test_an_erasure_is_carried_out_with_the_guardian(people: Cast, desk: Any, as_: Any) -> None:
    begin_write()
    for tie in db.session.scalars(
        select(Guardianship).where(
            Guardianship.guardian_id == people.other_guardian.id,
            Guardianship.child_id == people.child.id,
        )
    ).all():
        db.session.delete(tie)
    db.session.commit()
    father = _english(as_(people.other_guardian))
    path = KNOWN.format(people.other_child.id)
    assert "Erase my own data too" in father.get(path + "/erase").text
    typed = {"understands": "y", "with_guardian": "y"}
    assert father.post(path + "/erase", data=typed).status_code == 303
    page = desk.get("/requests/").text
    assert "All data of 2 people goes" in page
    assert desk.post(f"/requests/{_request().id}/erase").status_code == 303
    assert "The data of 2 people was erased" in desk.get("/requests/").text
    db.session.rollback()
    for person in (people.other_child, people.other_guardian):
        assert db.session.get_one(Person, person.id).family_name == ""
    assert father.get("/family").status_code == 303
    assert desk.post(f"/requests/{_request().id}/undo").status_code == 303
    assert "can’t be taken back any more" in desk.get("/requests/").text


def test_the_coordinator_answers_instead(people: Cast, mother: Any, desk: Any) -> None:
    path = KNOWN.format(people.child.id)
    mother.post(path + "/erase", data={"understands": "y"})
    asked = _request().id
    page = desk.get("/requests/").text
    assert "1 more guardian: make sure" in page or "2 more guardians: make sure" in page
    assert desk.get(f"/requests/{asked}/answer").status_code == 200
    assert desk.post(f"/requests/{asked}/answer", data={"words": ""}).status_code == 422
    desk.post(f"/requests/{asked}/answer", data={"words": "Спершу зателефонуйте нам."})
    assert "The library answers: Спершу зателефонуйте нам." in mother.get(path).text


def test_whoever_asks_by_phone_is_erased_by_the_coordinator(people: Cast, desk: Any) -> None:
    page = desk.get(f"/requests/people/{people.child.id}").text
    assert "All data of 1 person goes" in page
    assert f"/requests/people/{people.child.id}" in desk.get(f"/people/{people.child.id}").text
    assert desk.post(f"/requests/people/{people.child.id}").status_code == 303
    db.session.rollback()
    assert db.session.get_one(Person, people.child.id).given_name == ""
    assert desk.get(f"/requests/people/{people.child.id}").status_code == 404


def test_whoever_runs_the_library_keeps_the_key(people: Cast, desk: Any) -> None:
    assert desk.post(f"/requests/people/{people.director.id}").status_code == 303
    page = desk.get(f"/requests/people/{people.director.id}").text
    assert "take that role away first" in page
    answer = desk.post("/known/erase", data={"understands": "y"})
    assert answer.status_code == 422
    assert "take that role away first" in answer.text


def test_the_desk_is_the_coordinators(people: Cast, as_: Any) -> None:
    for person in (people.guardian, people.mentor, people.learner, people.director):
        assert as_(person).get("/requests/").status_code == 403


def test_an_empty_desk_says_what_comes(people: Cast, desk: Any) -> None:
    assert "Nobody waits" in desk.get("/requests/").text
    assert "Requests about data" not in desk.get("/home/cards").text


def test_an_erased_learner_stands_in_a_register_without_a_name(people: Cast, desk: Any) -> None:
    desk.post(f"/requests/people/{people.child.id}")
    page = desk.get(f"/registers/{people.sessions[0].id}").text
    assert "Соломія" not in page
    assert "data erased" in page
