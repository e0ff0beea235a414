"""Applying for a family and for an adult: what is recorded, what is refused, and what never is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.contracts import Reason, RoleName
from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.enrolment.refusals import ConsentMissing, FormSentAlready, NotFitting
from lms.enrolment.services import Child, Terms, Who, apply_adult, apply_family
from lms.hookspecs import hook
from lms.people.models import (
    Account,
    Consent,
    ConsentWay,
    Guardianship,
    Person,
    Relation,
    Role,
)
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast

NOW = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)
ON = date(2022, 9, 1)
MOTHER = NewPerson("Ґалушко", "Їванна", email="Halushko@Example.org", phone="050 123 45 67")
SON = NewPerson("Ґалушко", "Лук'ян", birth_date=date(2012, 5, 1))
DAUGHTER = NewPerson("Ґалушко", "Єва", birth_date=date(2010, 1, 9))


def terms(*more: Purpose, **changes: Any) -> Terms:
    made = Terms(form_key=str(uuid4()), purposes=frozenset({Purpose.TAKING_PART, *more}))
    return replace(made, **changes)


def apply(cast: Cast, *children: Child, who: Who | None = None, **options: Any) -> Any:
    return apply_family(
        who or Who(new=MOTHER),
        Relation.MOTHER,
        children or (Child(SON, (cast.cohort.id,)),),
        terms=options.get("terms") or terms(),
        now=NOW,
        on=ON,
    )


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_two_children_get_their_places_in_one_submit(cast: Cast) -> None:
    receipt = apply(
        cast,
        Child(SON, (cast.cohort.id,)),
        Child(DAUGHTER, (cast.cohort.id,)),
        terms=terms(Purpose.PHOTOGRAPHS),
    )
    assert [one.state for one in receipt.applications] == [ApplicationState.ACCEPTED] * 2
    names = set(
        db.session.scalars(
            select(Person.given_name)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.application_id.is_not(None))
        )
    )
    assert names == {"Лук’ян", "Єва"}
    ties = db.session.scalars(
        select(Guardianship).where(Guardianship.guardian_id == receipt.applicant.id)
    ).all()
    assert len(ties) == 2
    consents = db.session.execute(
        select(Consent.purpose, Consent.way, Consent.expires_on).where(
            Consent.giver_id == receipt.applicant.id
        )
    ).all()
    assert sorted(consents) == sorted(
        [
            (purpose, ConsentWay.ONLINE, date(2023, 12, 20))
            for purpose in (Purpose.TAKING_PART, Purpose.PHOTOGRAPHS)
        ]
        * 2
    )
    roles = {
        (role.person_id == receipt.applicant.id, role.name)
        for role in db.session.scalars(select(Role).where(Role.since == ON))
    }
    assert roles == {(True, RoleName.GUARDIAN), (False, RoleName.LEARNER)}
    opened = select(Account.id).where(Account.person_id == receipt.applicant.id)
    assert db.session.scalar(opened) is not None
    assert receipt.applicant.email == "halushko@example.org"


def test_without_the_consent_nothing_is_recorded(cast: Cast) -> None:
    before = {model: count(model) for model in (Person, Application, Consent, Guardianship)}
    refused = terms(purposes=frozenset({Purpose.PHOTOGRAPHS}))
    with pytest.raises(ConsentMissing):
        apply(cast, terms=refused)
    with pytest.raises(ConsentMissing):
        apply_adult(Who(new=MOTHER), cast.training_cohort.id, terms=refused, now=NOW, on=ON)
    assert {model: count(model) for model in before} == before


def test_the_same_submit_twice_has_the_effect_of_one(cast: Cast) -> None:
    once = terms()
    first = apply(cast, terms=once)
    people = count(Person)
    again = apply(cast, terms=once)
    assert (first.is_new, again.is_new) == (True, False)
    assert [one.id for one in again.applications] == [one.id for one in first.applications]
    assert again.applicant.id == first.applicant.id
    assert count(Person) == people


@pytest.mark.parametrize("what", ["child", "guardian"])
def test_a_sent_form_with_something_else_in_it_is_refused(cast: Cast, what: str) -> None:
    once = terms()
    apply(cast, terms=once)
    people = count(Person)
    child = DAUGHTER if what == "child" else SON
    email = "else@example.org" if what == "guardian" else MOTHER.email
    who = Who(new=replace(MOTHER, email=email))
    with pytest.raises(FormSentAlready):
        apply(cast, Child(child, (cast.cohort.id,)), who=who, terms=once)
    assert count(Person) == people


def test_a_known_address_is_never_a_key(cast: Cast) -> None:
    stranger = NewPerson("Знам’янська", "Мар’яна", email=cast.guardian.email)
    receipt = apply(cast, who=Who(new=stranger))
    assert receipt.applicant.id != cast.guardian.id
    ties = select(Guardianship.child_id).where(Guardianship.guardian_id == cast.guardian.id)
    assert set(db.session.scalars(ties)) == {cast.child.id, cast.sibling.id}


def test_a_guardian_who_is_signed_in_adds_to_the_own_family(cast: Cast) -> None:
    receipt = apply(cast, who=Who(person=cast.guardian))
    assert receipt.applicant.id == cast.guardian.id
    ties = select(Guardianship.child_id).where(Guardianship.guardian_id == cast.guardian.id)
    assert len(set(db.session.scalars(ties))) == 3


def test_the_own_child_twice_in_the_same_group_is_refused_kindly(cast: Cast) -> None:
    known = NewPerson("Знам'янська", "Соломія", birth_date=cast.child.birth_date)
    people = count(Person)
    with pytest.raises(NotFitting) as refusal:
        apply(cast, Child(known, (cast.cohort.id,)), who=Who(person=cast.guardian))
    assert refusal.value.objections[0].reason.code == "already_in_group"
    assert count(Person) == people


def test_the_same_child_twice_in_one_form_is_refused_kindly(cast: Cast) -> None:
    with pytest.raises(NotFitting) as refusal:
        apply(cast, Child(SON, (cast.cohort.id,)), Child(SON, (cast.cohort.id,)))
    found = refusal.value.objections
    assert [(one.child, one.reason.code) for one in found] == [(1, "twice_in_form")]


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (date(2014, 9, 5), None),
        (date(2014, 9, 6), "too_young"),
        (date(2004, 9, 6), None),
        (date(2004, 9, 5), "too_old"),
        (date(2023, 1, 1), "birth_date_ahead"),
    ],
)
def test_the_age_is_checked_on_the_first_session(cast: Cast, born: date, code: str | None) -> None:
    child = Child(replace(SON, birth_date=born), (cast.cohort.id,))
    if code is None:
        assert apply(cast, child).applications[0].state is ApplicationState.ACCEPTED
        return
    before = count(Person)
    with pytest.raises(NotFitting) as refusal:
        apply(cast, child)
    assert refusal.value.objections[0].reason.code == code
    assert count(Person) == before


def test_one_child_that_does_not_fit_keeps_the_whole_submit_back(cast: Cast) -> None:
    before = count(Person), count(Application)
    young = Child(replace(DAUGHTER, birth_date=date(2020, 1, 1)), (cast.cohort.id,))
    with pytest.raises(NotFitting) as refusal:
        apply(cast, Child(SON, (cast.cohort.id,)), young)
    assert [one.child for one in refusal.value.objections] == [1]
    assert (count(Person), count(Application)) == before


def test_a_full_group_lets_the_family_wait(cast: Cast) -> None:
    # Three of five places are taken by the cast.
    people = [replace(SON, given_name=f"Ім’я {letter}") for letter in "АБВ"]
    states = [apply(cast, Child(one, (cast.cohort.id,))).applications[0].state for one in people]
    accepted, waiting = ApplicationState.ACCEPTED, ApplicationState.WAITING
    assert states == [accepted, accepted, waiting]


def test_whoever_waits_comes_before_newcomers(cast: Cast) -> None:
    db.session.get_one(Cohort, cast.cohort.id).capacity = 3
    apply(cast)
    db.session.get_one(Cohort, cast.cohort.id).capacity = 4
    late = apply(cast, Child(DAUGHTER, (cast.cohort.id,)))
    assert late.applications[0].state is ApplicationState.WAITING


def test_a_programme_that_does_not_accept_at_once_waits_for_the_coordinator(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    assert apply(cast).applications[0].state is ApplicationState.WAITING
    assert db.session.scalar(select(Enrolment.id).where(Enrolment.since == ON)) is None


def test_a_group_that_is_closed_takes_nobody_but_the_coordinators_own(cast: Cast) -> None:
    cast.module.enrolment_closes_on = date(2022, 8, 31)
    with pytest.raises(NotFitting) as refusal:
        apply(cast)
    assert refusal.value.objections[0].reason.code == "not_open"
    noted = terms(way=ConsentWay.PAPER, noted_by_id=cast.coordinator.id)
    assert apply(cast, terms=noted).applications[0].state is ApplicationState.ACCEPTED


def test_an_adult_enrols_alone(cast: Cast) -> None:
    receipt = apply_adult(Who(new=MOTHER), cast.training_cohort.id, terms=terms(), now=NOW, on=ON)
    (application,) = receipt.applications
    assert application.state is ApplicationState.ACCEPTED
    assert application.person_id == application.applicant_id == receipt.applicant.id
    given = db.session.scalars(
        select(Consent.giver_id).where(Consent.person_id == receipt.applicant.id)
    ).all()
    assert given == [receipt.applicant.id]


def test_a_minor_does_not_enrol_alone(cast: Cast) -> None:
    with pytest.raises(NotFitting) as refusal:
        apply_adult(Who(new=SON), cast.training_cohort.id, terms=terms(), now=NOW, on=ON)
    assert refusal.value.objections[0].reason.code == "minor_alone"


class Gatekeeper:
    """A plug-in that lets nobody called «Єва» in."""

    @hook
    def enrolment_blockers(self, person: Person, cohort: Cohort) -> list[Reason]:
        return [Reason("no_seat")] if person.given_name == "Єва" else []


def test_a_plug_in_can_veto(make_app: Any, cast: Cast) -> None:
    db.session.commit()
    with make_app(gatekeeper=Gatekeeper()).app_context():
        with pytest.raises(NotFitting):
            apply(cast, Child(DAUGHTER, (cast.cohort.id,)))
        assert apply(cast).applications[0].state is ApplicationState.ACCEPTED
        db.session.rollback()


class Listener:
    """A plug-in that hears who got a place, and can undo it by raising."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    @hook
    def enrolled(self, enrolment: Enrolment) -> None:
        self.heard.append(enrolment.person_id)


def test_the_hook_hears_of_a_place(make_app: Any, cast: Cast) -> None:
    listener = Listener()
    db.session.commit()
    with make_app(listener=listener).app_context():
        receipt = apply(cast)
        assert listener.heard == [receipt.applications[0].person_id]
        db.session.rollback()
