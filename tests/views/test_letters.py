"""The log of letters: for the coordinator alone, searched, shown as sent, sent once more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lms.clock import now, today
from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.people.models import Person
from lms.people.services import grant_role
from tests.cast import Cast
from tests.conftest import Browser
from tests.mentoring import settle

SignIn = Callable[[Person], Browser]


def _compose() -> Text:
    return Text("Ваша сторінка", ("Добрий день, <Олено> & Ко!", Link("Увійти", signs_in=True)))


@pytest.fixture
def written(cast: Cast) -> dict[str, int]:
    """Two letters of two kinds: to one guardian not sent, to the other unsure."""
    begin_write()
    at = now() - timedelta(hours=1)
    first = write([cast.guardian], Draft("group_message", "a", _compose), now=at)[0]
    second = write(
        [cast.other_guardian], Draft("gone_kind", "b", _compose), now=at - timedelta(days=3)
    )[0]
    first.state, first.fault, first.tries = LetterState.FAILED, "SMTPRecipientsRefused 550", 8
    second.state, second.fault = LetterState.UNSURE, "worker_died"
    numbers = {"failed": first.id, "unsure": second.id}
    db.session.commit()
    settle(cast)
    return numbers


def _states() -> dict[int, LetterState]:
    rows = db.session.execute(select(Letter.id, Letter.state)).all()
    db.session.rollback()
    return {row.id: row.state for row in rows}


def test_the_log_says_what_became_of_each_letter(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    page = as_(cast.coordinator).get("/letters").text
    for text in (
        "2 листи",
        "Повідомлення батькам групи",
        "gone_kind",
        "Знам’янська Мар’яна",
        "не надіслано",
        "невідомо, чи відійшов",
        "1 лист за останній місяць",
    ):
        assert text in page, text


def test_it_is_searched_by_state_kind_reader_and_day(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    browser = as_(cast.coordinator)
    day = (today() - timedelta(days=3)).isoformat()
    for query, is_first, is_second in (
        ({"state": "failed"}, True, False),
        ({"state": "troubled"}, True, True),
        ({"state": "sent"}, False, False),
        ({"kind": "gone_kind"}, False, True),
        ({"person": "знамянська"}, True, False),
        ({"person": "OTHER@example"}, False, True),
        ({"person": "%"}, False, False),
        ({"day": day}, False, True),
        ({"day": day, "kind": "group_message"}, False, False),
    ):
        page = browser.get("/letters", query_string=query).text
        found = (
            f'href="/letters/{written["failed"]}"' in page,
            f'href="/letters/{written["unsure"]}"' in page,
        )
        assert found == (is_first, is_second), query
    assert browser.get("/letters?state=lost").status_code == 422
    assert "Такого листа немає" in browser.get("/letters?state=sent").text


def test_a_long_log_has_pages_that_keep_the_search(cast: Cast, as_: SignIn) -> None:
    begin_write()
    for number in range(51):
        write([cast.guardian], Draft("group_message", f"n{number}", _compose), now=now())
    db.session.commit()
    settle(cast)
    browser = as_(cast.coordinator)
    page = browser.get("/letters?state=waiting&person=Мар’яна").text
    assert "state=waiting" in page.partition('rel="next" href="')[2].partition('"')[0]
    assert "51 лист" in browser.get("/letters?state=waiting&page=2").text


def test_a_letter_is_shown_as_it_was_sent_with_its_way_in_masked(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    browser = as_(cast.coordinator)
    answer = browser.get(f"/letters/{written['failed']}")
    page = answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert f'src="/letters/{written["failed"]}/html"' in page
    assert "Добрий день, &lt;Олено&gt; &amp; Ко!" in page
    assert "https://library.example/sign-in/link/…" in page
    assert "SMTPRecipientsRefused 550" in page
    framed = browser.get(f"/letters/{written['failed']}/html")
    assert "Добрий день, &lt;Олено&gt; &amp; Ко!" in framed.text
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_what_did_not_leave_is_sent_once_more(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    browser = as_(cast.coordinator)
    page = browser.get(f"/letters/{written['unsure']}").text
    assert "Можливо, лист уже дійшов" in page
    for _press in range(2):
        answer = browser.post(f"/letters/{written['unsure']}/send")
        assert answer.status_code == 303
    assert _states()[written["unsure"]] is LetterState.SENT
    assert "Надіслати ще раз" not in browser.get(f"/letters/{written['unsure']}").text
    assert _states()[written["failed"]] is LetterState.FAILED
    assert browser.post("/letters/send-failed").status_code == 303
    assert _states()[written["failed"]] is LetterState.SENT


def test_sending_all_leaves_alone_what_may_have_arrived(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    as_(cast.coordinator).post("/letters/send-failed")
    assert _states() == {
        written["failed"]: LetterState.SENT,
        written["unsure"]: LetterState.UNSURE,
    }


def test_the_home_of_the_coordinator_tells_of_trouble(
    cast: Cast, written: dict[str, int], as_: SignIn
) -> None:
    browser = as_(cast.coordinator)
    page = browser.get("/home/cards").text
    assert "Листи, що могли не відійти" in page
    assert 'href="/letters?state=troubled"' in page
    begin_write()
    db.session.execute(update(Letter).values(state=LetterState.SENT))
    db.session.commit()
    page = browser.get("/home/cards").text
    assert "Листи, що могли не відійти" not in page
    assert 'href="/letters"' in page


def test_nobody_else_reads_the_log(
    cast: Cast, written: dict[str, int], as_: SignIn, stranger: Browser
) -> None:
    begin_write()
    auditor = db.session.merge(cast.uncleared)
    grant_role(auditor, RoleName.AUDITOR, since=today())
    db.session.commit()
    number = written["failed"]
    for person in (cast.mentor, cast.leader, cast.director, cast.guardian, cast.uncleared):
        browser = as_(person)
        for path in (
            "/letters",
            f"/letters/{number}",
            f"/letters/{number}/html",
            "/letters/kinds",
            "/letters/kinds/group_message/uk",
        ):
            assert browser.get(path).status_code == 403, path
        assert browser.post(f"/letters/{number}/send").status_code == 403
        assert browser.post("/letters/send-failed").status_code == 403
    assert stranger.get("/letters").status_code == 303


def test_examples_are_drawn_in_both_languages(cast: Cast, as_: SignIn) -> None:
    browser = as_(cast.coordinator)
    page = browser.get("/letters/kinds").text
    assert "Повідомлення батькам групи" in page
    assert "Візьміть, будь ласка, навушники." in page
    assert "навушники" in browser.get("/letters/kinds/group_message/uk").text
    assert "headphones" in browser.get("/letters/kinds/group_message/en").text
    for path in ("/letters/kinds/nothing/uk", "/letters/kinds/group_message/xx"):
        assert browser.get(path).status_code == 404
