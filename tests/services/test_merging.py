"""Two records of one child become one: all of it moves, nobody sees more, and it can be undone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.attendance.models import AttendanceRecord, MarkChange, Mode, Status
from lms.completion.models import Completion
from lms.contracts import RoleName
from lms.courses.access import may_lead
from lms.courses.models import AssignmentRole
from lms.courses.services import assign
from lms.db import Base, db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.people.duplicates import (
    Contacts,
    fill_keys,
    find_like,
    find_likely,
    possible_doubles,
    say_different,
    unsay_different,
)
from lms.people.merging import (
    UNDO_HOURS,
    CannotMerge,
    CannotTakeBack,
    Choices,
    NotAgreed,
    columns_of_people,
    default_fields,
    forget_person,
    forget_steps,
    merge,
    mergers,
    recent_merges,
    uncovered,
    undo,
    weigh,
)
from lms.people.models import (
    Account,
    ContactRule,
    Merge,
    Person,
    Relation,
    Role,
    SignedIn,
)
from lms.people.moving import count_rows
from lms.people.rules import CheckKind, Purpose
from lms.people.services import (
    GivenConsent,
    NewPerson,
    add_check,
    add_guardian,
    add_person,
    children_of,
    give_consent,
    grant_role,
    has_consent,
    open_account,
    withdraw_consent,
)
from lms.people.signing import begin_sign_in
from tests.cast import START, Cast, clear, enrol_row

NOW = datetime(2022, 9, 10, 9, 0, tzinfo=UTC)
ON = date(2022, 9, 10)
BORN = date(2012, 3, 14)

Double = Callable[..., Person]


@pytest.fixture
def double(cast: Cast) -> Double:
    """Make a second record of the cast's child, of the same guardian unless told otherwise."""

    def make(guardian: Person | None = cast.guardian, **more: object) -> Person:
        new = NewPerson("ЗНАМЯНСЬКА", "Соломія", birth_date=BORN, **more)  # type: ignore[arg-type]
        person = add_person(new, now=NOW)
        if guardian is not None:
            add_guardian(guardian, person, relation=Relation.MOTHER, since=ON)
        return person

    return make


def _merge(cast: Cast, kept: Person, gone: Person, *agreed: str, **more: frozenset[str]) -> Merge:
    choices = Choices(agreed=frozenset(agreed), **more)
    return merge(kept, gone, choices, by_id=cast.coordinator.id, now=NOW, on=ON)


def _everything() -> dict[str, list[tuple[object, ...]]]:
    """Read all rows but the merges themselves and what an undone merge leaves ended."""
    beside = {"merge", "signed_in", "sign_in_link"}
    db.session.flush()
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name not in beside
    }


def _points_to(person_id: int) -> list[str]:
    return [column for column in columns_of_people() if count_rows(column, person_id)]


def _mark(person: Person, session_id: int, status: Status, by: Person) -> None:
    db.session.add(
        AttendanceRecord(
            session_id=session_id,
            person_id=person.id,
            status=status,
            mode=Mode.ONLINE,
            marked_by_id=by.id,
            marked_at=NOW,
        )
    )
    db.session.flush()


def test_every_column_that_names_a_person_is_covered(cast: Cast) -> None:
    assert uncovered(mergers()) == []
    declared = [merger.column for merger in mergers()]
    assert set(declared) <= set(columns_of_people()), "declared, but there is no such column"
    assert len(declared) == len(set(declared))


def test_a_new_table_that_nobody_declared_stops_the_merge(cast: Cast, double: Double) -> None:
    assert "letter.person_id" in uncovered(
        [merger for merger in mergers() if merger.column != "letter.person_id"]
    )


def test_a_child_of_one_guardian_is_merged_without_a_question(cast: Cast, double: Double) -> None:
    again = double()
    place = enrol_row(again, cast.training_cohort, ON)
    _mark(again, cast.training_sessions[0].id, Status.PRESENT, cast.leader)
    weighed = weigh(cast.child, again, from_gone=frozenset(), on=ON)
    assert weighed.gains == ()
    assert {merger.column: number for merger, number in weighed.counts} == {
        "attendance_record.person_id": 1,
        "enrolment.person_id": 1,
        "guardianship.child_id": 1,
    }
    _merge(cast, cast.child, again)
    assert _points_to(again.id) == ["person.merged_into_id"][1:]
    assert db.session.get_one(Enrolment, place.id).person_id == cast.child.id
    assert children_of(cast.guardian.id, on=ON) == [cast.child, cast.sibling]
    assert (again.full_name, again.birth_date, again.folded) == ("", None, "")
    assert (again.erased_at, again.merged_into_id) == (NOW, cast.child.id)


