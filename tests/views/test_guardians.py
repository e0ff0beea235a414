"""Pages of a child's adults: what each sees, what is refused, and the very next request."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from lms.clock import now, today
from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.families.models import GuardianInvitation, RemovalRequest
from lms.letters.models import Letter
from lms.people.models import ContactRule, Guardianship, Person, Relation
from lms.people.services import add_guardian, grant_role, open_account
from tests.cast import BEFORE, Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

ANSWER = {
    "family_name": "Ґалушко",
    "given_name": "Лука",
    "phone": "050 123 45 67",
    "email": "luka@example.org",
}
LINK = re.compile(r"/invitation/([\w-]{43})")


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        browser = keep_rows(as_(person))
        browser.post("/language", data={"locale": "en", "back": "/"})
        return browser

    return sign_in


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.post("/language", data={"locale": "en", "back": "/"})
    return browser


def second(cast: Cast, relation: Relation = Relation.FATHER, **more: Any) -> Guardianship:
    """Tie the leader, who is somebody's father too, to the child as a second guardian."""
    begin_write()
    person = db.session.merge(cast.leader)
    grant_role(person, "guardian", since=BEFORE.date())  # type: ignore[arg-type]
    tie = add_guardian(
        person,
        db.session.merge(cast.child),
        relation=relation,
        since=BEFORE.date(),
        **({"sees_place": False} | more),
    )
    db.session.commit()
    return tie


def in_person(cast: Cast) -> None:
    begin_write()
    cohort = db.session.get_one(Cohort, cast.cohort.id)
    cohort.place_id, cohort.zone = cast.place.id, "Europe/Warsaw"
    cohort.module.ends_on = cohort.module.ends_on.replace(year=2040)
    session = db.session.merge(cast.sessions[-1])
    session.day, session.starts_at = today(), now().replace(microsecond=0)
    db.session.commit()


def test_an_invitation_goes_from_the_guardian_to_the_coordinator(
    as_: Any, stranger: Any, cast: Cast
) -> None:
    page = as_(cast.guardian).post(
        f"/family/{cast.child.id}/adults/invite", data={"relation": "father"}
    )
    token = LINK.search(page.text)[1]  # type: ignore[index]
    asked = stranger.get(f"/invitation/{token}")
    assert asked.status_code == 200
    assert not any(
        name in asked.text for name in ("Соломія", "Знам", "Мар’яна", cast.course.name, "Кремін")
    )
    assert stranger.post(f"/invitation/{token}", data=ANSWER).status_code == 303
    assert stranger.post(f"/invitation/{token}", data=ANSWER).status_code == 410
    desk = as_(cast.coordinator).get("/families").text
    assert "Ґалушко Лука" in desk
    assert cast.guardian.full_name in desk
    assert cast.child.full_name in desk
    assert "Guardians to confirm" in as_(cast.coordinator).get("/home/cards").text
    row = db.session.scalar(select(GuardianInvitation.id))
    answer = as_(cast.coordinator).post(f"/families/invitations/{row}/confirm")
    assert answer.status_code == 303
    father = db.session.scalar(select(Person).where(Person.given_name == "Лука"))
    assert father is not None
    assert answer.headers["Location"] == f"/people/{father.id}"
    keys = set(db.session.scalars(select(Letter.key)))
    assert {f"guardian-{row}-{father.id}", f"invitation-{row}-{cast.guardian.id}"} <= keys
    seen = as_(father).get("/family").text
    assert "Соломія" in seen
    assert "Лук’ян" not in seen
    # Deciding twice is refused and changes nothing.
    again = as_(cast.coordinator).post(f"/families/invitations/{row}/confirm")
    assert again.status_code == 422
    assert "in the meantime" in again.text


def test_a_refusal_is_read_by_whoever_invited(as_: Any, stranger: Any, cast: Cast) -> None:
    base = f"/family/{cast.child.id}/adults"
    page = as_(cast.guardian).post(f"{base}/invite", data={"relation": "mother"})
    token = LINK.search(page.text)[1]  # type: ignore[index]
    stranger.post(f"/invitation/{token}", data=ANSWER)
    row = db.session.scalar(select(GuardianInvitation.id))
    browser = as_(cast.coordinator)
    wrong = browser.post(f"/families/invitations/{row}/refuse", data={f"i{row}-why": "x"})
    assert wrong.status_code == 422
    browser.post(f"/families/invitations/{row}/refuse", data={f"i{row}-why": "court"})
    assert "a court decision" in as_(cast.guardian).get(base).text
    assert db.session.scalar(select(Person.id).where(Person.given_name == "Лука")) is None


