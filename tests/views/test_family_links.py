"""What letters lead to without signing in: a button first, an effect only when it is pressed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from lms.attendance.links import Purpose, path_for
from lms.attendance.models import FamilyWord
from lms.attendance.register import find_register
from lms.attendance.rules import Mark, Mode, Status, SubmittedMark
from lms.attendance.services import Entry, marks_of, save_register
from lms.db import begin_write, db
from lms.i18n import COOKIE
from lms.letters.choices import ABSENCE, REMINDER, declined_by, switch_path
from lms.letters.models import Letter, LetterState
from lms.people.models import Guardianship, Person
from tests.applying import applied
from tests.cast import Cast
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows

NOW = datetime(2022, 9, 11, 15, 0, tzinfo=UTC)
ENDS = datetime(2022, 9, 12, 15, 0, tzinfo=UTC)
NAMES = ("Соломія", "Лук’ян", "Знам")


class Clock:
    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("attendance.family_views", "attendance.plugin", "letters.switching"):
        monkeypatch.setattr(f"lms.{module}.now", lambda: clock.now)
    return clock


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.client.set_cookie(COOKIE, "en")
    return browser


def words() -> int:
    return db.session.scalar(select(func.count(FamilyWord.id))) or 0


def not_coming(cast: Cast, person: Person | None = None) -> str:
    whose = person.id if person else 0
    return path_for(Purpose.NOT_COMING, cast.sessions[1].id, cast.guardian.id, whose)


def test_we_will_not_come_in_one_tap_and_back(stranger: Any, cast: Cast) -> None:
    url = not_coming(cast)
    page = stranger.get(url)
    assert page.status_code == 200
    assert words() == 0, "opening a link changes nothing: previews open links too"
    assert "Monday, 12 September, 17:00" in page.text
    assert "The elder child" in page.text
    for secret in (*NAMES, cast.cohort.link, cast.place.town):
        assert secret not in page.text
    assert stranger.post(url, data={"who": "1"}).location == url
    assert words() == 1
    assert "None of us will come" in stranger.get(url).text
    stranger.post(url, data={"who": "all"})
    assert words() == 2
    assert "Thank you for telling us" in stranger.get(url).text
    stranger.post(url, data={"who": "0", "comes": "1"})
    assert db.session.scalars(select(FamilyWord.person_id)).all() == [cast.child.id]
    stranger.post(url, data={"who": "all", "comes": "1"})
    assert words() == 0


@pytest.mark.parametrize("who", ["2", "-1", "²", "x", "9" * 5000])
def test_an_odd_answer_is_no_fault(stranger: Any, cast: Cast, who: str) -> None:
    assert stranger.post(not_coming(cast), data={"who": who}).status_code == 422
    assert words() == 0


def test_when_the_session_has_begun_it_says_so(stranger: Any, cast: Cast, clock: Clock) -> None:
    clock.now = cast.sessions[1].starts_at
    url = not_coming(cast)
    assert "The session has begun" in stranger.get(url).text
    answer = stranger.post(url)
    assert answer.status_code == 422
    assert "The session has begun" in answer.text


def test_a_link_opens_only_what_it_is_for(stranger: Any, cast: Cast) -> None:
    token = not_coming(cast).rsplit("/", 1)[1]
    for url in (f"/missed/{token}", f"/letters/off/{token}", f"/not-coming/{token[:-1]}x"):
        assert stranger.get(url).status_code == 410
        assert stranger.post(url).status_code == 410
    session_id = cast.sessions[1].id
    anothers = path_for(Purpose.NOT_COMING, session_id, cast.guardian.id, cast.other_child.id)
    assert stranger.get(anothers).status_code == 410


def test_an_ended_guardianship_closes_the_link(stranger: Any, cast: Cast) -> None:
    url = not_coming(cast)
    db.session.execute(
        update(Guardianship)
        .where(Guardianship.guardian_id == cast.guardian.id)
        .values(until=NOW.date() - timedelta(days=1))
    )
    db.session.commit()
    assert stranger.get(url).status_code == 410
    assert stranger.post(url).status_code == 410
    assert words() == 0


def test_the_familys_page_leads_there_and_says_what_was_told(
    as_: Any, stranger: Any, cast: Cast
) -> None:
    cast.guardian.locale = "en"
    db.session.commit()
    page = as_(cast.guardian).get("/family").text
    links = re.findall(r'href="(/not-coming/[^"]+)"', page)
    assert len(links) == 2
    stranger.post(links[0])
    assert words() == 1
    again = as_(cast.guardian).get("/family").text
    assert "You told us that nobody comes" in again


def missed(cast: Cast) -> str:
    begin_write()
    found = find_register(cast.sessions[1].id, is_writing=True)
    assert found is not None
    marks = tuple(
        SubmittedMark(child.id, Mark(Status.ABSENT, Mode.ONLINE))
        for child in (cast.child, cast.other_child)
    )
    save_register(found, Entry(marks=marks), by_id=None, now=ENDS, lock_days=3)
    db.session.commit()
    return path_for(Purpose.MISSED, cast.sessions[1].id, cast.guardian.id)


def test_a_tap_tells_why_and_makes_a_good_reason(stranger: Any, cast: Cast, clock: Clock) -> None:
    clock.now = ENDS + timedelta(hours=4)
    url = missed(cast)
    page = stranger.get(url).text
    assert "No connection" in page
    for secret in NAMES:
        assert secret not in page
    assert marks_of(cast.sessions[1].id)[cast.child.id].status is Status.ABSENT
    assert stranger.post(url, data={"reason": "laziness"}).status_code == 422
    assert stranger.post(url, data={"reason": "no_power"}).status_code == 303
    assert marks_of(cast.sessions[1].id)[cast.child.id].status is Status.EXCUSED
    assert marks_of(cast.sessions[1].id)[cast.other_child.id].status is Status.ABSENT
    assert "It is taken into account" in stranger.get(url).text


def test_after_the_lock_the_word_stands_beside_the_mark(
    stranger: Any, as_: Any, cast: Cast, clock: Clock
) -> None:
    url = missed(cast)
    clock.now = ENDS + timedelta(days=6)
    stranger.post(url, data={"reason": "no_power"})
    assert marks_of(cast.sessions[1].id)[cast.child.id].status is Status.ABSENT
    assert "your words stand beside the mark" in stranger.get(url).text
    home = as_(cast.coordinator).get("/home/cards").text
    assert f"/registers/{cast.sessions[1].id}" in home
    assert "родина: немає світла" in as_(cast.mentor).get(f"/registers/{cast.sessions[1].id}").text


def test_a_week_later_the_link_is_spent(
    stranger: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = missed(cast)
    monkeypatch.setattr("lms.attendance.links.WEEK", -1)
    assert stranger.get(url).status_code == 410


@pytest.mark.parametrize("kind", [REMINDER, ABSENCE])
def test_letters_are_switched_off_in_one_tap_and_on_again(
    stranger: Any, as_: Any, cast: Cast, kind: str
) -> None:
    url = switch_path(cast.guardian.id, kind)
    assert stranger.get(url).status_code == 200
    assert declined_by(cast.guardian.id) == set()
    for _time in range(2):
        stranger.post(url)
    assert declined_by(cast.guardian.id) == {kind}
    assert "Such letters do not come any more" in stranger.get(url).text
    browser = keep_rows(as_(cast.guardian))
    assert browser.post(f"/letters/mine/{kind}", data={"wanted": "1"}).status_code == 303
    assert declined_by(cast.guardian.id) == set()
    assert browser.post("/letters/mine/offer").status_code == 404
    assert stranger.post(f"/letters/mine/{kind}").location.startswith("/sign-in")


def test_the_coordinators_decision_is_told_and_a_slip_is_not(as_: Any, cast: Cast) -> None:
    begin_write()
    (application,) = applied(cast).applications
    db.session.commit()
    number = application.id
    browser = keep_rows(as_(cast.coordinator))
    refused = {f"a{number}-why": "age"}
    assert browser.post(f"/applications/{number}/refuse", data=refused).status_code == 303
    states = select(Letter.state).where(Letter.person_id == cast.guardian.id)
    assert db.session.scalars(states).all() == [LetterState.WAITING]
    assert browser.post(f"/applications/{number}/undo").status_code == 303
    assert db.session.scalars(states).all() == [LetterState.TAKEN_BACK]


def test_a_session_cancelled_on_its_page_is_told_by_whoever_cancels_it(
    as_: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("courses.cohorts", "attendance.views"):
        monkeypatch.setattr(f"lms.{module}.now", lambda: NOW)
    first, second = cast.sessions[1].id, cast.sessions[2].id
    coordinator = keep_rows(as_(cast.coordinator))
    coordinator.post(f"/sessions/{first}/cancel", data={"reason": "no_power"})
    coordinator.post(f"/registers/{second}/not-held", data={"reason": "no_power"})
    found = db.session.execute(select(Letter.key, Letter.written_by_id)).all()
    assert len(found) == 6
    assert {by_id for _key, by_id in found} == {cast.coordinator.id}
    coordinator.post(f"/registers/{second}/restore")
    taken = select(func.count(Letter.id)).where(Letter.state == LetterState.TAKEN_BACK)
    assert db.session.scalar(taken) == 3
