"""A stranger asks whether a paper is genuine; a child's name is in no answer at all."""

import re

import pytest
from flask_babel import refresh
from sqlalchemy import event

from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.certificates.services import issue, revoke
from lms.db import db
from lms.people.models import Person
from tests.graduation import GRADUATION, graduate, graduate_training, settle_cast, stored

UNKNOWN = "7ZQ4H-2M9XK-0B3TD-W5RN8-D"


@pytest.fixture
def childs(cast):
    certificate = issue(graduate(cast)[0].id, award="code_club", by_id=None, now=GRADUATION)
    settle_cast(cast, certificate)
    return certificate


@pytest.fixture
def adults(cast):
    certificate = issue(graduate_training(cast)[0].id, award="training", by_id=None, now=GRADUATION)
    settle_cast(cast, certificate)
    return certificate


def _names_nobody(answer):
    raw = answer.data.decode()
    for secret in ("Знам", "Соломія", "Андріївна", "Znamianska", "Solomiia", "Andriivna"):
        assert secret.casefold() not in raw.casefold()
        assert secret.casefold() not in str(answer.headers).casefold()
    return raw


def _at(certificate):
    return f"/verify/{display(certificate.code)}"


def test_a_childs_page_says_everything_but_the_name(stranger, childs):
    answer = stranger.get(_at(childs))
    raw = _names_nobody(answer)
    assert answer.status_code == 200
    for fact in ("2022/1-001", "Scratch: перші ігри", "8", "20 грудня 2022", "Луганська обласна"):
        assert fact in raw
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_no_club_town_or_place_is_on_the_page(stranger, childs, cast):
    raw = stranger.get(_at(childs)).data.decode()
    for secret in ("Кремін", cast.cohort.name, cast.place.name):
        assert secret not in raw


@pytest.mark.parametrize("typed", ["Знам’янська", "ЗНАМ'ЯНСЬКА", " знамянська ", "Znamianska"])
def test_the_right_surname_matches_and_is_not_repeated(stranger, childs, typed):
    answer = stranger.post(_at(childs), data={"family_name": typed})
    raw = _names_nobody(answer)
    assert answer.status_code == 200
    assert 'class="notice notice-success"' in raw


@pytest.mark.parametrize("typed", ["Знам’янський", "Соломія", "Швець", "я"])
def test_another_surname_does_not_match(stranger, childs, typed):
    answer = stranger.post(_at(childs), data={"family_name": typed})
    raw = _names_nobody(answer)
    assert answer.status_code == 200
    assert 'class="notice notice-warning"' in raw


@pytest.mark.parametrize(
    "typed", ["", "Знам’янська\0", "Знам’янська" * 1000, "<b>Знам’янська</b>" * 50]
)
def test_a_refused_surname_is_answered_beside_the_field_without_the_name(stranger, childs, typed):
    answer = stranger.post(_at(childs), data={"family_name": typed})
    raw = _names_nobody(answer)
    assert answer.status_code == 422
    assert 'aria-describedby="family_name-error"' in raw


def test_the_sixth_surname_of_an_hour_is_refused_in_words(stranger, childs):
    for _ in range(5):
        assert stranger.post(_at(childs), data={"family_name": "Швець"}).status_code == 200
    answer = stranger.post(_at(childs), data={"family_name": "Знам’янська"})
    raw = _names_nobody(answer)
    assert answer.status_code == 429
    assert "notice-success" not in raw


def test_tries_are_counted_for_the_code_not_for_whoever_asks(stranger, childs, as_, cast):
    for _ in range(5):
        stranger.post(_at(childs), data={"family_name": "Швець"})
    browser = as_(cast.mentor)
    assert browser.post(_at(childs), data={"family_name": "Швець"}).status_code == 429


def test_a_revoked_paper_says_so_with_day_and_reason(stranger, childs):
    certificate = stored(Certificate, childs.id)
    revoke(certificate, reason="by_mistake", by_id=None, now=GRADUATION)
    db.session.commit()
    raw = _names_nobody(stranger.get(_at(childs)))
    assert "notice-error" in raw
    assert "20 грудня 2022" in raw


