"""What time alone erases, and that it changes no figure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import limits
from lms.contracts import RoleName
from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.enrolment.models import Application, ApplicationEvent, ApplicationState, Enrolment
from lms.enrolment.retention import forget_contacts, forget_refused
from lms.families.models import DataRequest, RequestKind, RequestState
from lms.families.requests import forget_decided
from lms.limits import TryCount, forget_tries
from lms.outbox import mark_of
from lms.people.models import Erasure, ErasureGround, Person, Role, SignInLink
from lms.people.services import open_account
from lms.people.signing import forget_spent, make_sign_in_link
from lms.reports.overview import funnel_of
from tests.canary import Family, apply_again, enter_family
from tests.cast import Cast

DATABASES = ("sqlite",)

ON = date(2022, 9, 1)
APPLIED = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
REFUSED = datetime(2022, 9, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def refused(app: Flask, cast: Cast) -> Family:
    """A family whose only application waited and was refused."""
    begin_write()
    cast.club_programme.accepts_at_once = False
    db.session.flush()
    family = enter_family(cast.cohort, now=APPLIED, on=ON)
    for application in db.session.scalars(select(Application)):
        application.state, application.decided_at = ApplicationState.REFUSED, REFUSED
        application.refusal = "age"
    db.session.commit()
    begin_write()
    return family


def _steps() -> list[object]:
    return [(row.name, row.applications, row.enrolments) for row in funnel_of(2022)]


def test_whoever_was_only_refused_is_erased_with_the_guardian(refused: Family) -> None:
    before = _steps()
    assert forget_refused(days=30, now=REFUSED + timedelta(days=30)) == 0
    assert forget_refused(days=30, now=REFUSED + timedelta(days=31)) == 1
    for key in (refused.child_id, refused.guardian_id):
        assert db.session.get_one(Person, key).erased_at is not None
    grounds = set(db.session.scalars(select(Erasure.ground)))
    assert grounds == {ErasureGround.REFUSED}
    assert _steps() == before
    assert forget_refused(days=30, now=REFUSED + timedelta(days=32)) == 0


def test_whoever_has_a_place_keeps_all_but_the_refusal(refused: Family, cast: Cast) -> None:
    cast.club_programme.accepts_at_once = True
    other = Cohort(module_id=cast.module.id, course_id=cast.course.id, name="Друга", capacity=9)
    db.session.add(other)
    db.session.flush()
    apply_again(refused, other, now=APPLIED, on=ON)
    before = _steps()
    assert forget_refused(days=30, now=REFUSED + timedelta(days=31)) == 1
    child = db.session.get_one(Person, refused.child_id)
    assert child.erased_at is None
    states = db.session.scalars(select(Application.state).where(Application.person_id == child.id))
    assert list(states) == [ApplicationState.ACCEPTED]
    moved = db.session.scalars(
        select(Application).where(Application.state == ApplicationState.REFUSED)
    ).one()
    assert (moved.person.full_name, moved.applicant.full_name) == ("", "")
    assert moved.person.erased_at is not None
    told = select(ApplicationEvent.person_id).where(ApplicationEvent.application_id == moved.id)
    assert set(db.session.scalars(told)) == {moved.person_id}
    assert _steps() == before
    assert forget_refused(days=30, now=REFUSED + timedelta(days=40)) == 0


def test_whoever_waits_for_another_answer_is_not_erased(refused: Family, cast: Cast) -> None:
    other = Cohort(module_id=cast.module.id, course_id=cast.course.id, name="Друга", capacity=9)
    db.session.add(other)
    db.session.flush()
    apply_again(refused, other, now=APPLIED, on=ON)
    forget_refused(days=30, now=REFUSED + timedelta(days=31))
    assert db.session.get_one(Person, refused.child_id).erased_at is None


def _contacts(now: datetime) -> list[str]:
    return forget_contacts(months=12, now=now, on=now.date())


def test_contacts_go_a_year_after_the_last_session(app: Flask, cast: Cast) -> None:
    begin_write()
    last = max(session.day for session in cast.sessions)
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    _contacts(noon + timedelta(days=365))
    assert db.session.get_one(Person, cast.guardian.id).email == "guardian@example.org"
    marks = _contacts(noon + timedelta(days=12 * 31 + 1))
    guardian = db.session.get_one(Person, cast.guardian.id)
    assert (guardian.email, guardian.phone) == ("", "")
    assert guardian.family_name == "Знам’янська"
    assert guardian.erased_at is None
    assert mark_of("guardian@example.org") in marks


def test_staff_and_mentors_in_office_keep_their_contacts(app: Flask, cast: Cast) -> None:
    begin_write()
    late = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)
    _contacts(late)
    kept = ("coordinator", "director", "mentor", "leader")
    assert all(db.session.get_one(Person, getattr(cast, name).id).email for name in kept)
    assert db.session.get_one(Person, cast.learner.id).email == ""
    role = db.session.scalars(
        select(Role).where(Role.person_id == cast.mentor.id, Role.name == RoleName.MENTOR)
    ).one()
    role.until = date(2023, 1, 1)
    db.session.flush()
    _contacts(late)
    assert db.session.get_one(Person, cast.mentor.id).email == ""


@pytest.mark.parametrize("what", ["application", "place", "session"])
def test_a_sign_of_life_keeps_contacts(app: Flask, cast: Cast, what: str) -> None:
    begin_write()
    late = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)
    recent = late - timedelta(days=40)
    if what == "application":
        db.session.add(
            Application(
                form_key="k",
                person_id=cast.child.id,
                applicant_id=cast.guardian.id,
                cohort_id=cast.cohort.id,
                sent_at=recent,
            )
        )
    elif what == "place":
        cast.enrolments[cast.child.id].until = date(2022, 12, 1)
        db.session.add(
            Enrolment(
                person_id=cast.child.id,
                cohort_id=cast.cohort.id,
                since=recent.date(),
                enrolled_at=recent,
            )
        )
    else:
        cast.sessions[-1].day = recent.date()
    db.session.flush()
    _contacts(late)
    assert db.session.get_one(Person, cast.guardian.id).email
    assert db.session.get_one(Person, cast.learner.id).email == ""


def test_spent_links_and_old_tries_are_forgotten(app: Flask, cast: Cast) -> None:
    begin_write()
    make_sign_in_link(open_account(cast.guardian), hours=24, now=APPLIED)
    limits.take("sign_in", "somebody", limit=5, seconds=900, now=APPLIED)
    for days, left in ((1, 1), (40, 0)):
        forget_spent(now=APPLIED + timedelta(days=days))
        forget_tries(now=APPLIED + timedelta(days=days))
        counts = [
            db.session.scalar(select(func.count()).select_from(model))
            for model in (SignInLink, TryCount)
        ]
        assert counts == [left, left]


def test_the_words_of_a_decided_request_are_forgotten(app: Flask, cast: Cast) -> None:
    begin_write()
    for moment in (APPLIED, APPLIED + timedelta(days=20)):
        db.session.add(
            DataRequest(
                kind=RequestKind.CORRECTION,
                person_id=cast.child.id,
                asked_by_id=cast.guardian.id,
                asked_at=APPLIED,
                state=RequestState.DONE,
                decided_at=moment,
                wanted={"given_name": "Саломія"},
                was={"given_name": "Соломія"},
            )
        )
    db.session.flush()
    forget_decided(now=APPLIED + timedelta(days=31))
    db.session.expire_all()
    found = db.session.scalars(select(DataRequest).order_by(DataRequest.decided_at)).all()
    assert [(one.wanted, one.was) for one in found] == [
        ({}, {}),
        ({"given_name": "Саломія"}, {"given_name": "Соломія"}),
    ]
