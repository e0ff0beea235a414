"""Hours counted from held sessions, and the credential given for them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from lms import jobs
from lms.certificates.models import Certificate
from lms.clock import now
from lms.courses.models import AssignmentRole, NotHeldReason, Session, SessionState
from lms.courses.services import (
    assign,
    cancel_session,
    hold_session,
    plan_session,
)
from lms.db import begin_write, db
from lms.mentors.credentials import (
    CredentialRefused,
    candidates_of,
    credentials_of,
    issue_credential,
    modules_to_credit,
)
from lms.mentors.hours import groups_of, led_in_module, modules_of
from lms.mentors.indicators import (
    count_credentials,
    count_mentors,
    credential_rows,
    mentor_rows,
)
from lms.mentors.jobs import CREDENTIALS
from lms.mentors.models import Category
from lms.mentors.rules import LedFacts
from lms.mentors.services import describe_mentor, list_mentors
from lms.people.models import Check
from lms.people.rules import CheckKind
from lms.people.services import NewPerson, add_person
from tests.cast import clear

NOW = datetime(2022, 12, 21, 10, 0, tzinfo=UTC)


def hold(*sessions: Session) -> None:
    for session in sessions:
        hold_session(session)
    db.session.flush()


def test_only_held_sessions_within_the_assignment_count(cast):
    begin_write()
    first, second, third, fourth, *_rest = cast.sessions
    hold(first, second, fourth)
    second.state = SessionState.BROKEN_OFF
    cancel_session(third, reason=NotHeldReason.AIR_RAID)
    (assignment,) = groups_of(cast.mentor.id)
    assert (assignment.sessions, assignment.minutes) == (3, 180)
    late = add_person(NewPerson("Пізня", "Менторка"), now=NOW)
    clear(late)
    assign(late, cast.cohort, role=AssignmentRole.MENTOR, since=second.day)
    assert led_in_module(cast.module.id) == {
        cast.mentor.id: LedFacts(3, 180, first.day, fourth.day),
        late.id: LedFacts(2, 120, second.day, fourth.day),
    }


def test_an_assignment_that_ended_counts_until_its_last_day(cast):
    begin_write()
    hold(*cast.sessions)
    assignment = assign(
        cast.mentor, cast.cohort, role=AssignmentRole.MENTOR, since=date(2022, 9, 1)
    )
    assignment.until = cast.sessions[2].day
    db.session.flush()
    (module,) = modules_of(cast.mentor.id)
    assert (module.facts.sessions, module.hours) == (3, 3)


def test_a_helper_and_a_leader_are_no_mentors(cast):
    begin_write()
    hold(*cast.sessions, *cast.training_sessions)
    helper = add_person(NewPerson("Друга", "Доросла"), now=NOW)
    clear(helper)
    assign(helper, cast.cohort, role=AssignmentRole.HELPER, since=date(2022, 9, 1))
    assert set(led_in_module(cast.module.id)) == {cast.mentor.id}
    assert led_in_module(cast.training_module.id) == {}
    assert helper.id not in {row.person_id for row in list_mentors(on=NOW.date())}


def test_the_credential_states_what_was_counted(cast):
    begin_write()
    hold(*cast.sessions[:5])
    cast.sessions[0].minutes = 90
    describe_mentor(cast.mentor, Category.IT_SPECIALIST, since=date(2022, 9, 1))
    given = issue_credential(cast.mentor, cast.module, by_id=cast.coordinator.id, now=NOW)
    assert given.grounds == f"mentor:{cast.mentor.id}:{cast.module.id}"
    stored = given.snapshot
    assert (stored["hours"], stored["sessions"]) == (5, 5)
    assert stored["category"]["en"] == "IT specialist"
    assert stored["holder"]["uk"] == "Ґалаґан Остап Юрійович"
    assert (stored["period_from"], stored["period_to"]) == ("2022-09-05", "2022-10-03")
    assert (given.issued_on, given.is_minor) == (date(2022, 12, 21), False)
    hold(cast.sessions[5])
    assert db.session.get_one(Certificate, given.id).snapshot["hours"] == 5


def test_giving_it_twice_gives_the_same_one(cast):
    begin_write()
    hold(*cast.sessions)
    first = issue_credential(cast.mentor, cast.module, by_id=None, now=NOW)
    again = issue_credential(cast.mentor, cast.module, by_id=None, now=NOW)
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 1


@pytest.mark.parametrize(
    ("person", "module", "code"),
    [
        ("mentor", "module", "mentor_led_nothing"),
        ("guardian", "module", "mentor_led_nothing"),
        ("leader", "training_module", "credential_not_for_module"),
    ],
)
def test_whoever_has_not_earned_it_is_told_why(cast, person, module, code):
    begin_write()
    hold(*cast.training_sessions)
    with pytest.raises(CredentialRefused) as refusal:
        issue_credential(getattr(cast, person), getattr(cast, module), by_id=None, now=NOW)
    assert [reason.code for reason in refusal.value.reasons] == [code]


def test_the_clearance_is_that_of_the_last_session_held(cast):
    begin_write()
    hold(*cast.sessions)
    training = db.session.scalars(
        select(Check).where(Check.person_id == cast.mentor.id, Check.kind == CheckKind.TRAINING)
    ).one()
    training.expires_on = cast.sessions[-1].day
    db.session.flush()
    (candidate,) = candidates_of(cast.module.id)
    assert candidate.assessment.is_met
    training.expires_on = cast.sessions[-2].day
    db.session.flush()
    (candidate,) = candidates_of(cast.module.id)
    assert [r.code for r in candidate.assessment.reasons] == ["mentor_led", "check_expired"]
    with pytest.raises(CredentialRefused):
        issue_credential(cast.mentor, cast.module, by_id=None, now=NOW)


def test_without_certificates_nothing_is_given(cast, make_app):
    begin_write()
    hold(*cast.sessions)
    db.session.commit()
    ids = (cast.mentor, cast.module)
    with make_app({"LMS_PLUGINS_OFF": frozenset({"certificates"})}).app_context():
        person, module = (db.session.merge(row) for row in ids)
        with pytest.raises(CredentialRefused) as refusal:
            issue_credential(person, module, by_id=None, now=NOW)
        assert refusal.value.reasons[0].code == "certificates_off"
        db.session.rollback()


def test_the_job_gives_each_mentor_one_and_ticks_them(cast):
    begin_write()
    hold(*cast.sessions)
    second = add_person(NewPerson("Друга", "Менторка"), now=NOW)
    clear(second)
    assign(second, cast.cohort, role=AssignmentRole.MENTOR, since=date(2022, 9, 1))
    waiting = [c for c in candidates_of(cast.module.id) if c.is_waiting]
    assert {c.person_id for c in waiting} == {cast.mentor.id, second.id}
    job = jobs.enqueue(
        CREDENTIALS,
        items=[str(c.person_id) for c in waiting] + [str(cast.guardian.id)],
        args={"module_id": cast.module.id, "by_id": cast.coordinator.id},
        asked_by_id=cast.coordinator.id,
        now=now(),
    )
    job_id, module_id, mentor_id = job.id, cast.module.id, cast.mentor.id
    db.session.commit()
    jobs.run_pending()
    done = db.session.get_one(jobs.Job, job_id)
    assert (done.done, done.failed) == (2, 1)
    assert jobs.refusals(job_id) == {"credential_refused": 1}
    assert [c.given is not None for c in candidates_of(module_id)] == [True, True]
    assert len(credentials_of(mentor_id)) == 1
    (module,) = modules_to_credit()
    assert (module.mentors, module.given) == (2, 2)


def test_a_mentor_counts_once_a_year_however_many_groups(cast):
    begin_write()
    assert count_mentors(2021) is None
    assert count_mentors(2022) == 0
    hold(*cast.sessions)
    other = type(cast.cohort)(
        module_id=cast.module.id, course_id=cast.course.id, name="Друга група", capacity=5
    )
    db.session.add(other)
    db.session.flush()
    assign(cast.mentor, other, role=AssignmentRole.MENTOR, since=date(2022, 9, 1))
    hold(plan_session(other, day=date(2022, 9, 7), starts_at=cast.sessions[0].starts_at.time()))
    describe_mentor(cast.mentor, Category.STUDENT, since=date(2022, 9, 1))
    assert count_mentors(2022) == 1
    (row,) = mentor_rows(2022)
    assert row.amount == 1
    assert "Ґалаґан" not in row.text
    assert count_mentors(2023) is None


def test_a_year_counts_only_its_own_sessions(cast):
    begin_write()
    hold(*cast.sessions)
    plan_session(cast.cohort, day=date(2023, 1, 9), starts_at=cast.sessions[0].starts_at.time())
    assert (count_mentors(2022), count_mentors(2023)) == (1, 0)


def test_credentials_count_when_valid_on_the_last_day_of_the_year(cast):
    begin_write()
    hold(*cast.sessions)
    assert count_credentials(2021) is None
    assert count_credentials(2022) == 0, "a year with modules is known: nobody got one yet"
    given = issue_credential(cast.mentor, cast.module, by_id=None, now=NOW)
    assert count_credentials(2022) == 1
    assert [row.text for row in credential_rows(2022)] == [given.number]
    given.revoked_at, given.revoked_reason = datetime(2022, 12, 31, 22, 30, tzinfo=UTC), "помилка"
    db.session.flush()
    assert count_credentials(2022) == 1, "half past midnight in Kyiv is the next year"
    given.revoked_at = datetime(2022, 12, 31, 21, 30, tzinfo=UTC)
    db.session.flush()
    assert (count_credentials(2022), credential_rows(2022)) == (0, [])


def test_the_category_is_set_once_and_kept_with_its_first_day(cast):
    begin_write()
    describe_mentor(cast.mentor, Category.STUDENT, since=date(2022, 9, 1), skills=" Scratch ")
    changed = describe_mentor(cast.mentor, Category.TEACHER, since=date(2022, 11, 1))
    assert (changed.category, changed.since, changed.skills) == (
        Category.TEACHER,
        date(2022, 9, 1),
        "",
    )


def test_the_list_tells_who_is_cleared_and_who_is_not(cast):
    begin_write()
    hold(*cast.sessions[:2])
    rows = {row.person_id: row for row in list_mentors(on=date(2022, 9, 13))}
    assert set(rows) == {cast.mentor.id, cast.uncleared.id}
    mentor, uncleared = rows[cast.mentor.id], rows[cast.uncleared.id]
    assert (mentor.groups, mentor.hours, mentor.clearance.is_allowed) == (1, 2, True)
    assert (uncleared.groups, uncleared.hours, uncleared.clearance.is_allowed) == (0, 0, False)
    assert cast.sessions[2].state is SessionState.PLANNED
