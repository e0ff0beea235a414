"""A certificate is revoked with a reason that strangers read, and restored within a day."""

from datetime import timedelta

import pytest

from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.certificates.services import issue
from lms.db import db
from tests.graduation import GRADUATION, graduate, settle_cast, stored


@pytest.fixture
def certificate(cast):
    made = issue(graduate(cast)[0].id, award="code_club", by_id=None, now=GRADUATION)
    settle_cast(cast, made)
    return made


def _now(certificate):
    return db.session.get_one(Certificate, certificate.id)


def _revoke(browser, certificate, **data):
    return browser.post(f"/certificates/{certificate.id}/revoke", data=data)


def test_revoking_shows_on_the_public_page_and_can_be_taken_back(as_, cast, certificate, stranger):
    browser = as_(cast.coordinator)
    answer = _revoke(browser, certificate, reason="wrong_data")
    assert answer.status_code == 303
    public = f"/verify/{display(certificate.code)}"
    assert "notice-error" in stranger.get(public).text
    assert _now(certificate).revoked_by_id == cast.coordinator.id

    assert browser.post(f"/certificates/{certificate.id}/restore").status_code == 303
    assert "notice-error" not in stranger.get(public).text
    restored = _now(certificate)
    assert restored.revoked_by_id is None
    for column in ("number", "code", "snapshot", "issued_at"):
        assert getattr(restored, column) == getattr(certificate, column)


def test_own_words_are_shown_as_typed(as_, cast, certificate, stranger):
    _revoke(as_(cast.coordinator), certificate, reason="other", words="видано <двічі>")
    assert "видано &lt;двічі&gt;" in stranger.get(f"/verify/{display(certificate.code)}").text


def test_a_day_later_it_stays_revoked(as_, cast, certificate):
    browser = as_(cast.coordinator)
    _revoke(browser, certificate, reason="wrong_data")
    stored(Certificate, certificate.id).revoked_at -= timedelta(hours=25)
    db.session.commit()
    assert browser.post(f"/certificates/{certificate.id}/restore").status_code == 422
    assert "/restore" not in browser.get(f"/certificates/{certificate.id}").text
    assert _now(certificate).revoked_at is not None


def test_what_is_valid_cannot_be_restored_and_what_is_revoked_not_revoked_again(
    as_, cast, certificate
):
    browser = as_(cast.coordinator)
    assert browser.post(f"/certificates/{certificate.id}/restore").status_code == 422
    _revoke(browser, certificate, reason="wrong_data")
    assert _revoke(browser, certificate, reason="by_mistake").status_code == 422
    assert _now(certificate).revoked_reason == "wrong_data"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "reason"),
        ({"reason": "nobodys"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"reason": "other", "words": "x" * 10_001}, "words"),
        ({"reason": "other", "words": "a\0b"}, "words"),
        ({"reason": "by_mistake", "words": "і ще щось"}, "words"),
        ({"reason": "other", "words": "помилка в даних Знам’янської"}, "words"),
        ({"reason": "other", "words": "Соломії видано двічі"}, "words"),
    ],
)
def test_a_refused_reason_is_told_beside_its_field(as_, cast, certificate, data, field):
    answer = _revoke(as_(cast.coordinator), certificate, **data)
    assert answer.status_code == 422
    assert f"{field}-error" in answer.text
    assert _now(certificate).revoked_at is None


@pytest.mark.parametrize("role", ["director", "mentor", "guardian", "learner"])
def test_only_the_coordinator_revokes(as_, cast, certificate, role):
    browser = as_(getattr(cast, role))
    assert _revoke(browser, certificate, reason="by_mistake").status_code == 403
    assert browser.post(f"/certificates/{certificate.id}/restore").status_code == 403


def test_the_director_looks_and_decides_nothing(as_, cast, certificate):
    page = as_(cast.director).get(f"/certificates/{certificate.id}")
    assert page.status_code == 200
    assert "/revoke" not in page.text
