"""The next module: copied from the last one, its families asked first, going on by one tap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.courses.copying import Copied, Going, Span, copy_module
from lms.courses.models import Assignment, AssignmentRole, Course, Session
from lms.courses.services import assign
from lms.db import db
from lms.enrolment.continuing import (
    ask_on,
    consents_ended,
    decline,
    go_on,
    open_continuations,
    who_goes_on,
)
from lms.enrolment.going_on import write_asked
from lms.enrolment.models import Application, ApplicationState, Continuation, Enrolment
from lms.enrolment.refusals import AlreadyAnswered, ConsentEnded, ModuleOver, NotFitting
from lms.enrolment.seats import seats_of
from lms.letters.models import Letter
from lms.people.models import Check, Consent, ContactRule, Person
from lms.people.rules import Purpose
from lms.people.services import NotALegalGuardian, withdraw_consent
from tests.cast import BEFORE, Cast, clear, enrol_row

DATABASES = ("sqlite",)

ON = date(2022, 12, 21)
NOW = datetime(2022, 12, 21, 9, 0, tzinfo=UTC)
SPAN = Span("Зима 2023", date(2023, 1, 9), date(2023, 3, 20), date(2023, 1, 2))


@pytest.fixture
def copied(cast: Cast) -> Copied:
    course = Course(programme_id=cast.club_programme.id, name="Python: перші кроки", hours=8)
    db.session.add(course)
    db.session.flush()
    return copy_module(
        cast.module, SPAN, [Going(cast.cohort.id, course.id)], by_id=cast.coordinator.id, on=ON
    )


@pytest.fixture
def asked(cast: Cast, copied: Copied) -> dict[int, Continuation]:
    rows = ask_on(copied.module, by_id=cast.coordinator.id, now=NOW, on=ON)
    return {one.person_id: one for one in rows}


def test_a_group_is_taken_along_with_all_it_has(cast: Cast, copied: Copied) -> None:
    (new,) = copied.cohorts
    kept = ("name", "link", "zone", "capacity", "club_id", "place_id", "is_hybrid")
    assert [getattr(new, name) for name in kept] == [getattr(cast.cohort, name) for name in kept]
    assert new.continues_id == cast.cohort.id
    assert new.course.name == "Python: перші кроки"
    assert copied.module.enrolment_opens_on == SPAN.opens_on


def test_as_many_sessions_at_the_same_wall_time_across_the_change_of_clocks(
    cast: Cast, copied: Copied
) -> None:
    sessions = db.session.scalars(
        select(Session).where(Session.cohort_id == copied.cohorts[0].id).order_by(Session.day)
    ).all()
    assert len(sessions) == len(cast.sessions)
    assert sessions[0].day == SPAN.starts_on
    # 17:00 in Kyiv is 15:00 UTC in winter.
    assert {one.starts_at.hour for one in sessions} == {15}


def test_the_mentor_comes_along_and_an_uncleared_one_is_named(cast: Cast) -> None:
    clear(cast.uncleared)
    assign(cast.uncleared, cast.cohort, role=AssignmentRole.HELPER, since=date(2022, 9, 1))
    check = db.session.scalars(select(Check).where(Check.person_id == cast.uncleared.id)).all()[1]
    check.expires_on = date(2023, 1, 8)
    copied = copy_module(
        cast.module, SPAN, [Going(cast.cohort.id, cast.course.id)], by_id=None, on=ON
    )
    found = db.session.scalars(
        select(Assignment.person_id).where(Assignment.cohort_id == copied.cohorts[0].id)
    ).all()
    assert found == [cast.mentor.id]
    assert [one.person.id for one in copied.left_out] == [cast.uncleared.id]
    assert copied.left_out[0].reasons[0].code == "check_expired"


def test_those_are_asked_who_stayed_until_the_end_and_fit(cast: Cast, copied: Copied) -> None:
    cast.enrolments[cast.other_child.id].until = date(2022, 10, 1)
    cast.sibling.birth_date = date(2004, 1, 1)
    rows = {one.person.id: one for one in who_goes_on(copied.module, on=ON)}
    assert set(rows) == {cast.child.id, cast.sibling.id}
    assert rows[cast.child.id].is_to_be_asked
    assert [one.code for one in rows[cast.sibling.id].reasons] == ["too_old"]
    first = ask_on(copied.module, by_id=None, now=NOW, on=ON)
    assert [one.person_id for one in first] == [cast.child.id]
    assert ask_on(copied.module, by_id=None, now=NOW, on=ON) == []


def test_one_tap_gives_the_place_and_no_second_consent(
    cast: Cast, copied: Copied, asked: dict[int, Continuation]
) -> None:
    consents = select(func.count()).select_from(Consent)
    before = db.session.scalar(consents)
    answer = go_on(asked[cast.child.id], giver=cast.guardian, now=NOW, on=ON)
    assert answer.enrolment is not None
    assert answer.enrolment.cohort_id == copied.cohorts[0].id
    assert answer.application.state is ApplicationState.ACCEPTED
    assert db.session.scalar(consents) == before
    with pytest.raises(AlreadyAnswered):
        go_on(asked[cast.child.id], giver=cast.guardian, now=NOW, on=ON)
    with pytest.raises(AlreadyAnswered):
        decline(asked[cast.child.id], by_id=cast.guardian.id, now=NOW)


@pytest.mark.parametrize("how", ["withdrawn", "ends within the module"])
def test_a_consent_that_ended_is_asked_for_again(
    cast: Cast, asked: dict[int, Continuation], how: str
) -> None:
    if how == "withdrawn":
        withdraw_consent(cast.child.id, Purpose.TAKING_PART, now=NOW)
    else:
        for one in db.session.scalars(select(Consent).where(Consent.person_id == cast.child.id)):
            one.expires_on = SPAN.ends_on - timedelta(days=1)
    db.session.flush()
    one = asked[cast.child.id]
    assert consents_ended(one, on=ON) == [Purpose.TAKING_PART]
    with pytest.raises(ConsentEnded):
        go_on(one, giver=cast.guardian, now=NOW, on=ON)
    agreed = frozenset({Purpose.TAKING_PART})
    assert go_on(one, giver=cast.guardian, agreed=agreed, now=NOW, on=ON).enrolment
    assert consents_ended(one, on=ON) == []


def test_a_consent_is_not_given_by_whoever_may_not(
    cast: Cast, asked: dict[int, Continuation]
) -> None:
    withdraw_consent(cast.child.id, Purpose.TAKING_PART, now=NOW)
    agreed = frozenset({Purpose.TAKING_PART})
    with pytest.raises(NotALegalGuardian):
        go_on(asked[cast.child.id], giver=cast.other_guardian, agreed=agreed, now=NOW, on=ON)


def test_whoever_comes_when_the_group_is_full_waits(
    cast: Cast, copied: Copied, asked: dict[int, Continuation]
) -> None:
    copied.cohorts[0].capacity = 1
    enrol_row(cast.learner, copied.cohorts[0], ON)
    answer = go_on(asked[cast.child.id], giver=cast.guardian, now=NOW, on=ON)
    assert answer.enrolment is None
    assert answer.application.state is ApplicationState.WAITING
    assert seats_of([copied.cohorts[0].id], on=ON)[copied.cohorts[0].id].waiting == 1


def test_age_and_the_end_of_the_module_are_held_against_the_tap(
    cast: Cast, copied: Copied, asked: dict[int, Continuation]
) -> None:
    with pytest.raises(ModuleOver):
        go_on(asked[cast.sibling.id], giver=cast.guardian, now=NOW, on=date(2023, 3, 21))
    cast.child.birth_date = date(2004, 1, 1)
    with pytest.raises(NotFitting):
        go_on(asked[cast.child.id], giver=cast.guardian, now=NOW, on=ON)


def test_declining_leaves_the_place_to_others(
    cast: Cast, copied: Copied, asked: dict[int, Continuation]
) -> None:
    decline(asked[cast.child.id], by_id=cast.guardian.id, now=NOW)
    assert open_continuations([cast.child.id], on=ON) == {}
    assert set(open_continuations([cast.sibling.id], on=ON)) == {cast.sibling.id}
    taken = select(func.count()).where(Enrolment.cohort_id == copied.cohorts[0].id)
    assert db.session.scalar(taken) == 0
    applied = select(func.count()).where(Application.cohort_id == copied.cohorts[0].id)
    assert db.session.scalar(applied) == 0


def test_a_letter_for_each_question_to_whoever_may_answer(
    cast: Cast, asked: dict[int, Continuation]
) -> None:
    cast.other_guardian.contact_rule = ContactRule.DO_NOT_WRITE
    for _again in range(2):
        write_asked(asked.values(), now=NOW, on=ON)
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [one.person_id for one in letters] == [cast.guardian.id] * 2
    text = " ".join(one.subject + str(one.parts) for one in letters)
    names = db.session.scalars(select(Person.given_name).where(Person.created_at == BEFORE))
    assert not [name for name in names if name in text]