def test_a_second_guardian_sees_neither_place_nor_link_nor_zone_nor_the_other(
    as_: Any, cast: Cast
) -> None:
    second(cast)
    in_person(cast)
    first = as_(cast.guardian).get("/family").text
    assert "Кремінська бібліотека" in first
    assert "Warsaw" in first
    browser = as_(cast.leader)
    page = browser.get("/family").text
    assert "Scratch: first games" in page
    for hidden in ("Кремін", "Warsaw", cast.cohort.link, cast.cohort.name, "Знам", "Мар’яна"):
        assert hidden not in page, hidden
    adults = browser.get(f"/family/{cast.child.id}/adults").text
    for hidden in ("Мар’яна", "guardian@example.org", "+380501112233", "Make an invitation"):
        assert hidden not in adults, hidden
    ledger = browser.get(f"/family/{cast.child.id}/consents").text
    assert "another legal representative" in ledger
    assert "Мар’яна" not in ledger
    place = cast.enrolments[cast.child.id].id
    assert browser.get(f"/places/{place}/child-page").status_code == 404
    assert browser.get(f"/family/{cast.child.id}/known").status_code == 404


def test_the_first_guardian_opens_the_place_and_shuts_it(as_: Any, cast: Cast) -> None:
    tie = second(cast)
    in_person(cast)
    url = f"/family/{cast.child.id}/adults/{tie.id}/place"
    assert as_(cast.leader).post(url).status_code == 404
    assert as_(cast.other_guardian).post(url).status_code == 404
    assert as_(cast.guardian).post(url).status_code == 303
    assert "Кремінська бібліотека" in as_(cast.leader).get("/family").text
    as_(cast.guardian).post(url)
    assert "Кремінська бібліотека" not in as_(cast.leader).get("/family").text


def test_whoever_brings_the_child_sees_times_and_place_and_nothing_else(
    as_: Any, cast: Cast
) -> None:
    second(cast, Relation.ACCOMPANYING, sees_place=True)
    in_person(cast)
    browser = as_(cast.leader)
    page = browser.get("/family").text
    assert "Кремінська бібліотека" in page
    for hidden in ("Attendance so far", "still needed", "Consents", cast.cohort.link):
        assert hidden not in page, hidden
    base = f"/family/{cast.child.id}"
    assert browser.get(f"{base}/consents").status_code == 404
    assert browser.post(f"{base}/consents/photographs/give").status_code == 404
    assert browser.post(f"{base}/adults/invite", data={"relation": "father"}).status_code == 422
    form = browser.get(f"/enrol/family?child={cast.child.id}&cohort={cast.cohort.id}").text
    assert "2012-03-14" not in form


def test_naming_whoever_brings_the_child_gives_a_link_once(as_: Any, cast: Cast) -> None:
    browser = as_(cast.guardian)
    data = {f"who-{key}": value for key, value in ANSWER.items()}
    url = f"/family/{cast.child.id}/adults"
    page = browser.post(f"{url}/accompanying", data=data).text
    assert "https://library.example/sign-in/link/" in page
    assert "/sign-in/link/" not in browser.get(url).text
    assert "Ґалушко Лука" in browser.get(url).text


def test_an_ended_tie_is_refused_at_the_very_next_request(as_: Any, cast: Cast) -> None:
    tie = second(cast)
    tie_id = tie.id
    browser = as_(cast.leader)
    assert browser.get(f"/family/{cast.child.id}/adults").status_code == 200
    assert as_(cast.coordinator).post(f"/families/ties/{tie_id}/end").status_code == 303
    for path in ("adults", "consents", "known"):
        assert browser.get(f"/family/{cast.child.id}/{path}").status_code in {403, 404}
    assert "Соломія" not in browser.get("/home", follow_redirects=True).text
    assert as_(cast.coordinator).post(f"/families/ties/{tie_id}/end").status_code == 404


def test_the_wish_to_remove_somebody_waits_for_the_coordinator(as_: Any, cast: Cast) -> None:
    tie = second(cast)
    tie_id = tie.id
    url = f"/family/{cast.child.id}/adults/{tie_id}/remove"
    assert as_(cast.guardian).post(url).status_code == 303
    assert "You asked to remove" in as_(cast.guardian).get(f"/family/{cast.child.id}/adults").text
    desk = as_(cast.coordinator).get("/families").text
    assert cast.leader.full_name in desk
    row = db.session.scalar(select(RemovalRequest.id))
    assert as_(cast.coordinator).post(f"/families/removals/{row}/keep").status_code == 303
    assert "Соломія" in as_(cast.leader).get("/family").text