def test_undoing_gives_every_row_back(cast: Cast, double: Double) -> None:
    again = double(phone="050 111 22 33", contact_rule=ContactRule.CALL_ONLY)
    enrol_row(again, cast.cohort, date(2022, 9, 8))
    for number, status in enumerate([Status.PRESENT, Status.ABSENT, Status.LATE]):
        _mark(again, cast.sessions[number].id, status, cast.mentor)
    _mark(cast.child, cast.sessions[0].id, Status.ABSENT, cast.mentor)
    _mark(cast.child, cast.sessions[1].id, Status.PRESENT, cast.mentor)
    give_consent(again, GivenConsent(Purpose.PHOTOGRAPHS), giver=cast.guardian, now=NOW)
    before = _everything()
    done = _merge(cast, cast.child, again, from_gone=frozenset({"phone", "family_name"}))
    assert _everything() != before
    assert cast.child.phone == "+380501112233"
    assert cast.child.contact_rule is ContactRule.CALL_ONLY
    undo(done, now=NOW + timedelta(hours=UNDO_HOURS))
    assert _everything() == before
    assert done.steps == []
    with pytest.raises(CannotTakeBack) as refusal:
        undo(done, now=NOW)
    assert refusal.value.reason
    assert refusal.value.reason.code == "unmerge_done"


def test_of_two_marks_for_one_session_the_stronger_stays(cast: Cast, double: Double) -> None:
    again = double()
    _mark(cast.child, cast.sessions[0].id, Status.ABSENT, cast.mentor)
    _mark(again, cast.sessions[0].id, Status.LATE, cast.mentor)
    _mark(cast.child, cast.sessions[1].id, Status.EXCUSED, cast.mentor)
    _mark(again, cast.sessions[1].id, Status.ABSENT, cast.mentor)
    _merge(cast, cast.child, again)
    kept = db.session.scalars(
        select(AttendanceRecord.status)
        .where(AttendanceRecord.person_id == cast.child.id)
        .order_by(AttendanceRecord.session_id)
    ).all()
    assert kept == [Status.LATE, Status.EXCUSED]
    history = db.session.execute(
        select(MarkChange.was_status, MarkChange.status, MarkChange.changed_by_id).order_by(
            MarkChange.session_id
        )
    ).all()
    by = cast.coordinator.id
    assert [tuple(row) for row in history] == [
        (Status.ABSENT, Status.LATE, by),
        (Status.ABSENT, Status.EXCUSED, by),
    ]


def test_two_places_in_one_group_become_one(cast: Cast, double: Double) -> None:
    again = double()
    later_id = enrol_row(again, cast.cohort, date(2022, 9, 8)).id
    _merge(cast, cast.child, again)
    (place,) = db.session.scalars(select(Enrolment).where(Enrolment.person_id == cast.child.id))
    assert (place.since, place.until) == (START, None)
    assert db.session.get(Enrolment, later_id) is None


def test_both_completions_stay(cast: Cast, double: Double) -> None:
    again = double()
    places = [cast.enrolments[cast.child.id], enrol_row(again, cast.cohort)]
    for place in places:
        db.session.add(Completion(enrolment_id=place.id, completed_on=ON, confirmed_at=NOW))
    db.session.flush()
    before = _everything()
    done = _merge(cast, cast.child, again)
    assert db.session.scalar(select(func.count()).select_from(Completion)) == 2
    rows = db.session.scalars(
        select(Enrolment).where(Enrolment.person_id == cast.child.id).order_by(Enrolment.since)
    ).all()
    assert [(row.since, row.until) for row in rows] == [
        (START, None),
        (START + timedelta(days=1), START + timedelta(days=1)),
    ]
    undo(done, now=NOW)
    assert _everything() == before


def test_of_two_applications_that_wait_the_earlier_keeps_its_turn(
    cast: Cast, double: Double
) -> None:
    again = double()
    for number, person in enumerate((again, cast.child)):
        db.session.add(
            Application(
                form_key=str(number),
                person_id=person.id,
                applicant_id=cast.guardian.id,
                cohort_id=cast.training_cohort.id,
                state=ApplicationState.WAITING,
                sent_at=NOW + timedelta(minutes=number),
            )
        )
    db.session.flush()
    _merge(cast, cast.child, again)
    states = db.session.scalars(select(Application.state).order_by(Application.form_key)).all()
    assert states == [ApplicationState.WAITING, ApplicationState.WITHDRAWN]


def test_nobody_learns_in_a_group_that_they_lead(cast: Cast, double: Double) -> None:
    mentor = add_person(NewPerson("Знам’янська", "Соломія", email="s@example.org"), now=NOW)
    clear(mentor)
    assign(mentor, cast.cohort, role=AssignmentRole.HELPER, since=START)
    for kept, gone in ((mentor, cast.child), (cast.child, mentor)):
        agreed = {gain.key for gain in weigh(kept, gone, from_gone=frozenset(), on=ON).gains}
        with pytest.raises(CannotMerge) as refusal:
            _merge(cast, kept, gone, *agreed)
        assert refusal.value.reason
        assert refusal.value.reason.code == "merge_leads_own_group"


