"""Documents go to staff, holder and guardian, under neutral names, the same bytes for ever."""

import hashlib
import io
import zipfile

import pytest
from sqlalchemy import select

from lms import storage
from lms.certificates import downloads
from lms.certificates.models import Certificate, CertificateFile
from lms.certificates.services import issue_many, revoke
from lms.db import db
from lms.people.models import Person, Relation
from lms.people.services import add_guardian
from tests.graduation import GRADUATION, graduate, graduate_training, settle_cast, stored


@pytest.fixture
def issued(cast):
    """The child's, the sibling's and the adult learner's certificates."""
    children = [completion.id for completion in graduate(cast)]
    adults = [completion.id for completion in graduate_training(cast)]
    certificates = issue_many(children, award="code_club", by_id=None, now=GRADUATION)
    certificates += issue_many(adults, award="training", by_id=None, now=GRADUATION)
    ids = [certificate.id for certificate in certificates]
    settle_cast(cast)
    return ids


def _pdf(certificate_id, locale="uk"):
    return f"/certificates/{certificate_id}/pdf?locale={locale}"


def test_who_may_and_who_may_not(as_, cast, issued):
    child, sibling, adult = issued
    may = {
        "coordinator": {child, sibling, adult},
        "director": {child, sibling, adult},
        "guardian": {child, sibling},
        "learner": {adult},
        "other_guardian": set(),
        "mentor": set(),
        "leader": set(),
        "uncleared": set(),
    }
    for name, own in may.items():
        browser = as_(getattr(cast, name))
        for certificate_id in issued:
            expected = 200 if certificate_id in own else 404
            assert browser.get(_pdf(certificate_id)).status_code == expected, (name, certificate_id)


def test_a_stranger_is_asked_to_sign_in(stranger, issued):
    assert stranger.get(_pdf(issued[0])).status_code == 303


def test_whoever_only_accompanies_gets_no_paper(as_, cast, issued):
    leader, child = (stored(Person, person.id) for person in (cast.leader, cast.child))
    add_guardian(leader, child, relation=Relation.ACCOMPANYING, since=GRADUATION.date())
    db.session.commit()
    assert as_(cast.leader).get(_pdf(issued[0])).status_code == 404


def test_the_files_name_tells_nothing(as_, cast, issued):
    answer = as_(cast.guardian).get(_pdf(issued[0]))
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=2022-1-001.pdf"
    assert answer.data.startswith(b"%PDF-")
    english = as_(cast.guardian).get(_pdf(issued[0], "en"))
    assert english.headers["Content-Disposition"] == "attachment; filename=2022-1-001_en.pdf"


@pytest.mark.parametrize("locale", ["de", "", "x" * 10_001, "%00"])
def test_an_unknown_language_is_404(as_, cast, issued, locale):
    assert as_(cast.guardian).get(_pdf(issued[0], locale)).status_code == 404


def test_the_stored_bytes_outlive_the_template(as_, cast, issued, monkeypatch):
    browser = as_(cast.guardian)
    first = browser.get(_pdf(issued[0])).data
    monkeypatch.setattr(downloads, "render", lambda snapshot: b"%PDF- another design")
    assert browser.get(_pdf(issued[0])).data == first
    assert browser.get(_pdf(issued[1])).data == b"%PDF- another design"
    kept = db.session.scalar(
        select(CertificateFile.sha256).where(CertificateFile.certificate_id == issued[0])
    )
    assert kept == hashlib.sha256(first).hexdigest()


def test_a_lost_file_comes_back_only_if_it_is_the_very_same(as_, cast, issued, monkeypatch):
    browser = as_(cast.guardian)
    first = browser.get(_pdf(issued[0])).data
    path = storage._path(hashlib.sha256(first).hexdigest())
    path.unlink()
    assert browser.get(_pdf(issued[0])).data == first
    assert path.exists()
    path.write_bytes(b"damaged")
    monkeypatch.setattr(downloads, "render", lambda snapshot: b"%PDF- another design")
    assert browser.get(_pdf(issued[0])).status_code == 422


def test_a_revoked_paper_stays_with_staff(as_, cast, issued):
    certificate = stored(Certificate, issued[0])
    revoke(certificate, reason="by_mistake", by_id=None, now=GRADUATION)
    db.session.commit()
    assert as_(cast.guardian).get(_pdf(issued[0])).status_code == 404
    assert as_(cast.coordinator).get(_pdf(issued[0])).status_code == 200


def test_an_erased_holders_paper_is_nobodys(as_, cast, issued):
    stored(Person, cast.child.id).erased_at = GRADUATION
    db.session.commit()
    for person in (cast.guardian, cast.coordinator):
        assert as_(person).get(_pdf(issued[0])).status_code == 404


def test_the_archive_tells_namesakes_apart(as_, cast, issued):
    for certificate_id in issued[:2]:
        certificate = stored(Certificate, certificate_id)
        holder = {"uk": "Лі Я", "en": "Li Ya"}
        certificate.snapshot = {**certificate.snapshot, "holder": holder}
        db.session.commit()
    answer = as_(cast.coordinator).get(f"/certificates/cohorts/{cast.cohort.id}/archive")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["Лі_Я_2022-1-001.pdf", "Лі_Я_2022-1-002.pdf"]
        assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())


def test_the_archive_is_the_coordinators(as_, cast, issued):
    for person in (cast.mentor, cast.guardian, cast.director):
        address = f"/certificates/cohorts/{cast.cohort.id}/archive"
        assert as_(person).get(address).status_code == 403
    assert (
        as_(cast.coordinator)
        .get(f"/certificates/cohorts/{cast.yoga_cohort.id}/archive")
        .status_code
        == 404
    )