def test_leaving_ends_ones_own_sight_but_not_the_last_legal_one(as_: Any, cast: Cast) -> None:
    second(cast)
    url = f"/family/{cast.child.id}/leave"
    assert as_(cast.leader).post(url).status_code == 303
    assert as_(cast.leader).post(url).status_code == 403
    refused = as_(cast.guardian).post(url)
    assert refused.status_code == 422
    assert "ask the coordinator" in refused.text


def test_one_account_has_two_homes_for_a_mentor_who_is_a_parent(as_: Any, cast: Cast) -> None:
    begin_write()
    grant_role(db.session.merge(cast.mentor), "guardian", since=BEFORE.date())  # type: ignore[arg-type]
    db.session.commit()
    before = db.session.query(Person).count()
    cohort = db.session.get_one(Cohort, cast.cohort.id)
    cohort.module.ends_on = cohort.module.ends_on.replace(year=2040)
    cohort.module.enrolment_closes_on = cohort.module.ends_on
    other = Cohort(
        module_id=cohort.module_id,
        course_id=cohort.course_id,
        place_id=cast.place.id,
        name="Друга група",
        capacity=5,
    )
    db.session.add(other)
    db.session.commit()
    other_id = other.id
    browser = as_(cast.mentor)
    page = browser.get(f"/enrol/family?cohort={other_id}").text
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', page)[1]  # type: ignore[index]
    answer = browser.post(
        "/enrol/family",
        data={
            "form_key": key,
            "agrees": "y",
            "relation": "father",
            "children-0-family_name": "Ґалаґан",
            "children-0-given_name": "Єва",
            "children-0-birth_date": "2012-01-09",
            "children-0-cohorts": str(other_id),
        },
    )
    assert answer.status_code == 303
    assert db.session.query(Person).count() == before + 1
    page = browser.get("/family").text
    assert "Єва" in page
    assert browser.get("/today").status_code == 200
    assert 'href="/today"' in page
    assert 'href="/family"' in page


def test_nothing_leaves_towards_whoever_must_not_be_written_to(
    as_: Any, cast: Cast, stranger: Any
) -> None:
    browser = as_(cast.guardian)
    begin_write()
    db.session.add(
        Letter(
            key="waits",
            kind="offer",
            person_id=cast.guardian.id,
            locale="uk",
            subject="…",
            parts=[],
            written_at=datetime(2022, 9, 1, tzinfo=UTC),
            state_at=datetime(2022, 9, 1, tzinfo=UTC),
        )
    )
    open_account(db.session.merge(cast.guardian))
    db.session.commit()
    assert "<title>My children" in browser.get("/family").text
    changed = browser.post(
        "/reach",
        data={"contact_rule": "do_not_write", "email": "guardian@example.org", "phone": ""},
    )
    assert changed.status_code == 303
    # The cookie ends with the tab from this very answer on.
    assert "Expires" not in changed.headers["Set-Cookie"]
    assert db.session.scalar(select(Letter.state).where(Letter.key == "waits")) == "held_back"
    page = browser.get("/family").text
    assert "<title>My children" not in page
    assert "Nothing is sent to you" in page
    stranger.post("/sign-in", data={"email": "guardian@example.org"})
    assert db.session.query(Letter).filter(Letter.state != "held_back").count() == 0


def test_a_quiet_rule_ends_every_other_sign_in(as_: Any, cast: Cast) -> None:
    phone, laptop = as_(cast.guardian), as_(cast.guardian)
    laptop.post("/reach", data={"contact_rule": "call_only", "phone": "0501234567", "email": ""})
    assert laptop.get("/family").status_code == 200
    assert phone.get("/family").status_code == 303
    rule = db.session.scalar(select(Person.contact_rule).where(Person.id == cast.guardian.id))
    assert rule is ContactRule.CALL_ONLY


def test_whoever_brings_a_child_gets_a_link_for_a_parent_and_writes_nothing(
    stranger: Any, cast: Cast
) -> None:
    before = db.session.query(Person).count()
    page = stranger.get(f"/enrol/forward?cohort={cast.cohort.id}")
    assert f"https://library.example/enrol/family?cohort={cast.cohort.id}" in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert db.session.query(Person).count() == before


def test_the_coordinators_quiet_rule_signs_out_at_once(as_: Any, cast: Cast) -> None:
    browser = as_(cast.guardian)
    assert browser.get("/family").status_code == 200
    answer = as_(cast.coordinator).post(
        f"/people/{cast.guardian.id}/edit",
        data={
            "family_name": cast.guardian.family_name,
            "given_name": cast.guardian.given_name,
            "gender": "unknown",
            "email": "guardian@example.org",
            "contact_rule": "do_not_write",
            "roles": ["guardian"],
        },
    )
    assert answer.status_code == 303
    assert browser.get("/family").status_code == 303