def test_a_guardian_who_had_one_record_sees_the_other_only_by_agreement(
    cast: Cast, double: Double
) -> None:
    stranger = cast.other_guardian
    again = double(stranger)
    enrol_row(again, cast.training_cohort, ON)
    found = {
        gain.key: gain.is_needed
        for gain in weigh(cast.child, again, from_gone=frozenset(), on=ON).gains
    }
    assert found == {f"sees:{cast.guardian.id}": True, f"guardian:{stranger.id}": False}
    with pytest.raises(NotAgreed):
        _merge(cast, cast.child, again)
    _merge(cast, cast.child, again, f"sees:{cast.guardian.id}")
    assert children_of(stranger.id, on=ON) == [cast.other_child]
    assert cast.child in children_of(cast.guardian.id, on=ON)


def test_a_guardian_comes_over_when_the_coordinator_agreed(cast: Cast, double: Double) -> None:
    stranger = cast.other_guardian
    again = double(stranger)
    _merge(cast, cast.child, again, f"guardian:{stranger.id}")
    assert cast.child in children_of(stranger.id, on=ON)


def test_an_ended_guardianship_opens_nothing(cast: Cast, double: Double) -> None:
    again = double(cast.other_guardian)
    removed = add_guardian(cast.other_guardian, cast.child, relation=Relation.FATHER, since=START)
    removed.until = START + timedelta(days=1)
    db.session.flush()
    _merge(cast, cast.child, again)
    assert cast.child not in children_of(cast.other_guardian.id, on=ON)


def test_a_withdrawn_consent_stays_withdrawn(cast: Cast, double: Double) -> None:
    again = double()
    photographs = Purpose.PHOTOGRAPHS
    give_consent(again, GivenConsent(photographs), giver=cast.guardian, now=NOW)
    give_consent(cast.child, GivenConsent(photographs), giver=cast.guardian, now=NOW)
    withdraw_consent(cast.child.id, photographs, now=NOW + timedelta(minutes=5))
    _merge(cast, cast.child, again)
    assert not has_consent(cast.child.id, photographs, on=ON)


@pytest.mark.parametrize(("was_asked", "holds"), [(True, False), (False, True)])
def test_a_yes_reaches_no_further_than_it_was_given(
    cast: Cast, double: Double, was_asked: bool, holds: bool
) -> None:
    again = double()
    for purpose in (Purpose.TAKING_PART, Purpose.PUBLISHING):
        give_consent(again, GivenConsent(purpose), giver=cast.guardian, now=NOW)
    db.session.execute(
        Base.metadata.tables["consent"]
        .delete()
        .where(Base.metadata.tables["consent"].c.person_id == cast.child.id)
    )
    if was_asked:
        give_consent(cast.child, GivenConsent(Purpose.TAKING_PART), giver=cast.guardian, now=NOW)
    _merge(cast, cast.child, again)
    assert has_consent(cast.child.id, Purpose.TAKING_PART, on=ON)
    assert has_consent(cast.child.id, Purpose.PUBLISHING, on=ON) is holds


def test_a_mentor_who_is_a_parent_gets_one_account_and_two_roles(
    cast: Cast, double: Double
) -> None:
    parent = add_person(NewPerson("Ґалаґан", "Остап", email="dad@example.org"), now=NOW)
    child = double(parent)
    account_id = open_account(parent).id
    begin_sign_in(account_id, days=30, now=NOW)
    grant_role(parent, RoleName.GUARDIAN, since=ON)
    weighed = weigh(cast.mentor, parent, from_gone=frozenset(), on=ON)
    assert {gain.key: gain.is_needed for gain in weighed.gains} == {
        f"child:{child.id}": True,
        "role:guardian": False,
    }
    with pytest.raises(NotAgreed):
        _merge(cast, cast.mentor, parent)
    _merge(cast, cast.mentor, parent, f"child:{child.id}")
    names = set(db.session.scalars(select(Role.name).where(Role.person_id == cast.mentor.id)))
    assert names == {RoleName.MENTOR, RoleName.GUARDIAN}
    assert children_of(cast.mentor.id, on=ON) == [child]
    assert db.session.get(Account, account_id) is None
    assert db.session.scalar(select(SignedIn.id)) is None


def test_roles_are_not_added_up_silently(cast: Cast, double: Double) -> None:
    other = add_person(NewPerson("Ґалаґан", "Остап"), now=NOW)
    grant_role(other, RoleName.COORDINATOR, since=START)
    grant_role(other, RoleName.MENTOR, since=ON)
    _merge(cast, cast.mentor, other)
    roles = select(Role.name, Role.since).where(Role.person_id == cast.mentor.id)
    assert {name for name, _since in db.session.execute(roles)} == {RoleName.MENTOR}


