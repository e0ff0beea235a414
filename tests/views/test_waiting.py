"""A group's waiting list, the list to phone, the link of a letter, and a family's own page."""

from typing import Any

import pytest
from sqlalchemy import select

from lms.db import db
from lms.enrolment.models import (
    Application,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
)
from lms.enrolment.notices import offer_token
from lms.enrolment.offers import Passing, pass_on
from lms.enrolment.seats import vacate
from lms.people.models import ContactRule, Person, Relation
from lms.people.services import add_guardian
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows
from tests.waiting_room import NOW, ON, full, on_the_list

MODULES = ("desk", "participants", "waiting", "offered")


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    return keep_rows(Browser(bare_app))


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        return keep_rows(as_(person))

    return sign_in


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *(f"lms.enrolment.{each}" for each in MODULES),
        "lms.families.places",
        "lms.families.views",
    ):
        monkeypatch.setattr(f"{name}.today", lambda: ON)
        monkeypatch.setattr(f"{name}.now", lambda: NOW)


@pytest.fixture
def lists(cast: Cast) -> list[Application]:
    """Two families wait; the first is offered the place that became free."""
    full(cast)
    waiting = [on_the_list(cast.cohort, name=name)[0] for name in ("Яків", "Адам")]
    vacate(cast.enrolments[cast.child.id], on=ON)
    pass_on([cast.cohort.id], Passing(now=NOW, hours=48))
    db.session.commit()
    return waiting


@pytest.fixture
def to_phone(cast: Cast) -> Application:
    full(cast)
    (one,) = on_the_list(cast.cohort, rule=ContactRule.CALL_ONLY)
    vacate(cast.enrolments[cast.child.id], on=ON)
    pass_on([cast.cohort.id], Passing(now=NOW, hours=48))
    db.session.commit()
    return one


def offer_of(application: Application) -> Offer:
    return db.session.scalars(
        select(Offer).where(Offer.application_id == application.id).order_by(Offer.id.desc())
    ).first()  # type: ignore[return-value]


def state(row: Any) -> Any:
    db.session.refresh(row)
    return row.state


def test_the_lists_are_the_coordinators(stranger: Any, as_: Any, cast: Cast) -> None:
    for url in (f"/cohorts/{cast.cohort.id}/waiting", "/offers/phone"):
        assert stranger.get(url).status_code == 303
        for person in (cast.guardian, cast.mentor, cast.director, cast.learner):
            assert as_(person).get(url).status_code == 403


def test_the_order_and_every_step_are_shown(as_: Any, cast: Cast, lists: list[Application]) -> None:
    page = as_(cast.coordinator).get(f"/cohorts/{cast.cohort.id}/waiting").text
    first, second = (one.person.full_name for one in lists)
    assert page.index(first) < page.index(second)
    assert "місце тримаємо до" in page
    assert "запропоновано вільне місце" in page
    assert as_(cast.coordinator).get("/cohorts/99999/waiting").status_code == 404


def test_the_list_to_phone_shows_the_number_and_the_rule(
    as_: Any, cast: Cast, to_phone: Application
) -> None:
    page = as_(cast.coordinator).get("/offers/phone").text
    assert "tel:+380501234567" in page
    assert "тільки дзвінок" in page
    assert "/offers/phone" in as_(cast.coordinator).get("/home/cards").text


def test_who_is_not_to_be_called_shows_no_number(
    as_: Any, cast: Cast, to_phone: Application
) -> None:
    to_phone.applicant.contact_rule = ContactRule.DO_NOT_WRITE
    db.session.commit()
    page = as_(cast.coordinator).get("/offers/phone").text
    assert "0501234567" not in page
    assert "звернуться самі" in page


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("agreed", ApplicationState.ACCEPTED),
        ("declined", ApplicationState.WITHDRAWN),
        ("not-reached", ApplicationState.WAITING),
    ],
)
def test_the_answer_on_the_phone_is_noted(
    as_: Any, cast: Cast, to_phone: Application, answer: str, expected: ApplicationState
) -> None:
    desk, url = as_(cast.coordinator), f"/offers/{offer_of(to_phone).id}/{answer}"
    assert desk.post(url).status_code == 303
    assert state(to_phone) is expected
    if answer != "not-reached":
        desk.post(url)
        assert "вже відповіли" in desk.get("/offers/phone").text


@pytest.mark.parametrize("number", ["0", "-1", "99999", str(2**63), "x"])
def test_absent_offers_are_absent(as_: Any, cast: Cast, number: str) -> None:
    desk, family = as_(cast.coordinator), as_(cast.guardian)
    for answer in ("agreed", "declined", "not-reached"):
        assert desk.post(f"/offers/{number}/{answer}").status_code == 404
    for path in ("offers/{}/take", "offers/{}/decline", "places/{}/give-up"):
        assert family.post(f"/my/{path.format(number)}").status_code == 404
    for path in ("applications/{}/withdraw", "applications/{}/wait-again"):
        assert family.post(f"/my/{path.format(number)}").status_code == 404


def test_the_link_shows_and_a_tap_takes_the_place(
    stranger: Any, cast: Cast, lists: list[Application]
) -> None:
    url = f"/offers/{offer_token(offer_of(lists[0]), lists[0].applicant)}"
    page = stranger.get(url).text
    assert "Звільнилося місце" in page
    assert lists[0].person.given_name not in page
    assert state(lists[0]) is ApplicationState.WAITING
    assert stranger.post(f"{url}/take").status_code == 303
    assert state(lists[0]) is ApplicationState.ACCEPTED
    assert "Місце ваше" in stranger.get(url).text
    assert stranger.post(f"{url}/decline").status_code == 422