@pytest.mark.parametrize("is_row_kept", [True, False])
def test_a_paper_outlives_its_holders_data(stranger, childs, is_row_kept, cast):
    if is_row_kept:
        stored(Person, cast.child.id).erased_at = GRADUATION
    else:
        stored(Certificate, childs.id).person_id = None
    db.session.commit()
    answer = stranger.get(_at(childs))
    raw = _names_nobody(answer)
    assert answer.status_code == 200
    assert "Scratch: перші ігри" in raw
    assert '<form method="post" action="/verify/' not in raw
    assert stranger.post(_at(childs), data={"family_name": "Знам’янська"}).status_code == 404


def test_an_adults_name_is_shown_and_not_asked_for(stranger, adults):
    raw = stranger.get(_at(adults)).data.decode()
    assert "Драй-Хмара Анастасія-Єлизавета" in raw
    assert stranger.post(_at(adults), data={"family_name": "Драй-Хмара"}).status_code == 404


def test_an_erased_adults_name_is_gone(stranger, adults):
    stored(Person, adults.person_id).erased_at = GRADUATION
    db.session.commit()
    assert "Драй" not in stranger.get(_at(adults)).data.decode()


def test_both_languages_speak_and_neither_names_a_child(stranger, childs):
    ukrainian = _names_nobody(stranger.get(_at(childs)))
    stranger.post("/language", data={"locale": "en", "back": "/"})
    refresh()
    english = _names_nobody(stranger.get(_at(childs)))
    assert "Scratch: first games" in english
    assert ukrainian != english


def test_the_short_address_takes_any_way_of_writing(stranger, childs):
    for written in (childs.code, childs.code.lower(), display(childs.code)):
        answer = stranger.get(f"/v/{written}")
        assert answer.status_code == 303
        assert answer.location == _at(childs)


def test_a_typed_code_leads_to_its_page(stranger, childs):
    cyrillic = childs.code.translate(str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХУ")).lower()
    typed = f" {cyrillic[:7]} – {cyrillic[7:]} "
    answer = stranger.post("/verify", data={"code": typed})
    assert answer.status_code == 303
    assert answer.location == _at(childs)


@pytest.mark.parametrize(
    "typed", ["", "7ZQ4H-2M9XK-0B3TD-W5RN8-F", "7ZQ4H", "Ж" * 21, "7" * 10_001, "7\0Z", "<script>"]
)
def test_a_code_that_cannot_be_is_refused_beside_the_field(app, stranger, typed):
    answer = stranger.post("/verify", data={"code": typed})
    raw = answer.data.decode()
    assert answer.status_code == 422
    assert re.search(r'aria-describedby="code-help code-error"', raw)
    assert "<script>" not in raw


def test_an_unknown_code_is_404_and_a_slip_is_told_as_one(stranger, childs):
    unknown = stranger.get(f"/verify/{UNKNOWN}")
    slip = stranger.get("/verify/7ZQ4H-2M9XK-0B3TD-W5RN8-F")
    assert unknown.status_code == slip.status_code == 404
    assert b"notice-error" in unknown.data
    assert b"notice-warning" in slip.data
    assert stranger.post(f"/verify/{UNKNOWN}", data={"family_name": "Швець"}).status_code == 404


@pytest.mark.parametrize("code", ["%00", "x" * 3000, "..%2F..", "<b>", "🙂", "0"])
def test_no_address_makes_a_fault(app, stranger, code):
    assert stranger.get(f"/verify/{code}").status_code == 404
    assert stranger.get(f"/v/{code}").status_code in {303, 404}


def test_the_page_asks_the_database_little(stranger, childs):
    asked = []

    def note(*args):
        asked.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    stranger.get(_at(childs))
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "SELECT" in statement]) <= 2
