"""Places: taken once, left with a date, taken back; decisions of the coordinator and consents."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.courses.models import Cohort
from lms.db import begin_write, db
from lms.enrolment.decisions import accept, refuse, undo_decision
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.refusals import (
    AlreadyIn,
    DecidedAlready,
    EndsBeforeItBegan,
    NoSeat,
    NotFitting,
    TooLateToUndo,
)
from lms.enrolment.rules import Refusal
from lms.enrolment.seats import enrol, leave, reopen, seats_of
from lms.enrolment.services import Child, Terms, Who, apply_family
from lms.families.consents import consent_lines, give_again, withdraw
from lms.people.models import Person, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson, add_person, has_consent
from tests.cast import Cast

NOW = datetime(2022, 9, 10, 9, 0, tzinfo=UTC)
ON = date(2022, 9, 10)


def a_child(name: str = "Устим") -> Person:
    return add_person(NewPerson("Юр’єв", name, birth_date=date(2012, 5, 1)), now=NOW)


def waiting(cast: Cast, name: str = "Устим") -> Application:
    cast.club_programme.accepts_at_once = False
    receipt = apply_family(
        Who(new=NewPerson("Юр’єва", "Ганна", phone="0501234567")),
        Relation.MOTHER,
        [Child(NewPerson("Юр’єв", name, birth_date=date(2012, 5, 1)), (cast.cohort.id,))],
        terms=Terms(str(uuid4()), frozenset({Purpose.TAKING_PART})),
        now=NOW,
        on=ON,
    )
    return receipt.applications[0]


def test_a_place_is_given_from_a_day(cast: Cast) -> None:
    enrolment = enrol(a_child(), cast.cohort, since=ON, now=NOW)
    assert (enrolment.since, enrolment.until) == (ON, None)
    assert seats_of([cast.cohort.id], on=ON)[cast.cohort.id].taken == 4


def test_a_second_place_in_the_same_group_is_refused(cast: Cast) -> None:
    with pytest.raises(AlreadyIn):
        enrol(cast.child, cast.cohort, since=ON, now=NOW)


def test_the_age_rule_holds_for_a_place_given_by_hand(cast: Cast) -> None:
    old = add_person(NewPerson("Юр’єв", "Устим", birth_date=date(1990, 5, 1)), now=NOW)
    with pytest.raises(NotFitting):
        enrol(old, cast.cohort, since=ON, now=NOW)


def test_a_full_group_takes_nobody(cast: Cast) -> None:
    cast.cohort.capacity = 3
    with pytest.raises(NoSeat):
        enrol(a_child(), cast.cohort, since=ON, now=NOW)


def test_the_last_place_is_given_once(
    cast: Cast, make_app: Callable[..., Flask], database: dict[str, Any]
) -> None:
    cast.cohort.capacity = 4
    people = [a_child(f"Ім’я {letter}").id for letter in "АБВГҐДЕЄ"]
    cohort_id = cast.cohort.id
    db.session.commit()
    app = make_app()

    def race(person_id: int) -> str:
        with app.app_context():
            begin_write()
            try:
                enrol(
                    db.session.get_one(Person, person_id),
                    db.session.get_one(Cohort, cohort_id),
                    since=ON,
                    now=NOW,
                )
                db.session.commit()
            except NoSeat:
                db.session.rollback()
                return "full"
            return "seated"

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(race, people))
    assert answers == ["full"] * 7 + ["seated"]
    db.session.rollback()
    taken = select(func.count()).select_from(Enrolment).where(Enrolment.cohort_id == cohort_id)
    assert db.session.scalar(taken) == 4


def test_leaving_frees_the_place_and_can_be_taken_back(cast: Cast) -> None:
    enrolment = cast.enrolments[cast.child.id]
    leave(enrolment, last_day=ON)
    assert seats_of([cast.cohort.id], on=ON)[cast.cohort.id].taken == 3
    assert seats_of([cast.cohort.id], on=ON + timedelta(days=1))[cast.cohort.id].taken == 2
    reopen(enrolment, on=ON + timedelta(days=1))
    assert enrolment.until is None


def test_a_place_given_to_somebody_else_does_not_come_back(cast: Cast) -> None:
    enrolment = cast.enrolments[cast.child.id]
    leave(enrolment, last_day=ON - timedelta(days=1))
    cast.cohort.capacity = 3
    enrol(a_child(), cast.cohort, since=ON, now=NOW)
    with pytest.raises(NoSeat):
        reopen(enrolment, on=ON)


def test_nobody_leaves_before_coming(cast: Cast) -> None:
    with pytest.raises(EndsBeforeItBegan):
        leave(cast.enrolments[cast.child.id], last_day=date(2022, 9, 4))


def test_coming_back_is_a_new_row(cast: Cast) -> None:
    leave(cast.enrolments[cast.child.id], last_day=ON)
    back = enrol(cast.child, cast.cohort, since=ON + timedelta(days=7), now=NOW)
    assert back.id != cast.enrolments[cast.child.id].id


def test_accepting_and_taking_it_back(cast: Cast) -> None:
    application = waiting(cast)
    enrolment = accept(application, by_id=cast.coordinator.id, now=NOW, on=ON)
    assert application.state is ApplicationState.ACCEPTED
    assert enrolment.application_id == application.id
    with pytest.raises(DecidedAlready):
        accept(application, by_id=cast.coordinator.id, now=NOW, on=ON)
    undo_decision(application, now=NOW, on=ON)
    assert application.state is ApplicationState.WAITING
    assert seats_of([cast.cohort.id], on=ON)[cast.cohort.id].taken == 3


def test_refusing_and_taking_it_back(cast: Cast) -> None:
    application = waiting(cast)
    refuse(application, why=Refusal.AGE, by_id=cast.coordinator.id, now=NOW)
    assert (application.state, application.refusal) == (ApplicationState.REFUSED, "age")
    with pytest.raises(DecidedAlready):
        refuse(application, why=Refusal.AGE, by_id=cast.coordinator.id, now=NOW)
    undo_decision(application, now=NOW + timedelta(hours=23), on=ON)
    assert (application.state, application.refusal) == (ApplicationState.WAITING, "")


def test_after_a_day_a_decision_stands(cast: Cast) -> None:
    application = waiting(cast)
    refuse(application, why=Refusal.OTHER, by_id=cast.coordinator.id, now=NOW)
    with pytest.raises(TooLateToUndo):
        undo_decision(application, now=NOW + timedelta(hours=24), on=ON)


def test_a_full_group_accepts_nobody(cast: Cast) -> None:
    application = waiting(cast)
    cast.cohort.capacity = 3
    with pytest.raises(NoSeat):
        accept(application, by_id=cast.coordinator.id, now=NOW, on=ON)


def test_withdrawing_photographs_touches_nothing_else(cast: Cast) -> None:
    give_again(cast.child, Purpose.PHOTOGRAPHS, giver=cast.guardian, now=NOW, on=ON)
    assert has_consent(cast.child.id, Purpose.PHOTOGRAPHS, on=ON)
    assert withdraw(cast.child, Purpose.PHOTOGRAPHS, now=NOW, on=ON) == 1
    assert not has_consent(cast.child.id, Purpose.PHOTOGRAPHS, on=ON)
    assert cast.enrolments[cast.child.id].until is None


def test_withdrawing_taking_part_frees_the_place_and_a_day_brings_it_back(cast: Cast) -> None:
    enrolment = cast.enrolments[cast.child.id]
    withdraw(cast.child, Purpose.TAKING_PART, now=NOW, on=ON)
    assert enrolment.until == ON - timedelta(days=1)
    assert seats_of([cast.cohort.id], on=ON)[cast.cohort.id].taken == 2
    soon = NOW + timedelta(hours=1)
    give_again(cast.child, Purpose.TAKING_PART, giver=cast.guardian, now=soon, on=ON)
    assert enrolment.until is None
    assert has_consent(cast.child.id, Purpose.TAKING_PART, on=ON)


def test_after_two_days_the_consent_comes_back_alone(cast: Cast) -> None:
    withdraw(cast.child, Purpose.TAKING_PART, now=NOW, on=ON)
    late, day = NOW + timedelta(days=2), ON + timedelta(days=2)
    give_again(cast.child, Purpose.TAKING_PART, giver=cast.guardian, now=late, on=day)
    assert cast.enrolments[cast.child.id].until == ON - timedelta(days=1)


@pytest.mark.parametrize("is_place_gone", [False, True])
def test_a_place_of_today_comes_back_or_waits(cast: Cast, is_place_gone: bool) -> None:
    application = waiting(cast)
    cast.club_programme.accepts_at_once = True
    accept(application, by_id=cast.coordinator.id, now=NOW, on=ON)
    child = application.person
    withdraw(child, Purpose.TAKING_PART, now=NOW, on=ON)
    assert application.state is ApplicationState.WITHDRAWN
    if is_place_gone:
        cast.cohort.capacity = 3
    give_again(child, Purpose.TAKING_PART, giver=application.applicant, now=NOW, on=ON)
    expected = ApplicationState.WAITING if is_place_gone else ApplicationState.ACCEPTED
    assert application.state is expected


def test_the_lines_of_consents_say_what_holds(cast: Cast) -> None:
    withdraw(cast.child, Purpose.TAKING_PART, now=NOW, on=ON)
    lines = consent_lines([cast.child.id, cast.sibling.id], on=ON)
    assert [line.is_given for line in lines[cast.child.id]] == [False] * 5
    assert lines[cast.child.id][0].withdrawn_at == NOW
    assert [line.is_given for line in lines[cast.sibling.id]] == [True] + [False] * 4
