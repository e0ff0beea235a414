"""A child's own page: no names, no place, the link in time, the own yes in one tap."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.db import begin_write, db
from lms.enrolment.seats import leave
from lms.families.models import ChildPage
from lms.people.models import Consent
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, give_consent
from tests.cast import BEFORE, Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

NOW = datetime(2022, 9, 11, 9, 0, tzinfo=UTC)
ADDRESS = re.compile(r"https://library.example(/child/[\w-]{43})")


class Clock:
    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("views", "child", "cohorts", "records"):
        monkeypatch.setattr(f"lms.families.{module}.now", lambda: clock.now)
        monkeypatch.setattr(f"lms.families.{module}.today", lambda: clock.now.date())
    return clock


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.post("/language", data={"locale": "en", "back": "/"})
    return browser


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        browser = keep_rows(as_(person))
        browser.post("/language", data={"locale": "en", "back": "/"})
        return browser

    return sign_in


def make(as_: Any, cast: Cast) -> str:
    """Make the child's link as the guardian does; answer its path."""
    browser = as_(cast.guardian)
    url = f"/places/{cast.enrolments[cast.child.id].id}/child-page"
    assert browser.post(url).status_code == 303
    page = browser.get(url).text
    assert "data:image/svg+xml" in page
    return ADDRESS.search(page)[1]  # type: ignore[index]


def test_the_page_names_nobody_and_no_place(as_: Any, stranger: Any, cast: Cast) -> None:
    path = make(as_, cast)
    for browser in (stranger, as_(cast.guardian)):
        page = browser.get(path)
        assert page.status_code == 200
        for name in ("Соломія", "Знам", "Мар’яна", "Кремін", cast.cohort.name, "Ґалаґан"):
            assert name not in page.text, name
        assert "Scratch: first games" in page.text
        assert "Monday, 12 September, 17:00" in page.text
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert page.headers["Cache-Control"] == "no-store"
        assert "Scratch" not in re.search(r"<title>(.*?)</title>", page.text, re.S)[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("hour", "is_shown"),
    [
        (datetime(2022, 9, 11, 13, 59, tzinfo=UTC), False),
        (datetime(2022, 9, 11, 14, 0, tzinfo=UTC), True),
        (datetime(2022, 9, 12, 15, 0, tzinfo=UTC), False),
    ],
)
def test_the_room_opens_a_day_before(
    as_: Any, stranger: Any, cast: Cast, clock: Clock, hour: datetime, is_shown: bool
) -> None:
    path = make(as_, cast)
    clock.now = hour
    page = stranger.get(path).text
    assert (cast.cohort.link in page) is is_shown
    if is_shown:
        assert re.search(r'rel="noreferrer noopener"', page)


def test_a_renewed_or_ended_link_opens_nothing(as_: Any, stranger: Any, cast: Cast) -> None:
    first = make(as_, cast)
    second = make(as_, cast)
    assert first != second
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    url = f"/places/{cast.enrolments[cast.child.id].id}/child-page"
    assert as_(cast.guardian).post(f"{url}/revoke").status_code == 303
    assert stranger.get(second).status_code == 404
    assert "child/" not in as_(cast.guardian).get(url).text.partition("<main")[2]


def test_the_page_ends_with_the_place(as_: Any, stranger: Any, cast: Cast, clock: Clock) -> None:
    path = make(as_, cast)
    begin_write()
    place = db.session.merge(cast.enrolments[cast.child.id])
    leave(place, last_day=NOW.date())
    db.session.commit()
    assert stranger.get(path).status_code == 200
    clock.now = NOW + timedelta(days=1)
    assert stranger.get(path).status_code == 404


def test_only_the_own_guardian_and_the_coordinator_make_a_link(as_: Any, cast: Cast) -> None:
    url = f"/places/{cast.enrolments[cast.child.id].id}/child-page"
    for person, status in (
        (cast.other_guardian, 404),
        (cast.mentor, 403),
        (cast.learner, 403),
        (cast.coordinator, 303),
        (cast.guardian, 303),
    ):
        assert as_(person).post(url).status_code == status
    adult = f"/places/{cast.enrolments[cast.learner.id].id}/child-page"
    assert as_(cast.coordinator).post(adult).status_code == 422