def test_checks_of_two_records_clear_nobody_without_agreement(cast: Cast, double: Double) -> None:
    other = add_person(NewPerson("Орел", "Любов"), now=NOW)
    far = date(2040, 1, 1)
    assign_to = cast.uncleared
    add_check(assign_to, CheckKind.IDENTITY, done_on=START)
    add_check(assign_to, CheckKind.BACKGROUND, done_on=START, expires_on=far)
    add_check(other, CheckKind.TRAINING, done_on=START, expires_on=far)
    add_check(other, CheckKind.CODE_OF_CONDUCT, done_on=START)
    with pytest.raises(NotAgreed):
        _merge(cast, assign_to, other)
    assert not may_lead(assign_to.id, cast.cohort.id, on=ON)


def test_another_address_is_another_mailbox_with_the_key(cast: Cast, double: Double) -> None:
    other = add_person(NewPerson("Швець", "Любомир", email="second@example.org"), now=NOW)
    open_account(cast.other_guardian)
    email = frozenset({"email"})
    with pytest.raises(NotAgreed):
        _merge(cast, cast.other_guardian, other, from_gone=email)
    _merge(cast, cast.other_guardian, other, "address", from_gone=email)
    assert cast.other_guardian.email == "second@example.org"


def test_a_parent_and_a_child_are_not_merged(cast: Cast) -> None:
    for kept, gone in ((cast.guardian, cast.child), (cast.child, cast.guardian)):
        with pytest.raises(CannotMerge):
            _merge(cast, kept, gone)
    with pytest.raises(CannotMerge):
        _merge(cast, cast.child, cast.child)
    with pytest.raises(CannotMerge):
        _merge(cast, cast.child, cast.coordinator)


def test_what_changed_since_is_not_overwritten_by_undoing(cast: Cast, double: Double) -> None:
    again = double()
    enrol_row(again, cast.training_cohort, ON)
    done = _merge(cast, cast.child, again, from_gone=frozenset({"family_name"}))
    cast.child.family_name = "Кам’янська"
    db.session.flush()
    before = _everything()
    with pytest.raises(CannotTakeBack) as refusal:
        undo(done, now=NOW)
    assert refusal.value.reason
    assert refusal.value.reason.code == "unmerge_depends"
    assert _everything() == before


def test_undoing_is_forgotten_in_time_and_with_the_person(cast: Cast, double: Double) -> None:
    done = _merge(cast, cast.child, double())
    assert recent_merges(now=NOW) == [done]
    assert forget_steps(now=NOW + timedelta(hours=UNDO_HOURS)) == 0
    assert forget_steps(now=NOW + timedelta(hours=UNDO_HOURS, seconds=1)) == 1
    db.session.expire_all()
    assert done.steps == []
    with pytest.raises(CannotTakeBack):
        undo(done, now=NOW)
    another = _merge(cast, cast.child, double())
    forget_person(cast.child.id, now=NOW)
    db.session.expire_all()
    assert another.steps == []
    assert recent_merges(now=NOW) == []


def test_the_kept_record_takes_what_it_does_not_know(cast: Cast, double: Double) -> None:
    again = double(phone="0501112233")
    assert default_fields(cast.child, again) == {"phone"}


def test_doubles_are_found_and_ruled_out(cast: Cast, double: Double) -> None:
    again = double()
    (pair,) = possible_doubles()
    assert pair.ids == (cast.child.id, again.id)
    assert [one.person_id for one in find_like([again.id])[again.id]] == [cast.child.id]
    for _twice in range(2):
        say_different(again.id, cast.child.id, by_id=cast.coordinator.id, now=NOW)
    assert possible_doubles() == []
    unsay_different(cast.child.id, again.id)
    assert len(possible_doubles()) == 1


def test_a_sheet_finds_whom_it_names(cast: Cast) -> None:
    asked = NewPerson("Соломія", "Знамянська", birth_date=BORN)
    (found,) = find_likely(asked, contacts=Contacts(emails=("GUARDIAN@example.org",)), on=ON)
    assert found.person_id == cast.child.id
    assert find_likely(NewPerson("Знам’янська", "Надія", birth_date=BORN), on=ON) == []


def test_old_records_get_their_keys(cast: Cast) -> None:
    person = Base.metadata.tables["person"]
    db.session.execute(person.update().values(family_key="", given_key="", phone_key=""))
    db.session.expire_all()
    assert fill_keys() == db.session.scalar(select(func.count()).select_from(Person))
    assert fill_keys() == 0
    assert cast.guardian.phone_key == "501112233"