def test_declining_by_the_link_offers_the_place_to_the_next(
    stranger: Any, cast: Cast, lists: list[Application]
) -> None:
    url = f"/offers/{offer_token(offer_of(lists[0]), lists[0].applicant)}"
    assert stranger.post(f"{url}/decline").status_code == 303
    assert state(lists[0]) is ApplicationState.WITHDRAWN
    assert state(offer_of(lists[1])) is OfferState.OPEN


def test_a_foreign_or_outdated_link_shows_nothing(
    stranger: Any, cast: Cast, lists: list[Application]
) -> None:
    offer = offer_of(lists[0])
    for token in ("x", offer_token(offer, cast.guardian), offer_token(offer, cast.mentor)):
        assert stranger.get(f"/offers/{token}").status_code == 404
        assert stranger.post(f"/offers/{token}/take").status_code == 404


def test_the_link_tells_no_place_to_whoever_does_not_see_it_nor_anything_once_quiet(
    stranger: Any, cast: Cast, lists: list[Application]
) -> None:
    father = cast.other_guardian
    add_guardian(father, lists[0].person, relation=Relation.FATHER, since=ON, sees_place=False)
    cast.cohort.place_id, cast.cohort.zone = cast.place.id, "Europe/Warsaw"
    cast.place.is_town_public = True
    db.session.commit()
    urls = [
        f"/offers/{offer_token(offer_of(lists[0]), one)}" for one in (lists[0].applicant, father)
    ]
    first, second = (stranger.get(url).text for url in urls)
    assert "Кремінна" in first
    assert "11:00" in first
    assert "Кремінна" not in second
    assert "12:00" in second
    assert "11:00" not in second
    father.contact_rule = ContactRule.DO_NOT_WRITE
    db.session.commit()
    assert stranger.get(urls[1]).status_code == 404


def test_a_family_sees_its_place_and_answers_on_its_page(
    as_: Any, cast: Cast, lists: list[Application]
) -> None:
    first, second = lists
    assert "Ваше місце в черзі: 2" in as_(second.applicant).get("/family").text
    family = as_(first.applicant)
    assert "Тримаємо для вас" in family.get("/family").text
    assert family.post(f"/my/offers/{offer_of(first).id}/decline").status_code == 303
    assert state(first) is ApplicationState.WITHDRAWN
    assert "Ви вийшли з черги" in family.get("/family").text
    assert family.post(f"/my/applications/{first.id}/wait-again").status_code == 303
    assert state(first) is ApplicationState.WAITING
    # The place went to the next family meanwhile; it answers too.
    other = as_(second.applicant)
    assert other.post(f"/my/offers/{offer_of(second).id}/take").status_code == 303
    assert state(second) is ApplicationState.ACCEPTED


def test_a_place_is_given_up_in_one_tap_and_taken_back(as_: Any, cast: Cast) -> None:
    family = as_(cast.guardian)
    enrolment = cast.enrolments[cast.child.id]
    enrolment.since = ON.replace(month=7)
    db.session.commit()
    url = f"/my/places/{enrolment.id}/give-up"
    assert url in family.get("/family").text
    assert family.post(url).status_code == 303
    assert places(cast.child) == 0
    back = f"/my/places/{cast.child.id}/{cast.cohort.id}/take-back"
    assert back in family.get("/family").text
    assert family.post(back).status_code == 303
    assert places(cast.child) == 1


def places(person: Person) -> int:
    rows = select(Enrolment.id).where(Enrolment.person_id == person.id, Enrolment.until.is_(None))
    return len(db.session.scalars(rows).all())


def test_nobody_answers_for_another_family(as_: Any, cast: Cast, lists: list[Application]) -> None:
    other = as_(cast.other_guardian)
    offer = offer_of(lists[0])
    assert other.post(f"/my/offers/{offer.id}/take").status_code == 404
    assert other.post(f"/my/applications/{lists[1].id}/withdraw").status_code == 404
    enrolment = cast.enrolments[cast.sibling.id]
    assert other.post(f"/my/places/{enrolment.id}/give-up").status_code == 404
    back = f"/my/places/{cast.child.id}/{cast.cohort.id}/take-back"
    assert other.post(back).status_code == 404
    assert state(lists[0]) is ApplicationState.WAITING


def test_whoever_only_accompanies_sees_no_buttons(as_: Any, cast: Cast) -> None:
    add_guardian(
        cast.other_guardian, cast.child, relation=Relation.ACCOMPANYING, since=ON.replace(month=1)
    )
    db.session.commit()
    url = f"/my/places/{cast.enrolments[cast.child.id].id}/give-up"
    beside = as_(cast.other_guardian)
    assert url not in beside.get("/family").text
    assert beside.post(url).status_code == 404


def test_the_desk_answers_a_script_in_json(as_: Any, cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    one, other = (on_the_list(cast.cohort, name=name)[0] for name in ("Яків", "Адам"))
    db.session.commit()
    desk, script = as_(cast.coordinator), {"X-Requested-With": "fetch"}
    answer = desk.post(f"/applications/{one.id}/wait", headers=script)
    assert answer.json["ids"] == [one.id]
    assert answer.json["seats"][str(cast.cohort.id)]["full"] is False
    answer = desk.post(f"/applications/{other.id}/accept", headers=script)
    assert answer.json["ids"] == [other.id]
    again = desk.post(f"/applications/{other.id}/accept", headers=script)
    assert (again.status_code, again.json["ids"]) == (422, [other.id])
    assert "вже" in again.json["errors"][0]
    bad = desk.post(f"/applications/{other.id}/refuse", headers=script)
    assert bad.status_code == 422
    assert bad.json["errors"]
    undone = desk.post(f"/applications/{other.id}/undo", headers=script)
    assert undone.json["ids"] == [other.id]
    assert state(other) is ApplicationState.WAITING
