"""A family that applied, learned, was certified and written to is erased: not a byte is left."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from lms import jobs
from lms.certificates.downloads import document_of
from lms.certificates.models import Certificate, CertificateFile
from lms.certificates.rules import State
from lms.certificates.verification import find_by_code, verify
from lms.courses.models import Cohort
from lms.db import begin_write, db, is_postgresql
from lms.enrolment.models import Application, Enrolment
from lms.letters.models import Letter, LetterState
from lms.people.erasing import ErasedAlready, StillStaff, erase, left_alone
from lms.people.models import Account, Erasure, Guardianship, Person, Role, SignedIn, SignInLink
from lms.people.traces import ledger_path, replay, wipe
from tests.canary import (
    Family,
    apply_again,
    data_folder,
    enter_family,
    found_in_tables,
    found_on_disk,
    live_through,
)
from tests.cast import Cast

ON = date(2022, 9, 1)
APPLIED = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
ISSUED = datetime(2022, 12, 20, 15, 0, tzinfo=UTC)
NOW = datetime(2023, 2, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def family(app: Flask, cast: Cast) -> Family:
    begin_write()
    entered = enter_family(db.session.merge(cast.cohort), now=APPLIED, on=ON)
    full = Cohort(
        module_id=cast.module.id, course_id=cast.course.id, name="Повна група", capacity=1
    )
    db.session.add(full)
    db.session.flush()
    db.session.add(
        Enrolment(person_id=cast.child.id, cohort_id=full.id, since=ON, enrolled_at=APPLIED)
    )
    db.session.flush()
    apply_again(entered, full, now=APPLIED, on=ON)
    lived = live_through(entered, cast.sessions[:6], now=ISSUED, with_papers=False)
    db.session.commit()
    jobs.run_pending()
    db.session.rollback()
    return lived


def _erase(family: Family, *who: str) -> None:
    begin_write()
    for name in who or ("child_id", "guardian_id"):
        erase(db.session.get_one(Person, getattr(family, name)), now=NOW)
    db.session.commit()


def _report(app: Flask) -> str:
    told = FlaskCliRunner(app).invoke(args=["report", "2022", "--format", "json"])
    assert told.exit_code == 0, told.output
    db.session.rollback()
    return str(told.output)


def test_nothing_of_an_erased_family_is_left_anywhere(
    app: Flask, cast: Cast, family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    before = _report(app)
    assert json.loads(before)["indicators"]
    kept = set(found_in_tables())
    assert {"person.family_name", "letter.parts", "certificate.snapshot", "project.title"} <= kept
    assert {"person.birth_date", "person.phone", "person.email", "mark_change.reason"} <= kept
    db.session.rollback()
    letters = list((data_folder(app) / "outbox").iterdir())
    assert len(letters) > 2
    _erase(family)
    assert wipe(now=NOW)
    db.session.remove()
    assert found_in_tables() == {}
    db.session.rollback()
    if not is_postgresql():
        assert (data_folder(app) / "lms.sqlite").stat().st_size > 0
    assert found_on_disk(data_folder(app), caplog.text.encode()) == {}
    assert _report(app) == before


def test_a_search_on_the_disk_finds_what_is_there(app: Flask, cast: Cast, family: Family) -> None:
    found = found_on_disk(data_folder(app), "Ївга".encode())
    assert found["beside"] == ["Ївга"]
    assert any("Ївгу" in words for name, words in found.items() if name.endswith(".eml"))
    if not is_postgresql():
        stored = {*found.get("lms.sqlite", ()), *found.get("lms.sqlite-wal", ())}
        assert {"Ївга", "2011-11-13", "Канарка", "pulkheriya.zherdetska@canary.example"} <= stored


def test_a_certificate_of_an_erased_holder_still_verifies(
    app: Flask, cast: Cast, family: Family
) -> None:
    issued = db.session.scalars(select(Certificate)).one()
    for locale in ("uk", "en"):
        document_of(issued, locale, now=ISSUED)
    hashes = list(db.session.scalars(select(CertificateFile.sha256)))
    db.session.commit()
    files = data_folder(app) / "files"
    assert all((files / sha256[:2] / sha256).is_file() for sha256 in hashes)
    assert len(hashes) == 2
    _erase(family)
    wipe(now=NOW)
    found = find_by_code(family.code)
    assert found is not None
    told = verify(found, "uk")
    assert (told.state, told.holder, told.can_check_name) == (State.ERASED, "", False)
    assert told.subject
    assert db.session.scalar(select(func.count()).select_from(CertificateFile)) == 0
    assert not any((files / sha256[:2] / sha256).exists() for sha256 in hashes)


def test_what_figures_are_counted_from_stays(app: Flask, cast: Cast, family: Family) -> None:
    def counts() -> list[Any]:
        tables = ("person", "enrolment", "application", "attendance_record", "completion")
        return [db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables]

    before = counts()
    db.session.rollback()
    _erase(family)
    assert counts() == before


def test_doors_are_shut_and_ties_end(app: Flask, cast: Cast, family: Family) -> None:
    _erase(family)
    child, guardian = (
        db.session.get_one(Person, key) for key in (family.child_id, family.guardian_id)
    )
    assert child.erased_at == guardian.erased_at == NOW
    account = db.session.scalar(select(Account).where(Account.person_id == guardian.id))
    assert account is not None
    assert account.closed_at == NOW
    for model in (SignInLink, SignedIn):
        mine = select(func.count()).select_from(model).where(model.account_id == account.id)
        assert db.session.scalar(mine) == 0
    ends = db.session.scalars(select(Guardianship.until).where(Guardianship.child_id == child.id))
    assert all(until is not None and until < NOW.date() for until in ends)
    roles = db.session.scalars(select(Role.until).where(Role.person_id == guardian.id))
    assert all(until is not None and until < NOW.date() for until in roles)
    waiting = select(Application).where(
        Application.person_id == child.id, Application.state == "waiting"
    )
    assert db.session.scalars(waiting).all() == []
    places = db.session.scalars(select(Enrolment).where(Enrolment.person_id == child.id))
    assert all(place.until is not None for place in places)


def test_others_keep_what_is_theirs(app: Flask, cast: Cast, family: Family) -> None:
    _erase(family)
    assert db.session.get_one(Person, cast.child.id).given_name == "Соломія"
    other = db.session.scalar(select(Letter).where(Letter.person_id == cast.guardian.id))
    assert other is not None
    assert (other.state, other.subject, other.parts) == (LetterState.SENT, "", [])


def test_a_letter_on_its_way_that_names_the_child_is_held_back(
    app: Flask, cast: Cast, family: Family
) -> None:
    begin_write()
    letters = db.session.scalars(select(Letter).where(Letter.person_id != family.guardian_id)).all()
    names, says_nothing = letters[:2]
    names.state = says_nothing.state = LetterState.WAITING
    says_nothing.parts = [{"text": "Завтра о 17:00 заняття."}]
    ids = names.id, says_nothing.id
    db.session.commit()
    _erase(family, "child_id")
    states = [db.session.get_one(Letter, key).state for key in ids]
    assert states == [LetterState.HELD_BACK, LetterState.WAITING]


def test_a_guardian_without_another_child_is_offered_too(
    app: Flask, cast: Cast, family: Family
) -> None:
    assert [one.id for one in left_alone(family.child_id, on=NOW.date())] == [family.guardian_id]
    assert left_alone(cast.child.id, on=NOW.date()) == []
    assert [one.id for one in left_alone(cast.other_child.id, on=NOW.date())] == [
        cast.other_guardian.id
    ]


def test_whoever_runs_the_library_is_not_erased(app: Flask, cast: Cast) -> None:
    begin_write()
    with pytest.raises(StillStaff):
        erase(db.session.merge(cast.coordinator), now=NOW)


def test_nobody_is_erased_twice(app: Flask, cast: Cast, family: Family) -> None:
    _erase(family)
    begin_write()
    with pytest.raises(ErasedAlready):
        erase(db.session.get_one(Person, family.child_id), now=NOW)


def test_the_ledger_is_replayed_after_a_restore(app: Flask, cast: Cast, family: Family) -> None:
    _erase(family, "child_id")
    wipe(now=NOW)
    lines = ledger_path().read_text().splitlines()
    assert [json.loads(line)["person"] for line in lines] == [family.child_id]
    assert ledger_path().stat().st_mode & 0o077 == 0
    begin_write()
    child = db.session.get_one(Person, family.child_id)
    child.erased_at, child.family_name = None, "Жердецька-Ґудзенко"
    for entry in db.session.scalars(select(Erasure)):
        db.session.delete(entry)
    db.session.commit()
    begin_write()
    assert replay(now=NOW) == 1
    db.session.commit()
    wipe(now=NOW)
    assert db.session.get_one(Person, family.child_id).family_name == ""
    db.session.rollback()
    begin_write()
    assert replay(now=NOW) == 0
    assert len(ledger_path().read_text().splitlines()) == 1


def test_a_number_given_anew_is_not_erased_by_the_ledger(
    app: Flask, cast: Cast, family: Family
) -> None:
    _erase(family, "child_id")
    wipe(now=NOW)
    begin_write()
    newcomer = db.session.get_one(Person, family.child_id)
    newcomer.erased_at, newcomer.created_at = None, NOW
    db.session.commit()
    begin_write()
    assert replay(now=NOW) == 0


def test_what_was_not_wiped_is_taken_up_again(app: Flask, cast: Cast, family: Family) -> None:
    _erase(family)
    db.session.rollback()
    jobs.do_chores()
    entries = db.session.scalars(select(Erasure)).all()
    assert [(entry.files, entry.outbox) for entry in entries] == [([], []), ([], [])]
    assert all(entry.wiped_at for entry in entries)
    assert list((data_folder(app) / "outbox").glob("*canary*")) == []
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 1
