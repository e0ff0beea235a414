"""The bundled vetoes: nobody learns in a group and leads it, marks and confirms themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.clock import today
from lms.courses.models import Assignment, AssignmentRole
from lms.courses.services import NotCleared, assign, end_assignment
from lms.db import db
from lms.enrolment.refusals import NotFitting
from lms.enrolment.seats import enrol, leave
from tests.cast import Cast, clear

NOW = datetime(2022, 10, 1, 9, 0, tzinfo=UTC)
ON = date(2022, 10, 1)


def test_whoever_leads_a_group_gets_no_place_in_it(cast: Cast) -> None:
    with pytest.raises(NotFitting) as refusal:
        enrol(cast.leader, cast.training_cohort, since=ON, now=NOW)
    codes = [objection.reason.code for objection in refusal.value.objections]
    assert codes == ["leads_the_group"]


def test_whoever_led_it_once_may_learn_in_it(cast: Cast) -> None:
    assignment = db.session.scalar(
        select(Assignment).where(
            Assignment.person_id == cast.leader.id,
            Assignment.cohort_id == cast.training_cohort.id,
        )
    )
    assert assignment is not None
    end_assignment(assignment, on=today())
    assert enrol(cast.leader, cast.training_cohort, since=ON, now=NOW).person_id == cast.leader.id


def test_the_adult_of_another_group_may_learn_here(cast: Cast) -> None:
    assert enrol(cast.mentor, cast.training_cohort, since=ON, now=NOW).person_id == cast.mentor.id


def test_a_learner_does_not_lead_the_own_group(cast: Cast) -> None:
    clear(cast.learner)
    with pytest.raises(NotCleared) as refusal:
        assign(cast.learner, cast.training_cohort, role=AssignmentRole.HELPER, since=ON)
    assert [reason.code for reason in refusal.value.reasons] == ["learns_in_the_group"]


def test_a_learner_may_lead_another_group_and_the_own_one_after_leaving(cast: Cast) -> None:
    clear(cast.learner)
    assign(cast.learner, cast.cohort, role=AssignmentRole.HELPER, since=ON)
    place = cast.enrolments[cast.learner.id]
    leave(place, last_day=max(place.since, today() - timedelta(days=1)))
    assign(cast.learner, cast.training_cohort, role=AssignmentRole.HELPER, since=ON)
