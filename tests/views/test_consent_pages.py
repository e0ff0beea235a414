"""The ledger's pages: one's own, the coordinator's with papers, and the texts that were agreed to."""

import io
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lms.clock import today
from lms.contracts import RoleName
from lms.db import begin_write, db
from lms.families.models import ConsentScan
from lms.people.models import Consent
from lms.people.services import grant_role
from tests.cast import Cast
from tests.views.enrol_browsers import keep_rows

PDF = b"%PDF-1.4 a paper"


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        browser = keep_rows(as_(person))
        browser.post("/language", data={"locale": "en", "back": "/"})
        return browser

    return sign_in


def paper(cast: Cast, content: bytes = PDF, name: str = "scan.pdf") -> dict[str, Any]:
    return {
        "purposes": ["photographs", "recording"],
        "giver": str(cast.guardian.id),
        "signed_on": "2022-09-01",
        "scan": (io.BytesIO(content), name),
    }


def test_a_guardian_reads_the_ledger_of_the_own_child(as_: Any, cast: Cast) -> None:
    page = as_(cast.guardian).get(f"/family/{cast.child.id}/consents")
    assert page.status_code == 200
    assert cast.guardian.full_name in page.text
    assert "20/08/2022" in page.text
    assert "/consents/2022-1#taking_part" in page.text
    assert as_(cast.guardian).get(f"/family/{cast.other_child.id}/consents").status_code == 404
    assert as_(cast.learner).get(f"/family/{cast.child.id}/consents").status_code == 403
    assert as_(cast.learner).get("/learning/consents").status_code == 200


def test_the_text_of_each_version_can_be_read(as_: Any, cast: Cast, stranger: Any) -> None:
    text = stranger.get("/consents/2022-1")
    assert text.status_code == 200
    assert "Про здоров’я бібліотека не питає" in text.text
    assert stranger.get("/consents/1999-9").status_code == 404


def test_a_paper_is_noted_with_its_scan_for_coordinators_only(as_: Any, cast: Cast) -> None:
    browser = as_(cast.coordinator)
    url = f"/people/{cast.child.id}/consents"
    assert browser.post(url, data=paper(cast)).status_code == 303
    rows = db.session.scalars(select(ConsentScan)).all()
    assert len(rows) == 2
    scan = f"{url}/{rows[0].consent_id}/scan"
    answer = browser.get(scan)
    assert answer.data == PDF
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "on paper" in browser.get(url).text
    for other in (cast.director, cast.mentor, cast.guardian, cast.learner):
        assert as_(other).get(scan).status_code == 403
    wrong = f"/people/{cast.other_child.id}/consents/{rows[0].consent_id}/scan"
    assert as_(cast.coordinator).get(wrong).status_code == 404


@pytest.mark.parametrize("content", [b"<html>", b"%PDF-" + b"0" * 1_500_000, b"MZ"])
def test_what_is_no_scan_is_refused_beside_its_field(as_: Any, cast: Cast, content: bytes) -> None:
    browser = as_(cast.coordinator)
    answer = browser.post(f"/people/{cast.child.id}/consents", data=paper(cast, content))
    assert answer.status_code == 422
    assert 'id="scan-error"' in answer.text
    assert db.session.query(ConsentScan).count() == 0


def test_the_coordinator_withdraws_for_a_family_at_once(as_: Any, cast: Cast) -> None:
    browser = as_(cast.coordinator)
    browser.post(f"/people/{cast.child.id}/consents", data=paper(cast))
    url = f"/people/{cast.child.id}/consents/photographs/withdraw"
    assert browser.post(url).status_code == 303
    ended = select(Consent).where(Consent.purpose == "photographs")
    row = db.session.scalars(ended).one()
    assert row.withdrawn_by_id == cast.coordinator.id
    assert browser.post(url.replace("photographs", "everything")).status_code == 404


def test_a_learner_of_age_alone_signs_papers(as_: Any, cast: Cast) -> None:
    page = as_(cast.coordinator).get(f"/people/{cast.learner.id}/consents").text
    assert cast.learner.full_name in page.partition('name="giver"')[2]
    assert cast.guardian.full_name not in page


def test_a_child_gets_no_link_to_sign_in(as_: Any, cast: Cast) -> None:
    answer = as_(cast.coordinator).post(f"/people/{cast.child.id}/link")
    assert answer.status_code == 422
    assert "/sign-in/link/" not in answer.text
    assert as_(cast.coordinator).post(f"/families/grown/{cast.child.id}/link").status_code == 422


def test_a_learner_of_age_takes_over_by_a_link(as_: Any, cast: Cast, stranger: Any) -> None:
    begin_write()
    child = db.session.merge(cast.child)
    child.birth_date = child.birth_date.replace(year=2004)  # type: ignore[union-attr]
    db.session.commit()
    assert as_(cast.guardian).get(f"/family/{cast.child.id}/consents").status_code == 404
    page = as_(cast.coordinator).post(f"/families/grown/{cast.child.id}/link").text
    path = re.search(r"https://library.example(/sign-in/link/[\w-]{43})", page)[1]  # type: ignore[index]
    assert stranger.post(path).status_code == 303
    own = stranger.get("/learning").text
    assert "тепер вирішуєте ви" in own
    assert stranger.get("/family").status_code == 403
    stranger.post("/learning/consents/taking_part/give")
    assert "тепер вирішуєте ви" not in stranger.get("/learning").text


def test_a_learner_of_sixteen_who_mentors_consents_to_nothing_alone(as_: Any, cast: Cast) -> None:
    begin_write()
    young = db.session.merge(cast.learner)
    young.birth_date = date(today().year - 16, 1, 1)
    grant_role(young, RoleName.MENTOR, since=today())
    db.session.commit()
    browser = as_(cast.learner)
    assert browser.get("/today").status_code == 200
    assert "/learning/consents/photographs/give" not in browser.get("/learning").text
    browser.post("/learning/consents/photographs/give")
    given = select(Consent.id).where(Consent.person_id == cast.learner.id)
    assert db.session.scalar(given) is None
    # With a role among the staff a young mentor signs in by a link like any other.
    link = as_(cast.coordinator).post(f"/people/{cast.learner.id}/link")
    assert "/sign-in/link/" in link.text
