"""What somebody may try who had a right once: an ended tie, a withdrawn consent, an old letter."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.attendance.announcing import announce
from lms.attendance.links import Purpose as LinkPurpose
from lms.attendance.links import path_for, read
from lms.attendance.models import FamilyWord
from lms.db import db
from lms.enrolment.answers import accept_offer, may_answer_offer, take_off_list, wait_again
from lms.enrolment.continuing import consents_ended
from lms.enrolment.decisions import accept, refuse, undo_decision
from lms.enrolment.letters import tell_decided, tell_undone
from lms.enrolment.models import ApplicationState, Continuation, Offer
from lms.enrolment.moving import Actor, give_up, return_to, take_back
from lms.enrolment.offers import Passing, pass_on
from lms.enrolment.refusals import NoConsent
from lms.enrolment.retention import forget_contacts
from lms.enrolment.rules import Refusal
from lms.enrolment.seats import leave, reopen, vacate
from lms.families import guardians
from lms.families.childpages import find_page, make_page, show_token
from lms.families.growing import hand_over
from lms.families.models import GuardianInvitation
from lms.families.refusals import HasPassword, InvitationSpent
from lms.families.requests import AskedAlready, answer_request, ask_erasure, undo_request
from lms.imports import drawer
from lms.imports.models import Import, ImportState
from lms.imports.services import add_import
from lms.letters.choices import REMINDER, decline, declined_by
from lms.letters.jobs import _sign_in_path
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.people.erasing import ErasedAlready, erase
from lms.people.merging import CannotMerge, Choices, merge
from lms.people.models import ContactRule, Guardianship, Person, Relation
from lms.people.rules import Purpose
from lms.people.services import (
    GivenConsent,
    NewPerson,
    add_guardian,
    add_person,
    give_consent,
    open_account,
    withdraw_consent,
)
from lms.people.signing import hash_password
from tests.cast import Cast
from tests.waiting_room import NOW, ON, full, on_the_list

HOUR = timedelta(hours=1)


def letter_to(cast: Cast, key: str = "news") -> Letter:
    def compose() -> Text:
        return Text("Ваша сторінка", (Link("Увійти", signs_in=True),))

    (letter,) = write([cast.guardian], Draft("news", key, compose), now=NOW)
    return letter


def test_a_mailbox_opens_no_page_of_whoever_has_a_password(cast: Cast) -> None:
    letter = letter_to(cast)
    assert "/sign-in/link/" in _sign_in_path(letter)
    open_account(cast.guardian).password_hash = hash_password("довгий пароль")
    db.session.flush()
    assert _sign_in_path(letter) == "/sign-in/password"


def test_no_link_is_handed_over_to_whoever_has_a_password(cast: Cast) -> None:
    cast.learner.birth_date = date(1990, 1, 1)
    assert hand_over(cast.learner, hours=1, now=NOW, on=ON)
    open_account(cast.learner).password_hash = hash_password("довгий пароль")
    db.session.flush()
    with pytest.raises(HasPassword):
        hand_over(cast.learner, hours=1, now=NOW, on=ON)


def test_an_answer_goes_to_nobody_whose_tie_has_ended(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    (one,) = on_the_list(cast.cohort)
    tie = db.session.scalars(
        select(Guardianship).where(Guardianship.guardian_id == one.applicant_id)
    ).one()
    father = cast.other_guardian
    add_guardian(father, one.person, relation=Relation.FATHER, since=ON, sees_place=False)
    later = NOW + timedelta(days=1)
    guardians.end_tie(tie, now=later, on=later.date())
    refuse(one, why=Refusal.OTHER, by_id=cast.coordinator.id, now=later)
    tell_decided([one], zone="Europe/Kyiv", now=later, on=later.date())
    letters = db.session.scalars(select(Letter)).all()
    assert [letter.person_id for letter in letters] == [father.id]
    letters[0].state = LetterState.SENT
    undo_decision(one, now=later, on=later.date())
    tell_undone([one], now=later)
    assert {letter.person_id for letter in db.session.scalars(select(Letter))} == {father.id}


def test_what_waits_to_be_sent_stays_here_when_the_tie_ends(cast: Cast) -> None:
    letter = letter_to(cast)
    tie = guardians.ties_of(cast.child.id, on=ON)[0]
    guardians.end_tie(tie, now=NOW, on=ON)
    db.session.expire_all()
    assert letter.state is LetterState.HELD_BACK


def test_shutting_the_place_ends_the_links_that_could_be_copied(cast: Cast) -> None:
    page = make_page(
        cast.enrolments[cast.child.id], by_id=cast.guardian.id, key="k", now=NOW, on=ON
    )
    token = show_token(page, key="k")
    aunt = add_guardian(cast.learner, cast.child, relation=Relation.ACCOMPANYING, since=ON)
    guardians.show_place(aunt, is_shown=False, now=NOW)
    assert find_page(token, on=ON) is not None
    father = add_guardian(cast.other_guardian, cast.child, relation=Relation.FATHER, since=ON)
    guardians.show_place(father, is_shown=False, now=NOW)
    db.session.expire_all()
    assert find_page(token, on=ON) is None


def test_an_offer_for_all_is_answered_by_nobody_who_may_not_for_each(cast: Cast) -> None:
    cohort = full(cast, more=0)
    both = on_the_list(cohort, children=2, is_all_or_none=True)
    for child in (cast.child, cast.sibling):
        vacate(cast.enrolments[child.id], on=ON)
    add_guardian(cast.other_guardian, both[0].person, relation=Relation.FATHER, since=ON)
    offers = pass_on([cohort.id], Passing(now=NOW, hours=48))
    assert len(offers) == 2
    assert may_answer_offer(both[0].applicant_id, offers[0], on=ON)
    assert not may_answer_offer(cast.other_guardian.id, offers[0], on=ON)
    readers = {one.person_id for one in db.session.scalars(select(Letter))}
    assert readers == {both[0].applicant_id}


def test_a_zone_is_no_hint_in_an_offer(cast: Cast) -> None:
    cohort = full(cast)
    cohort.zone = "Europe/Warsaw"
    (one,) = on_the_list(cohort)
    vacate(cast.enrolments[cast.child.id], on=ON)
    father = cast.other_guardian
    add_guardian(father, one.person, relation=Relation.FATHER, since=ON, sees_place=False)
    pass_on([cohort.id], Passing(now=NOW, hours=48))
    said = {row.person_id: str(row.parts) for row in db.session.scalars(select(Letter))}
    # 9:00 in UTC: 11:00 in Warsaw, 12:00 in Kyiv.
    assert ", 12:00" in said[father.id]
    assert ", 11:00" in said[one.applicant_id]


def test_without_the_consent_there_is_no_way_back_into_a_group(cast: Cast) -> None:
    cast.cohort.capacity = 12
    place = cast.enrolments[cast.child.id]
    actor = Actor(cast.guardian.id, NOW, ON)
    (waiting,), (offered,) = (on_the_list(cast.cohort, name=name) for name in ("Яків", "Адам"))
    for one in (waiting, offered):
        one.state = ApplicationState.WAITING
        for row in db.session.scalars(select(Offer)):
            db.session.delete(row)
    take_off_list(waiting, now=NOW, by_id=waiting.applicant_id)
    give_up(place, actor)
    for person in (cast.child, waiting.person, offered.person):
        withdraw_consent(person.id, Purpose.TAKING_PART, now=NOW)
    with pytest.raises(NoConsent):
        wait_again(waiting, now=NOW + HOUR, by_id=waiting.applicant_id)
    with pytest.raises(NoConsent):
        take_back(cast.child, cast.cohort, actor)


def test_nobody_is_accepted_offered_or_let_back_without_the_consent(cast: Cast) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort)
    left = cast.enrolments[cast.child.id]
    leave(left, last_day=date(2022, 9, 5))
    later = datetime(2022, 9, 7, 9, 0, tzinfo=UTC)
    offer = Offer(application_id=one.id, batch=str(uuid4()), by_phone=True, made_at=NOW)
    db.session.add(offer)
    for person in (cast.child, one.person):
        withdraw_consent(person.id, Purpose.TAKING_PART, now=NOW)
    with pytest.raises(NoConsent):
        accept_offer(offer, now=NOW, on=later.date(), by_id=None)
    with pytest.raises(NoConsent):
        accept(one, by_id=cast.coordinator.id, now=NOW, on=later.date())
    offer.state, offer.answered_at = "closed", NOW
    db.session.flush()
    with pytest.raises(NoConsent):
        return_to(left, Actor(cast.coordinator.id, later, later.date()))
    with pytest.raises(NoConsent):
        reopen(left, on=later.date())


def test_whoever_came_of_age_goes_on_by_their_own_word_only(cast: Cast) -> None:
    cast.child.birth_date = date(2004, 1, 1)
    one = Continuation(person_id=cast.child.id, cohort_id=cast.cohort.id, asked_at=NOW)
    db.session.add(one)
    db.session.flush()
    assert Purpose.TAKING_PART in consents_ended(one, on=ON)
    give_consent(cast.child, GivenConsent(Purpose.TAKING_PART), giver=cast.child, now=NOW)
    assert Purpose.TAKING_PART not in consents_ended(one, on=ON)


def test_an_old_letter_opens_nothing_for_whoever_must_not_be_reached(
    app: Flask, cast: Cast
) -> None:
    path = path_for(LinkPurpose.NOT_COMING, cast.sessions[1].id, cast.guardian.id)
    token = path.rpartition("/")[2]
    at = datetime(2022, 9, 11, 15, 0, tzinfo=UTC)
    assert read(LinkPurpose.NOT_COMING, token, now=at) is not None
    cast.guardian.contact_rule = ContactRule.DO_NOT_WRITE
    db.session.flush()
    assert read(LinkPurpose.NOT_COMING, token, now=at) is None


def test_what_is_said_twice_at_the_same_moment_is_said_once(cast: Cast) -> None:
    at = datetime(2022, 9, 11, 15, 0, tzinfo=UTC)
    for by_id in (cast.guardian.id, cast.other_guardian.id):
        announce(cast.sessions[1], [cast.child], by_id=by_id, now=at)
        decline(cast.guardian.id, REMINDER, now=at)
    assert db.session.scalars(select(FamilyWord.said_by_id)).all() == [cast.guardian.id]
    assert declined_by(cast.guardian.id) == {REMINDER}
    ask_erasure(cast.child, asked_by_id=cast.guardian.id, with_guardian=False, now=at)
    with pytest.raises(AskedAlready):
        ask_erasure(cast.child, asked_by_id=cast.guardian.id, with_guardian=False, now=at)


def test_an_invitation_taken_back_is_answered_by_nobody_and_a_child_answers_none(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, token = guardians.invite(cast.guardian, cast.child, Relation.FATHER, now=NOW, on=ON)
    with pytest.raises(InvitationSpent):
        guardians.answer(token, now=NOW, on=ON, person=cast.sibling)
    with pytest.raises(InvitationSpent):
        guardians.answer(token, now=NOW, on=ON, person=cast.child)

    # Taken back between looking and answering.
    def found_open(_token: str, **_more: object) -> GuardianInvitation:
        guardians.cancel(made, now=NOW)
        return made

    monkeypatch.setattr(guardians, "find_open", found_open)
    with pytest.raises(InvitationSpent):
        guardians.answer(token, now=NOW, on=ON, new=NewPerson("Ткач", "Лев"))
    db.session.expire_all()
    assert (made.answered_at, made.family_name) == (None, "")


def test_an_erased_childs_sheet_leaves_the_drawer_at_once(app: Flask, cast: Cast) -> None:
    tokens = [drawer.put_in(b"a sheet") for _each in range(3)]
    made = [add_import(one, "csv", "h", by_id=None, now=NOW) for one in tokens]
    row = {"names": ["знам’янська соломія"], "guardian": "", "phone": "", "email": ""}
    other = {**row, "names": ["Ткач Лев"]}
    for each, named, state in zip(
        made,
        (row, other, other),
        (ImportState.READY, ImportState.READY, ImportState.DONE),
        strict=True,
    ):
        each.state = state
        drawer.note(each.token, drawer.ACCOUNT, {"rows": [named]})
    change = {"person": cast.child.id, "field": "phone", "old": "+380671234567", "new": ""}
    drawer.note(tokens[2], drawer.BEFORE, [change, {**change, "person": 0}])
    db.session.flush()
    family = f"{cast.child.family_name} {cast.child.given_name}"
    drawer.note(tokens[0], drawer.ACCOUNT, {"rows": [{**row, "names": [family.upper()]}]})
    erase(cast.child, now=NOW)
    states = [db.session.get_one(Import, each.id).state for each in made]
    assert states == [ImportState.DROPPED, ImportState.READY, ImportState.DONE]
    with pytest.raises(drawer.SheetGone):
        drawer.take_out(tokens[0])
    assert drawer.noted(tokens[0], drawer.ACCOUNT) is None
    assert drawer.take_out(tokens[1]) == b"a sheet"
    assert [each["person"] for each in drawer.noted(tokens[2], drawer.BEFORE)] == [0]


def test_whoever_is_erased_while_a_merge_waits_is_not_brought_back(cast: Cast) -> None:
    kept, gone = cast.other_child, cast.child
    assert kept.erased_at is None
    # Another transaction erased it after the page was read: the row knows, the object does not.
    db.session.execute(
        update(Person)
        .where(Person.id == kept.id)
        .values(erased_at=NOW)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(CannotMerge):
        merge(kept, gone, Choices(), by_id=cast.coordinator.id, now=NOW, on=ON)
    db.session.execute(
        update(Person)
        .where(Person.id == gone.id)
        .values(erased_at=NOW)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(ErasedAlready):
        erase(gone, now=NOW)


def test_a_letter_that_lost_its_words_never_leaves_empty(cast: Cast) -> None:
    letter = letter_to(cast)
    letter.state = LetterState.FAILED
    db.session.flush()
    erase(cast.child, now=NOW)
    assert (letter.parts, letter.state) == ([], LetterState.HELD_BACK)


def test_a_forgotten_number_leaves_no_key_to_find_it_by(cast: Cast) -> None:
    person = add_person(NewPerson("Ткач", "Лев", phone="+380671234567"), now=NOW)
    assert person.phone_key
    later = NOW + timedelta(days=800)
    forget_contacts(months=12, now=later, on=later.date())
    db.session.refresh(person)
    assert (person.phone, person.phone_key) == ("", "")


def test_a_request_does_not_wait_twice_when_its_answer_is_taken_back(cast: Cast) -> None:
    asked = ask_erasure(cast.child, asked_by_id=cast.guardian.id, with_guardian=False, now=NOW)
    answer_request(asked, "Ні", by_id=cast.coordinator.id, now=NOW)
    ask_erasure(cast.child, asked_by_id=cast.guardian.id, with_guardian=False, now=NOW)
    with pytest.raises(AskedAlready):
        undo_request(asked, now=NOW)
