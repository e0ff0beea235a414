"""The coordinator's pages about mentors."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from lms.clock import now, today
from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.mentors.models import Category, MentorProfile
from lms.mentors.plugin import home_cards
from lms.people.models import Check
from lms.people.rules import CheckKind
from lms.people.services import NewPerson, add_check, add_person, grant_role
from tests.mentoring import counted_queries, enter, hold, settle


@pytest.fixture
def cast(cast):
    return settle(cast)


@pytest.fixture
def held(cast):
    hold(cast.sessions[:4])
    return cast


def test_it_lists_mentors_with_hours_counted_from_held_sessions(as_, held):
    page = enter(as_, held.coordinator).get("/mentors")
    assert page.status_code == 200
    text = page.text
    assert "Ґалаґан Остап" in text
    assert "Орел Любов" in text
    assert 'data-label="Академічні години">4<' in text or ">4</td>" in text


def test_it_shows_each_group_with_its_dates(as_, held):
    text = enter(as_, held.coordinator).get(f"/mentors/{held.mentor.id}").text
    assert "Scratch, понеділок" in text
    assert "01.09.2022" in text


@pytest.mark.parametrize("who", ["director", "mentor", "leader", "guardian", "learner"])
@pytest.mark.parametrize("path", ["/mentors", "/mentors/{mentor}", "/mentors/credentials/{module}"])
def test_it_requires_coordinator(as_, cast, who, path):
    address = path.format(mentor=cast.mentor.id, module=cast.module.id)
    assert enter(as_, getattr(cast, who)).get(address).status_code == 403


@pytest.mark.parametrize(
    "path", ["/mentors", "/mentors/1", "/mentors/me", "/mentors/credentials/1"]
)
def test_it_sends_a_stranger_to_sign_in(stranger, cast, path):
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_whoever_is_no_mentor_has_no_page(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    for person in (cast.guardian, cast.child, cast.learner):
        assert coordinator.get(f"/mentors/{person.id}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "x"])
def test_unreadable_numbers_are_not_found(as_, cast, number):
    coordinator = enter(as_, cast.coordinator)
    assert coordinator.get(f"/mentors/{number}").status_code == 404
    assert coordinator.get(f"/mentors/credentials/{number}").status_code == 404


def test_the_category_is_one_and_can_be_changed(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    for category in ("student", "teacher"):
        answer = coordinator.post(
            f"/mentors/{cast.mentor.id}/category",
            data={"category": category, "skills": "  Scratch,  Python "},
        )
        assert answer.status_code == 303
    profiles = db.session.scalars(select(MentorProfile)).all()
    assert [(p.category, p.skills) for p in profiles] == [(Category.TEACHER, "Scratch, Python")]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"skills": "Scratch"}, "category"),
        ({"category": "astronaut"}, "category"),
        ({"category": "student", "skills": "x" * 10_001}, "skills"),
        ({"category": "student", "skills": "a\0b"}, "skills"),
    ],
)
def test_a_refused_category_is_said_beside_the_field(as_, cast, data, field):
    answer = enter(as_, cast.coordinator).post(f"/mentors/{cast.mentor.id}/category", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f"{field}-error" in answer.text.split('aria-describedby="', 1)[1]
    assert db.session.scalar(select(MentorProfile.id)) is None


def test_a_check_is_noted_with_who_noted_it(as_, cast):
    answer = enter(as_, cast.coordinator).post(
        f"/mentors/{cast.uncleared.id}/checks",
        data={"kind": "training", "done_on": "2022-09-01", "expires_on": "2023-09-01"},
    )
    assert answer.status_code == 303
    check = db.session.scalars(select(Check).where(Check.person_id == cast.uncleared.id)).one()
    assert (check.kind, check.expires_on, check.noted_by_id) == (
        CheckKind.TRAINING,
        date(2023, 9, 1),
        cast.coordinator.id,
    )


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"done_on": "2022-09-01"}, "kind"),
        ({"kind": "training"}, "done_on"),
        ({"kind": "training", "done_on": "yesterday"}, "done_on"),
        ({"kind": "training", "done_on": "2022-09-01", "expires_on": "2022-08-01"}, "expires_on"),
    ],
)
def test_a_refused_check_keeps_what_was_typed(as_, cast, data, field):
    answer = enter(as_, cast.coordinator).post(f"/mentors/{cast.mentor.id}/checks", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field == "done_on" and "done_on" in data:
        assert 'value="yesterday"' in answer.text


def test_a_mentor_sees_the_own_page_and_no_other(as_, held):
    mentor = enter(as_, held.mentor)
    page = mentor.get("/mentors/me")
    assert page.status_code == 200
    assert "Scratch, понеділок" in page.text
    assert "Орел" not in page.text
    assert mentor.get(f"/mentors/{held.uncleared.id}").status_code == 403
    assert enter(as_, held.leader).get("/mentors/me").status_code == 403


def test_the_list_asks_the_same_number_of_questions_for_more_mentors(as_, held):
    coordinator = enter(as_, held.coordinator)
    with counted_queries() as few:
        coordinator.get("/mentors")
    more_mentors(12)
    with counted_queries() as many:
        assert "Новий Ментор" in coordinator.get("/mentors").text
    assert len(many) == len(few)


def more_mentors(number: int) -> None:
    db.session.rollback()
    begin_write()
    for _ in range(number):
        person = add_person(NewPerson("Новий", "Ментор"), now=now())
        grant_role(person, RoleName.MENTOR, since=date(2022, 1, 1))
    db.session.commit()


def test_the_home_of_the_coordinator_tells_which_checks_run_out(app, as_, cast):
    for check in db.session.scalars(select(Check).where(Check.person_id == cast.mentor.id)):
        if check.kind is CheckKind.TRAINING:
            check.expires_on = today() + timedelta(days=7)
    db.session.commit()
    with app.test_request_context("/"):
        cards = home_cards(_principal(cast.coordinator.id, "coordinator"))
        assert [card.figure for card in cards] == ["1"]
        own = home_cards(_principal(cast.mentor.id, "mentor"))
        assert len(own) == 1
        add_check(cast.mentor, CheckKind.TRAINING, done_on=today(), expires_on=date(2041, 1, 1))
        assert home_cards(_principal(cast.coordinator.id, "coordinator")) == []
        assert home_cards(_principal(cast.mentor.id, "mentor")) == []


def _principal(person_id: int, role: str):
    return SimpleNamespace(person_id=person_id, has=lambda *roles: role in roles)
