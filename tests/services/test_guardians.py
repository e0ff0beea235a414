"""Several adults of a child: invited, confirmed, seeing little, and shut out at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.contracts import RoleName
from lms.db import db
from lms.families import guardians
from lms.families.childpages import find_page, make_page, show_token
from lms.families.models import GuardianInvitation
from lms.families.refusals import (
    GuardianAlready,
    InvitationDecided,
    InvitationSpent,
    LastLegal,
    NotTheFirst,
)
from lms.families.rules import InvitationRefusal
from lms.people.models import Guardianship, Person, Relation
from lms.people.services import NewPerson, children_of, grant_role, open_account
from lms.people.signing import (
    LinkSpent,
    begin_sign_in,
    make_sign_in_link,
    principal_of,
    use_sign_in_link,
)
from tests.cast import Cast

DATABASES = ("sqlite",)

NOW = datetime(2022, 9, 11, 9, 0, tzinfo=UTC)
ON = NOW.date()
FATHER = NewPerson("Знам’янський", "Андрій", phone="+380671112233")


def invite(cast: Cast) -> tuple[GuardianInvitation, str]:
    return guardians.invite(cast.guardian, cast.child, Relation.FATHER, now=NOW, on=ON)


def confirmed(cast: Cast) -> tuple[Person, Guardianship]:
    invitation, token = invite(cast)
    guardians.answer(token, now=NOW, on=ON, new=FATHER)
    return guardians.confirm(invitation, by_id=cast.coordinator.id, now=NOW, on=ON)


def test_nobody_is_a_guardian_before_the_coordinator_confirms(cast: Cast) -> None:
    invitation, token = invite(cast)
    people = db.session.query(Person).count()
    guardians.answer(token, now=NOW, on=ON, new=FATHER)
    assert db.session.query(Person).count() == people
    assert [tie.guardian_id for tie in guardians.ties_of(cast.child.id, on=ON)] == [
        cast.guardian.id
    ]
    father, tie = guardians.confirm(invitation, by_id=cast.coordinator.id, now=NOW, on=ON)
    assert [child.id for child in children_of(father.id, on=ON)] == [cast.child.id]
    sight = guardians.sights_of(father.id, on=ON)[cast.child.id]
    assert (sight.place, sight.link, sight.others) == (False, False, False)
    assert (sight.progress, sight.consents) == (True, True)
    assert tie.since == ON
    assert invitation.family_name == invitation.phone == ""


def test_a_link_works_once_and_for_72_hours(cast: Cast) -> None:
    _invitation, token = invite(cast)
    late = NOW + timedelta(hours=72)
    with pytest.raises(InvitationSpent):
        guardians.answer(token, now=late, on=late.date(), new=FATHER)
    guardians.answer(token, now=late - timedelta(seconds=1), on=ON, new=FATHER)
    with pytest.raises(InvitationSpent):
        guardians.answer(token, now=NOW, on=ON, new=FATHER)
    with pytest.raises(InvitationSpent):
        guardians.find_open("x" * 43, now=NOW, on=ON)


def test_the_token_is_nowhere_in_the_database(cast: Cast) -> None:
    invitation, token = invite(cast)
    values = [getattr(invitation, column.key) for column in GuardianInvitation.__table__.columns]
    assert token not in {str(value) for value in values}


def test_only_the_first_guardian_invites(cast: Cast) -> None:
    father, _tie = confirmed(cast)
    with pytest.raises(NotTheFirst):
        guardians.invite(father, cast.child, Relation.MOTHER, now=NOW, on=ON)
    with pytest.raises(NotTheFirst):
        guardians.invite(cast.other_guardian, cast.child, Relation.MOTHER, now=NOW, on=ON)
    with pytest.raises(NotTheFirst):
        guardians.name_accompanying(father, cast.child, FATHER, now=NOW, on=ON)


def test_an_invitation_ends_with_the_guardian_who_made_it(cast: Cast) -> None:
    confirmed(cast)
    _invitation, token = invite(cast)
    mine = guardians.ties_of(cast.child.id, on=ON)[0]
    guardians.end_tie(mine, now=NOW, on=ON)
    with pytest.raises(InvitationSpent):
        guardians.find_open(token, now=NOW, on=ON)


def test_a_refusal_forgets_what_was_written(cast: Cast) -> None:
    invitation, token = invite(cast)
    guardians.answer(token, now=NOW, on=ON, new=FATHER)
    guardians.refuse(invitation, InvitationRefusal.COURT, by_id=cast.coordinator.id, now=NOW)
    assert (invitation.who, invitation.phone, invitation.refusal) == ("", "", "court")
    with pytest.raises(InvitationDecided):
        guardians.confirm(invitation, by_id=cast.coordinator.id, now=NOW, on=ON)
    assert len(guardians.ties_of(cast.child.id, on=ON)) == 1


def test_what_was_taken_back_is_confirmed_by_nobody(cast: Cast) -> None:
    invitation, token = invite(cast)
    guardians.answer(token, now=NOW, on=ON, new=FATHER)
    guardians.cancel(invitation, now=NOW)
    with pytest.raises(InvitationDecided):
        guardians.confirm(invitation, by_id=cast.coordinator.id, now=NOW, on=ON)


def test_whoever_is_with_the_child_is_not_invited_again(cast: Cast) -> None:
    _invitation, token = invite(cast)
    with pytest.raises(GuardianAlready):
        guardians.answer(token, now=NOW, on=ON, person=cast.guardian)


def test_whoever_is_signed_in_stays_one_person(cast: Cast) -> None:
    invitation, token = invite(cast)
    guardians.answer(token, now=NOW, on=ON, person=cast.mentor)
    guardian, _tie = guardians.confirm(invitation, by_id=cast.coordinator.id, now=NOW, on=ON)
    assert guardian.id == cast.mentor.id


def test_ending_a_tie_ends_everything_that_it_opened(cast: Cast) -> None:
    father, tie = confirmed(cast)
    account = open_account(father)
    signed_in = begin_sign_in(account.id, days=30, now=NOW)
    link = make_sign_in_link(account, hours=72, now=NOW)
    assert principal_of(signed_in, now=NOW, on=ON) is not None
    guardians.end_tie(tie, now=NOW, on=ON)
    assert principal_of(signed_in, now=NOW, on=ON) is None
    with pytest.raises(LinkSpent):
        use_sign_in_link(link, days=30, now=NOW)
    assert children_of(father.id, on=ON) == []
    assert guardians.sights_of(father.id, on=ON) == {}


def test_another_role_keeps_its_sign_in(cast: Cast) -> None:
    father, tie = confirmed(cast)
    grant_role(father, RoleName.MENTOR, since=ON)
    signed_in = begin_sign_in(open_account(father).id, days=30, now=NOW)
    guardians.end_tie(tie, now=NOW, on=ON)
    principal = principal_of(signed_in, now=NOW, on=ON)
    assert principal is not None
    assert principal.roles == {RoleName.MENTOR}


def test_a_tie_of_earlier_is_dated_and_the_childs_page_ends_with_it(cast: Cast) -> None:
    confirmed(cast)
    enrolment = cast.enrolments[cast.child.id]
    page = make_page(enrolment, by_id=cast.guardian.id, key="k", now=NOW, on=ON)
    token = show_token(page, key="k")
    assert find_page(token, on=ON) is not None
    mother = guardians.ties_of(cast.child.id, on=ON)[0]
    guardians.end_tie(mother, now=NOW, on=ON)
    assert mother.until == ON - timedelta(days=1)
    # Whoever was removed knows the link, so it opens for nobody any more.
    assert find_page(token, on=ON) is None


def test_the_last_legal_guardian_stays_until_the_coordinator_acts(cast: Cast) -> None:
    only = guardians.ties_of(cast.child.id, on=ON)[0]
    with pytest.raises(LastLegal):
        guardians.leave(only, now=NOW, on=ON)
    _father, tie = confirmed(cast)
    guardians.leave(tie, now=NOW, on=ON)
    assert len(guardians.ties_of(cast.child.id, on=ON)) == 1


def test_whoever_brings_the_child_sees_times_and_place_alone(cast: Cast) -> None:
    named = guardians.name_accompanying(cast.guardian, cast.child, FATHER, now=NOW, on=ON)
    sight = guardians.sights_of(named.tie.guardian_id, on=ON)[cast.child.id]
    assert (sight.place, sight.progress, sight.consents, sight.link) == (True, False, False, False)
    guardians.ask_removal(named.tie, asked_by=cast.guardian, now=NOW, on=ON)
    assert guardians.sights_of(named.tie.guardian_id, on=ON) == {}


def test_a_legal_guardian_is_not_removed_by_asking(cast: Cast) -> None:
    father, tie = confirmed(cast)
    guardians.ask_removal(tie, asked_by=cast.guardian, now=NOW, on=ON)
    guardians.ask_removal(tie, asked_by=cast.guardian, now=NOW, on=ON)
    assert guardians.sights_of(father.id, on=ON) != {}
    with pytest.raises(NotTheFirst):
        guardians.ask_removal(
            guardians.ties_of(cast.child.id, on=ON)[0], asked_by=father, now=NOW, on=ON
        )


def test_siblings_are_not_widened_by_an_invitation(cast: Cast) -> None:
    father, _tie = confirmed(cast)
    ids = db.session.scalars(
        select(Guardianship.child_id).where(Guardianship.guardian_id == father.id)
    ).all()
    assert ids == [cast.child.id]
