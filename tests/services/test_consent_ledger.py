"""Consents by age, by guardian and by paper; a withdrawn photograph is gone from every export."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms import storage
from lms.attendance.register import consents_given, find_register
from lms.db import begin_write, db
from lms.families.childpages import NoAssentAsked, Noted, assent, questions
from lms.families.consents import consent_lines, withdraw
from lms.families.groups import photographable
from lms.families.growing import end_childhoods, growing_up, hand_over
from lms.families.guardians import ties_of
from lms.families.jobs import ask_again
from lms.families.ledger import BadScan, Paper, ledger, note_paper, running_out
from lms.families.models import ConsentScan
from lms.families.refusals import NotGrown
from lms.families.rules import Step
from lms.letters.models import Letter
from lms.people.consents import agreed
from lms.people.models import Account, Consent, ConsentWay, Guardianship, Relation
from lms.people.rules import Purpose
from lms.people.services import (
    GivenConsent,
    NotALegalGuardian,
    add_guardian,
    children_of,
    give_consent,
    has_consent,
    withdraw_consent,
)
from tests.cast import BEFORE, Cast

DATABASES = ("sqlite",)

NOW = datetime(2022, 9, 11, 9, 0, tzinfo=UTC)
ON = NOW.date()
PDF = b"%PDF-1.4 paper of a test"


def give(cast: Cast, purpose: Purpose = Purpose.PHOTOGRAPHS) -> Consent:
    return give_consent(cast.child, GivenConsent(purpose), giver=cast.guardian, now=BEFORE)


def names_of(cast: Cast) -> list[int]:
    return [one.person_id for one in photographable(cast.cohort.id, on=ON)]


def test_a_withdrawn_photograph_is_gone_from_every_list(cast: Cast) -> None:
    give(cast)
    found = find_register(cast.sessions[0].id)
    assert found is not None
    assert names_of(cast) == [cast.child.id]
    assert consents_given([cast.child.id], found)[Purpose.PHOTOGRAPHS] == {cast.child.id}
    withdraw(cast.child, Purpose.PHOTOGRAPHS, now=NOW, on=ON, by_id=cast.guardian.id)
    assert names_of(cast) == []
    assert consents_given([cast.child.id], found)[Purpose.PHOTOGRAPHS] == set()
    assert not has_consent(cast.child.id, Purpose.PHOTOGRAPHS, on=ON)
    row = next(one for one in ledger(cast.child, on=ON) if one.consent.withdrawn_at)
    assert row.withdrawn_by == cast.guardian.full_name
    assert not row.is_in_force


def test_the_stricter_of_two_guardians_wins(cast: Cast) -> None:
    add_guardian(cast.learner, cast.child, relation=Relation.FATHER, since=BEFORE.date())
    give(cast)
    give_consent(cast.child, GivenConsent(Purpose.PHOTOGRAPHS), giver=cast.learner, now=BEFORE)
    assert withdraw_consent(cast.child.id, Purpose.PHOTOGRAPHS, now=NOW, by_id=cast.learner.id) == 2
    assert names_of(cast) == []


def test_whoever_only_accompanies_gives_no_consent(cast: Cast) -> None:
    add_guardian(cast.leader, cast.child, relation=Relation.ACCOMPANYING, since=BEFORE.date())
    with pytest.raises(NotALegalGuardian):
        give_consent(cast.child, GivenConsent(Purpose.PHOTOGRAPHS), giver=cast.leader, now=NOW)


def test_a_child_consents_to_nothing_alone(cast: Cast) -> None:
    with pytest.raises(NotALegalGuardian):
        give_consent(cast.child, GivenConsent(Purpose.PHOTOGRAPHS), giver=cast.child, now=NOW)


def test_from_fourteen_on_both_must_agree(cast: Cast) -> None:
    give(cast)
    assert questions(cast.child, on=ON) == []
    cast.child.birth_date = date(2008, 9, 11)
    db.session.flush()
    assert agreed([cast.child.id], [Purpose.PHOTOGRAPHS], on=ON - timedelta(days=1)) == {
        Purpose.PHOTOGRAPHS: {cast.child.id}
    }
    assert names_of(cast) == []
    assert {one.purpose for one in questions(cast.child, on=ON)} == {
        Purpose.TAKING_PART,
        Purpose.PHOTOGRAPHS,
    }
    assert assent(cast.child, Purpose.PHOTOGRAPHS, now=NOW, on=ON) is not None
    assert assent(cast.child, Purpose.PHOTOGRAPHS, now=NOW, on=ON) is None
    assert names_of(cast) == [cast.child.id]
    with pytest.raises(NoAssentAsked):
        assent(cast.child, Purpose.RECORDING, now=NOW, on=ON)
    withdraw(cast.child, Purpose.PHOTOGRAPHS, now=NOW, on=ON)
    assert names_of(cast) == []


def test_an_assent_is_no_consent(cast: Cast) -> None:
    cast.child.birth_date = date(2007, 9, 11)
    db.session.flush()
    noted = Noted(cast.mentor.id, ConsentWay.PAPER, date(2022, 9, 5))
    made = assent(cast.child, Purpose.TAKING_PART, now=NOW, on=ON, noted=noted)
    assert made is not None
    assert (made.way, made.noted_by_id, made.given_at.date()) == (
        ConsentWay.PAPER,
        cast.mentor.id,
        date(2022, 9, 5),
    )
    withdraw_consent(cast.child.id, Purpose.TAKING_PART, now=NOW)
    assert not has_consent(cast.child.id, Purpose.TAKING_PART, on=ON)


def test_the_eighteenth_birthday_ends_sight_and_consents_before_any_timer(cast: Cast) -> None:
    give(cast)
    cast.child.birth_date = ON.replace(year=ON.year - 18)
    db.session.flush()
    eve = ON - timedelta(days=1)
    assert cast.child.id in {one.id for one in children_of(cast.guardian.id, on=eve)}
    assert cast.child.id not in {one.id for one in children_of(cast.guardian.id, on=ON)}
    assert not has_consent(cast.child.id, Purpose.TAKING_PART, on=ON)
    assert not any(line.is_given for line in consent_lines([cast.child.id], on=ON)[cast.child.id])
    give_consent(cast.child, GivenConsent(Purpose.TAKING_PART), giver=cast.child, now=NOW)
    assert has_consent(cast.child.id, Purpose.TAKING_PART, on=ON)
    assert ties_of(cast.child.id, on=ON) == []
    assert end_childhoods(now=NOW, on=ON) == 1
    assert end_childhoods(now=NOW, on=ON) == 0
    tie = db.session.scalar(select(Guardianship).where(Guardianship.child_id == cast.child.id))
    assert tie is not None
    assert tie.until == eve


def test_the_coordinator_sees_steps_a_month_before(cast: Cast) -> None:
    cast.child.birth_date = date(2004, 10, 1)
    cast.sibling.birth_date = date(2008, 10, 1)
    db.session.flush()
    found = {one.person_id: one for one in growing_up(on=ON)}
    assert found[cast.child.id].step is Step.OWN
    assert found[cast.sibling.id].step is Step.ASSENT
    assert cast.other_child.id not in found
    # Two months before nobody is near a birthday; whoever of 17 never agreed is still listed.
    assert [(one.person_id, one.step) for one in growing_up(on=date(2022, 8, 1))] == [
        (cast.child.id, Step.ASSENT)
    ]
    later = {one.person_id for one in growing_up(on=date(2022, 11, 1))}
    assert later == {cast.child.id, cast.sibling.id}
    after = datetime(2022, 11, 1, tzinfo=UTC)
    assent(cast.sibling, Purpose.TAKING_PART, now=after, on=after.date())
    give_consent(cast.child, GivenConsent(Purpose.TAKING_PART), giver=cast.child, now=after)
    assert growing_up(on=after.date()) == []


def test_the_record_is_handed_over_on_the_birthday_not_before(cast: Cast) -> None:
    cast.child.birth_date = ON.replace(year=ON.year - 18)
    db.session.flush()
    with pytest.raises(NotGrown):
        hand_over(cast.child, hours=72, now=NOW, on=ON - timedelta(days=1))
    hand_over(cast.child, hours=72, now=NOW, on=ON)
    account = select(Account).where(Account.person_id == cast.child.id)
    assert db.session.scalar(account) is not None


def test_a_paper_is_noted_with_its_day_and_its_scan(cast: Cast) -> None:
    paper = Paper(frozenset({Purpose.PHOTOGRAPHS, Purpose.RECORDING}), date(2022, 9, 1), PDF)
    made = note_paper(
        cast.child, paper, giver=cast.guardian, by_id=cast.coordinator.id, now=NOW, on=ON
    )
    assert {one.given_at.date() for one in made} == {date(2022, 9, 1)}
    assert {one.way for one in made} == {ConsentWay.PAPER}
    scans = db.session.scalars(select(ConsentScan)).all()
    assert [storage.get(scan.sha256) for scan in scans] == [PDF, PDF]
    rows = ledger(cast.child, on=ON)
    assert sum(row.has_scan for row in rows) == 2
    assert {row.noted_by for row in rows if row.has_scan} == {cast.coordinator.full_name}


@pytest.mark.parametrize("content", [b"MZ program", b"<svg>", b"%PDF-" + b"0" * 1_500_000])
def test_what_is_no_scan_is_not_kept(cast: Cast, content: bytes) -> None:
    paper = Paper(frozenset({Purpose.PHOTOGRAPHS}), date(2022, 9, 1), content)
    with pytest.raises(BadScan):
        note_paper(
            cast.child, paper, giver=cast.guardian, by_id=cast.coordinator.id, now=NOW, on=ON
        )
    assert names_of(cast) == []


def test_a_consent_that_runs_out_is_asked_for_once(cast: Cast) -> None:
    add_guardian(cast.leader, cast.child, relation=Relation.ACCOMPANYING, since=BEFORE.date())
    given = give(cast)
    given.expires_on = ON + timedelta(days=10)
    db.session.flush()
    assert running_out(on=ON) == [given]
    assert ask_again(now=NOW, on=ON) == 1
    assert ask_again(now=NOW, on=ON) == 0
    assert [one.person_id for one in db.session.scalars(select(Letter))] == [cast.guardian.id]
    assert "Соломія" not in str(db.session.scalars(select(Letter)).one().parts)
    renewed = give(cast)
    renewed.expires_on = ON + timedelta(days=400)
    db.session.flush()
    assert running_out(on=ON) == []


@pytest.fixture(autouse=True)
def writing(cast: Cast) -> None:
    begin_write()
