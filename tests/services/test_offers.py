"""Free places: offered in order, held, answered, passed on; families as a whole; by letter or phone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.courses.models import AgeRule
from lms.db import db
from lms.enrolment.answers import (
    accept_offer,
    decline_offer,
    not_reached,
    queue_places,
    take_off_list,
    wait_again,
)
from lms.enrolment.decisions import accept, put_on_list, refuse, undo_decision
from lms.enrolment.models import (
    AgeOverride,
    Application,
    ApplicationEvent,
    ApplicationState,
    Enrolment,
    Offer,
    OfferState,
    Step,
)
from lms.enrolment.notices import offer_token, read_offer_token
from lms.enrolment.offers import Passing, pass_on_everywhere
from lms.enrolment.refusals import (
    DecidedAlready,
    NoSeat,
    NotFitting,
    NotForAll,
    OfferEnded,
    TooLateToUndo,
)
from lms.enrolment.rules import Refusal
from lms.enrolment.seats import enrol, objections, seats_of, vacate
from lms.families.consents import withdraw
from lms.letters.models import Letter
from lms.people.models import ContactRule
from lms.people.rules import Purpose
from tests.cast import Cast
from tests.waiting_room import LATE, NOW, ON, full, on_the_list, passed_on, second_group

HOUR = timedelta(hours=1)


def offer_to(application: Application) -> Offer:
    return (
        db.session.scalars(
            select(Offer).where(Offer.application_id == application.id).order_by(Offer.id.desc())
        ).first()
        or Offer()
    )


def steps(application: Application) -> list[Step]:
    return list(
        db.session.scalars(
            select(ApplicationEvent.step)
            .where(ApplicationEvent.application_id == application.id)
            .order_by(ApplicationEvent.id)
        )
    )


def test_who_comes_when_the_group_is_full_stands_on_the_list_in_order(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    assert first.listed_at == second.listed_at == NOW
    assert queue_places([cohort.id]) == {first.id: 1, second.id: 2}
    assert passed_on(cohort) == []


def test_a_place_that_becomes_free_is_offered_to_the_first_and_held(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=ON)
    assert passed_on(cohort) == [first.id]
    assert passed_on(cohort) == []
    offer = offer_to(first)
    assert (offer.state, offer.by_phone, offer.ends_at) == (
        OfferState.OPEN,
        False,
        NOW + timedelta(hours=48),
    )
    seats = seats_of([cohort.id], on=ON)[cohort.id]
    assert (seats.taken, seats.held, seats.waiting, seats.left, seats.is_full) == (2, 1, 2, 0, True)
    with pytest.raises(NoSeat):
        enrol(second.person, cohort, since=ON, now=NOW)
    assert steps(first) == [Step.APPLIED, Step.OFFERED]


def test_one_application_has_one_open_offer_at_most(cast: Cast) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort)
    for key in ("a", "b"):
        db.session.add(Offer(application_id=one.id, batch=key, by_phone=True, made_at=NOW))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_an_offer_is_taken_once(cast: Cast) -> None:
    cohort = full(cast, more=1)
    (one,) = on_the_list(cohort)
    db.session.delete(db.session.scalars(select(Enrolment).filter_by(application_id=one.id)).one())
    one.state, one.listed_at, one.decided_at = ApplicationState.WAITING, NOW, None
    assert passed_on(cohort) == [one.id]
    offer = offer_to(one)
    made = accept_offer(offer, now=NOW + HOUR, on=ON, by_id=one.applicant_id)
    assert [row.person_id for row in made] == [one.person_id]
    assert (one.state, offer.state) == (ApplicationState.ACCEPTED, OfferState.ACCEPTED)
    with pytest.raises(OfferEnded):
        accept_offer(offer, now=NOW + HOUR, on=ON, by_id=one.applicant_id)


def test_a_declined_place_passes_on_and_the_family_can_wait_again(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=ON)
    passed_on(cohort)
    decline_offer(offer_to(first), now=NOW + HOUR, by_id=first.applicant_id)
    assert first.state is ApplicationState.WITHDRAWN
    assert passed_on(cohort, at=NOW + HOUR) == [second.id]
    wait_again(first, now=NOW + 2 * HOUR, by_id=first.applicant_id)
    assert queue_places([cohort.id]) == {first.id: 1, second.id: 2}
    with pytest.raises(TooLateToUndo):
        wait_again(first, now=NOW + 2 * HOUR, by_id=first.applicant_id)


def test_an_offer_that_ends_passes_on_by_itself_and_the_family_goes_behind(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=ON)
    passed_on(cohort)
    later = NOW + timedelta(hours=48)
    pass_on_everywhere(Passing(now=later - HOUR, hours=48))
    assert offer_to(first).state is OfferState.OPEN
    pass_on_everywhere(Passing(now=later, hours=48))
    assert offer_to(first).state is OfferState.EXPIRED
    assert offer_to(second).state is OfferState.OPEN
    assert queue_places([cohort.id]) == {second.id: 1, first.id: 2}
    with pytest.raises(OfferEnded):
        accept_offer(offer_to(first), now=later, on=later.date(), by_id=first.applicant_id)


def test_whoever_lets_two_offers_end_is_left_to_the_coordinator(cast: Cast) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort)
    vacate(cast.enrolments[cast.child.id], on=ON)
    made = []
    for days in range(0, 8, 2):
        made += passed_on(cohort, at=NOW + timedelta(days=days))
    assert made == [one.id, one.id]
    assert one.state is ApplicationState.WAITING


def test_in_the_last_three_days_the_coordinator_phones(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=LATE.date())
    assert passed_on(cohort, at=LATE) == [first.id]
    offer = offer_to(first)
    assert (offer.by_phone, offer.ends_at) == (True, None)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
    assert not not_reached(offer, now=LATE + HOUR, by_id=cast.coordinator.id)
    assert passed_on(cohort, at=LATE + HOUR) == []
    assert not_reached(offer, now=LATE + 2 * HOUR, by_id=cast.coordinator.id)
    assert passed_on(cohort, at=LATE + 2 * HOUR) == [second.id]
    assert queue_places([cohort.id]) == {second.id: 1, first.id: 2}


def test_from_the_first_session_on_nothing_is_offered_and_what_was_ends(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=LATE.date())
    passed_on(cohort, at=LATE)
    begun = cast.sessions[0].starts_at
    assert passed_on(cohort, at=begun) == []
    assert offer_to(first).state is OfferState.CLOSED
    assert queue_places([cohort.id]) == {first.id: 1, second.id: 2}
    # The coordinator may still give the place by hand, to anybody.
    accept(second, by_id=cast.coordinator.id, now=begun, on=begun.date())
    assert second.state is ApplicationState.ACCEPTED


@pytest.mark.parametrize("rule", [ContactRule.CALL_ONLY, ContactRule.DO_NOT_WRITE])
def test_who_is_not_to_be_written_to_gets_no_letter(cast: Cast, rule: ContactRule) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort, rule=rule)
    vacate(cast.enrolments[cast.child.id], on=ON)
    assert passed_on(cohort) == [one.id]
    assert offer_to(one).by_phone
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_the_letter_names_no_child_and_its_link_is_for_this_adult(cast: Cast) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort)
    vacate(cast.enrolments[cast.child.id], on=ON)
    passed_on(cohort)
    (letter,) = db.session.scalars(select(Letter)).all()
    assert one.person.given_name not in str(letter.parts) + letter.subject
    assert cast.course.name not in letter.subject
    (path,) = [part["path"] for part in letter.parts if "path" in part]
    assert read_offer_token(path.removeprefix("/offers/")) == (offer_to(one).id, one.applicant_id)
    assert read_offer_token(offer_token(offer_to(one), one.applicant) + "x") is None
    pass_on_everywhere(Passing(now=NOW + timedelta(days=2), hours=48))
    assert db.session.scalar(select(func.count()).where(Letter.kind == "offer_ended")) == 1


def test_a_family_of_all_or_none_waits_as_a_whole_and_is_seated_as_a_whole(cast: Cast) -> None:
    cohort = full(cast, more=1)
    two = on_the_list(cohort, children=2, is_all_or_none=True)
    assert [one.state for one in two] == [ApplicationState.WAITING] * 2
    vacate(cast.enrolments[cast.child.id], on=ON)
    assert passed_on(cohort) == [one.id for one in two]
    assert len(db.session.scalars(select(Letter)).all()) == 1
    accept_offer(offer_to(two[1]), now=NOW, on=ON, by_id=two[0].applicant_id)
    assert [one.state for one in two] == [ApplicationState.ACCEPTED] * 2


def test_a_family_that_does_not_fit_is_passed_over_and_keeps_its_place(cast: Cast) -> None:
    cohort = full(cast)
    two = on_the_list(cohort, children=2, is_all_or_none=True)
    (alone,) = on_the_list(cohort, name="Адам")
    vacate(cast.enrolments[cast.child.id], on=ON)
    assert passed_on(cohort) == [alone.id]
    assert queue_places([cohort.id]) == {two[0].id: 1, two[1].id: 2, alone.id: 3}
    vacate(cast.enrolments[cast.sibling.id], on=ON)
    decline_offer(offer_to(alone), now=NOW, by_id=None)
    assert passed_on(cohort) == [one.id for one in two]


def test_one_of_several_groups_is_enough_for_each_child(cast: Cast) -> None:
    cohort, other = full(cast), second_group(cast, capacity=1)
    two = on_the_list(cohort, other, children=2, is_all_or_none=True)
    assert {one.state for one in two} == {ApplicationState.WAITING}
    vacate(cast.enrolments[cast.child.id], on=ON)
    offered = passed_on(cohort)
    assert len({db.session.get_one(Application, one).person_id for one in offered}) == 2
    assert {db.session.get_one(Application, one).cohort_id for one in offered} == {
        cohort.id,
        other.id,
    }


def test_declining_lets_all_children_of_the_family_go(cast: Cast) -> None:
    cohort = full(cast)
    two = on_the_list(cohort, children=2, is_all_or_none=True)
    cohort.capacity = 5
    passed_on(cohort)
    decline_offer(offer_to(two[0]), now=NOW, by_id=None)
    assert {one.state for one in two} == {ApplicationState.WITHDRAWN}
    assert seats_of([cohort.id], on=ON)[cohort.id].held == 0


def test_a_group_made_larger_offers_its_places_by_itself(cast: Cast) -> None:
    cohort = full(cast)
    waiting = [on_the_list(cohort, name=name)[0].id for name in ("Яків", "Адам", "Лука")]
    cohort.capacity = 5
    pass_on_everywhere(Passing(now=NOW, hours=48))
    offered = db.session.scalars(select(Offer.application_id).order_by(Offer.id)).all()
    assert offered == waiting[:2]


def test_a_consent_withdrawn_frees_the_held_place(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=ON)
    passed_on(cohort)
    withdraw(first.person, Purpose.TAKING_PART, now=NOW, on=ON)
    assert offer_to(first).state is OfferState.CLOSED
    assert passed_on(cohort) == [second.id]


def test_whoever_leaves_the_list_frees_the_held_place(cast: Cast) -> None:
    cohort = full(cast)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    vacate(cast.enrolments[cast.child.id], on=ON)
    passed_on(cohort)
    take_off_list(first, now=NOW, by_id=first.applicant_id)
    with pytest.raises(DecidedAlready):
        take_off_list(first, now=NOW, by_id=first.applicant_id)
    assert passed_on(cohort) == [second.id]


def test_where_the_coordinator_decides_only_the_list_is_offered_places(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    cohort = full(cast, more=1)
    first, second = (on_the_list(cohort, name=name)[0] for name in ("Яків", "Адам"))
    assert passed_on(cohort) == []
    put_on_list(second, by_id=cast.coordinator.id, now=NOW)
    with pytest.raises(DecidedAlready):
        put_on_list(second, by_id=cast.coordinator.id, now=NOW)
    assert passed_on(cohort) == [second.id]
    undo_decision(second, now=NOW, on=ON)
    assert (second.listed_at, offer_to(second).state) == (None, OfferState.CLOSED)
    refuse(first, why=Refusal.NO_SEATS, by_id=cast.coordinator.id, now=NOW)
    assert steps(first)[-1] is Step.REFUSED


def test_accepting_a_family_of_all_or_none_seats_all_of_it(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    cohort = full(cast, more=1)
    two = on_the_list(cohort, children=2, is_all_or_none=True)
    with pytest.raises(NotForAll):
        accept(two[0], by_id=cast.coordinator.id, now=NOW, on=ON)
    cohort.capacity = 5
    accept(two[1], by_id=cast.coordinator.id, now=NOW, on=ON)
    assert {one.state for one in two} == {ApplicationState.ACCEPTED}
    assert len(undo_decision(two[0], now=NOW, on=ON)) == 2
    assert {one.state for one in two} == {ApplicationState.WAITING}


def test_an_age_override_has_a_reason_and_a_name_and_the_rule_asks_it(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    (one,) = on_the_list(cast.cohort)
    # The rule was made narrower after the family had applied.
    db.session.query(AgeRule).update({"from_age": 12})
    with pytest.raises(NotFitting):
        accept(one, by_id=cast.coordinator.id, now=NOW, on=ON)
    db.session.rollback()


def test_an_age_override_seats_and_stays(cast: Cast) -> None:
    cast.club_programme.accepts_at_once = False
    (one,) = on_the_list(cast.cohort)
    db.session.query(AgeRule).update({"from_age": 12})
    accept(one, by_id=cast.coordinator.id, now=NOW, on=ON, age_reason="сестра в тій самій групі")
    word = db.session.scalars(select(AgeOverride)).one()
    assert (word.reason, word.by_id) == ("сестра в тій самій групі", cast.coordinator.id)
    assert objections(one.person, second_group(cast)) == ()
    assert Step.AGE_WAIVED in db.session.scalars(select(ApplicationEvent.step)).all()


def test_a_group_that_nobody_fits_keeps_its_place_free(cast: Cast) -> None:
    cohort = full(cast)
    (one,) = on_the_list(cohort)
    db.session.query(AgeRule).update({"from_age": 12})
    vacate(cast.enrolments[cast.child.id], on=ON)
    assert [reason.code for reason in objections(one.person, cohort)] == ["too_young"]
    assert passed_on(cohort) == []
