"""Issuing: numbers in a row, never twice, never reused; a snapshot that does not change."""

from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import func, select

from lms.certificates import services
from lms.certificates.documents import Snapshot, Text
from lms.certificates.models import Certificate, NumberSeries
from lms.certificates.services import (
    NewDocument,
    issue,
    issue_document,
    issue_many,
    revoke,
)
from lms.certificates.snapshots import AwardUnknown, Content, content_of
from lms.db import db
from tests.graduation import GRADUATION, crowd, graduate, graduate_training


def _issue(completion, **more):
    return issue(completion.id, award="code_club", by_id=None, now=GRADUATION, **more)


def test_numbers_run_in_the_order_of_names_within_the_module(cast):
    completions = graduate(cast)
    certificates = issue_many(
        [completion.id for completion in reversed(completions)],
        award="code_club",
        by_id=cast.coordinator.id,
        now=GRADUATION,
    )
    assert [certificate.person_id for certificate in certificates] == [
        cast.child.id,
        cast.sibling.id,
    ]
    assert [certificate.number for certificate in certificates] == ["№ 2022/1-001", "№ 2022/1-002"]


def test_the_snapshot_says_what_was_so_that_day(cast):
    completion = graduate(cast)[0]
    certificate = _issue(completion)
    cast.child.family_name, cast.course.name = "Інша", "Інший курс"
    db.session.flush()
    db.session.expire_all()
    snapshot = Snapshot.from_json(certificate.snapshot)
    assert snapshot.holder == Text("Знам’янська Соломія Андріївна", "Znamianska Solomiia Andriivna")
    assert snapshot.course.uk == "Scratch: перші ігри"
    assert snapshot.hours == 8
    assert snapshot.issued_on == certificate.issued_on == GRADUATION.date()
    assert snapshot.verify_url == f"https://library.example/v/{certificate.code}"
    assert snapshot.is_minor
    assert snapshot.gender == "female"


def test_no_club_town_or_place_is_in_the_data(cast):
    stored = str(_issue(graduate(cast)[0]).snapshot)
    for secret in ("Кремін", cast.club.name, cast.cohort.name, cast.place.name, cast.place.town):
        assert secret not in stored


def test_the_day_of_issue_is_the_librarys_own_day(cast):
    late = datetime(2022, 12, 31, 22, 30, tzinfo=UTC)
    completion = graduate(cast)[0]
    certificate = issue(completion.id, award="code_club", by_id=None, now=late)
    assert certificate.issued_on.isoformat() == "2023-01-01"
    assert certificate.number == "№ 2022/1-001"


def test_issuing_twice_answers_the_same(cast):
    completion = graduate(cast)[0]
    first = _issue(completion)
    assert _issue(completion).id == first.id
    assert db.session.scalar(select(func.count(Certificate.id))) == 1
    assert db.session.get_one(NumberSeries, cast.module.id).last_serial == 1


def test_one_by_one_gives_what_all_at_once_gives(cast):
    completions = graduate(cast)
    ids = [completion.id for completion in completions]
    facts = (
        "award",
        "grounds",
        "number",
        "serial",
        "person_id",
        "issued_on",
        "is_minor",
        "cohort_id",
    )

    def told(certificates):
        return [
            {fact: getattr(certificate, fact) for fact in facts}
            | {"said": {**certificate.snapshot, "code": "", "verify_url": ""}}
            for certificate in certificates
        ]

    with db.session.begin_nested() as point:
        at_once = told(issue_many(ids, award="code_club", by_id=None, now=GRADUATION))
        point.rollback()
    one_by_one = told([_issue(completion) for completion in completions])
    assert one_by_one == at_once


def test_serials_are_taken_over_certificates_and_credentials_of_a_module(cast):
    first = _issue(graduate(cast)[0])
    credential = issue_document(
        NewDocument(
            award="code_club",
            grounds="mentor:1:1",
            person=cast.mentor,
            module=cast.module,
            content=Content(programme=Text("Code Club Луганщина")),
        ),
        by_id=None,
        now=GRADUATION,
    )
    assert (first.serial, credential.serial) == (1, 2)
    assert not credential.is_minor


def test_modules_count_for_themselves(cast):
    certificates = [_issue(graduate(cast)[0])]
    certificates.append(
        issue(graduate_training(cast)[0].id, award="training", by_id=None, now=GRADUATION)
    )
    assert [each.number for each in certificates] == ["№ 2022/1-001", "№ 2022/2-001"]


def test_a_number_is_never_used_again_after_a_revocation(cast):
    first, second = graduate(cast)
    revoked = _issue(first)
    revoke(revoked, reason="by_mistake", by_id=None, now=GRADUATION)
    assert _issue(second).serial == 2
    assert _issue(first).id == revoked.id


def test_an_undone_transaction_gives_its_serials_back(cast):
    first, second = graduate(cast)
    first_id, second_id = first.id, second.id
    db.session.commit()
    issue(first_id, award="code_club", by_id=None, now=GRADUATION)
    db.session.rollback()
    assert issue(second_id, award="code_club", by_id=None, now=GRADUATION).serial == 1


def test_a_row_that_came_past_the_lock_costs_no_serial(cast, monkeypatch):
    """The constraint, not our look, is what forbids a second certificate."""
    completion = graduate(cast)[0]
    first = _issue(completion)
    look, looks = services._issued_on, count()
    monkeypatch.setattr(services, "_issued_on", lambda news: look(news) if next(looks) else {})
    assert _issue(completion).id == first.id
    db.session.expire_all()
    assert db.session.get_one(NumberSeries, cast.module.id).last_serial == 1


def test_an_unknown_award_is_refused_and_leaves_nothing(cast):
    completion = graduate(cast)[0]
    with pytest.raises(AwardUnknown):
        issue(completion.id, award="nobodys", by_id=None, now=GRADUATION)
    assert db.session.scalar(select(func.count(Certificate.id))) == 0


def test_nothing_is_issued_to_somebody_erased(cast):
    completion = graduate(cast)[0]
    cast.child.erased_at = GRADUATION
    db.session.flush()
    with pytest.raises(LookupError):
        _issue(completion)


def test_a_child_without_birth_date_is_treated_as_a_child(cast):
    completion = graduate(cast)[0]
    cast.child.birth_date = None
    assert _issue(completion).is_minor


def test_codes_and_numbers_of_a_crowd_are_all_different(cast):
    ids = [completion.id for completion in crowd(cast, 120)]
    certificates = issue_many(ids, award="training", by_id=None, now=GRADUATION)
    assert len({certificate.code for certificate in certificates}) == 120
    assert [certificate.serial for certificate in certificates] == list(range(1, 121))


def test_what_a_group_is_about_names_no_club(cast):
    content = content_of(cast.cohort)
    assert content.level == Text("новачок", "beginner")
    assert [topic.uk for topic in content.topics] == ["змінні", "цикли"]