def test_the_token_is_not_in_the_database(as_: Any, cast: Cast) -> None:
    token = make(as_, cast).rpartition("/")[2]
    row = db.session.scalars(select(ChildPage)).one()
    assert token not in {row.nonce, row.token_hash}


def test_a_learner_of_fourteen_agrees_in_one_tap(
    as_: Any, stranger: Any, cast: Cast, clock: Clock
) -> None:
    path = make(as_, cast)
    assert "Do you agree?" not in stranger.get(path).text
    assert stranger.post(f"{path}/taking_part/agree").status_code == 303
    assert db.session.scalar(select(Consent.id).where(Consent.is_assent)) is None
    begin_write()
    child = db.session.merge(cast.child)
    child.birth_date = date(2008, 9, 11)
    give_consent(
        child, GivenConsent(Purpose.PHOTOGRAPHS), giver=db.session.merge(cast.guardian), now=BEFORE
    )
    db.session.commit()
    assert "Do you agree?" in stranger.get(path).text
    group = f"/cohorts/{cast.cohort.id}/consents"
    listed = as_(cast.mentor).get(group).text
    assert "Nobody here has agreed to photographs" in listed
    assert "own yes is missing" in listed
    stranger.post(f"{path}/photographs/agree")
    stranger.post(f"{path}/taking_part/agree")
    made = db.session.scalars(select(Consent).where(Consent.is_assent)).all()
    assert {(one.giver_id, one.person_id) for one in made} == {(cast.child.id, cast.child.id)}
    listed = as_(cast.mentor).get(group).text
    assert "own yes is missing" not in listed
    assert "Знам’янська Соломія" in listed.partition("All consents")[0]
    stranger.post(f"{path}/photographs/disagree")
    assert "Nobody here has agreed to photographs" in as_(cast.mentor).get(group).text
    assert stranger.post(f"{path}/nothing/agree").status_code == 404


def test_a_withdrawn_photograph_is_gone_from_every_page_and_file(as_: Any, cast: Cast) -> None:
    begin_write()
    give_consent(
        db.session.merge(cast.child),
        GivenConsent(Purpose.PHOTOGRAPHS),
        giver=db.session.merge(cast.guardian),
        now=BEFORE,
    )
    db.session.commit()
    name = "Знам’янська Соломія"
    group, table = (f"/cohorts/{cast.cohort.id}/{end}" for end in ("consents", "photographs.csv"))
    register = f"/registers/{cast.sessions[0].id}"
    coordinator, mentor = as_(cast.coordinator), as_(cast.mentor)
    assert name in coordinator.get(group).text.partition("All consents")[0]
    assert name in coordinator.get(table).text
    assert "May be photographed: 1 of 3" in coordinator.get(f"/cohorts/{cast.cohort.id}").text
    before = mentor.get(register).text
    as_(cast.guardian).post(f"/family/{cast.child.id}/consents/photographs/withdraw")
    assert name not in coordinator.get(group).text.partition("All consents")[0]
    assert name not in coordinator.get(table).text
    assert "Nobody here has agreed" in coordinator.get(f"/cohorts/{cast.cohort.id}").text
    after = mentor.get(register).text
    assert before != after
    assert "Nobody here has agreed to photographs or to recording" in after


def test_a_sensitive_group_lists_nobody(as_: Any, cast: Cast) -> None:
    for end in ("consents", "photographs.csv"):
        url = f"/cohorts/{cast.yoga_cohort.id}/{end}"
        assert as_(cast.coordinator).get(url).status_code == 404
    assert as_(cast.mentor).get(f"/cohorts/{cast.training_cohort.id}/consents").status_code == 404
    assert as_(cast.mentor).get(f"/cohorts/{cast.cohort.id}/photographs.csv").status_code == 403
