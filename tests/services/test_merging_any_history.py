"""Whatever two records went through, their merge hurts nothing, hides nothing and opens nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.attendance.access import led_cohort_ids
from lms.attendance.models import AttendanceRecord, Mode, Status
from lms.completion.models import Completion
from lms.contracts import RoleName
from lms.courses.models import Assignment, AssignmentRole
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment
from lms.people.merging import (
    CannotMerge,
    Choices,
    NotAgreed,
    columns_of_people,
    merge,
    undo,
    weigh,
)
from lms.people.models import (
    Account,
    Check,
    Consent,
    Guardianship,
    Merge,
    Person,
    Relation,
    Role,
)
from lms.people.moving import count_rows
from lms.people.rules import CheckKind, Purpose
from lms.people.services import NewPerson, add_person, children_of, open_account
from tests.cast import START, Cast

NOW = datetime(2022, 9, 10, 9, 0, tzinfo=UTC)
ON = date(2022, 9, 10)
TRIES = 10

days = st.integers(0, 9).map(lambda number: START + timedelta(days=number))
spans = st.tuples(days, st.one_of(st.none(), st.integers(0, 9))).map(
    lambda one: (one[0], None if one[1] is None else one[0] + timedelta(days=one[1]))
)
sides = st.integers(0, 1)
events = st.one_of(
    st.tuples(st.just("place"), sides, spans, sides, st.booleans()),
    st.tuples(st.just("mark"), sides, st.integers(0, 7), st.sampled_from(Status)),
    st.tuples(st.just("guardian"), sides, spans, sides, st.sampled_from(Relation)),
    st.tuples(st.just("child"), sides, spans, sides),
    st.tuples(st.just("role"), sides, spans, st.sampled_from(RoleName)),
    st.tuples(st.just("consent"), sides, days, st.sampled_from(Purpose), st.booleans()),
    st.tuples(st.just("check"), sides, days, st.sampled_from(CheckKind)),
    st.tuples(st.just("assigned"), sides, spans, st.sampled_from(AssignmentRole), sides),
    st.tuples(st.just("applied"), sides, days, st.sampled_from(ApplicationState), sides),
    st.tuples(st.just("account"), sides),
)


@contextmanager
def _tried() -> Iterator[None]:
    """Try something and leave no trace of it."""
    saved = db.session.begin_nested()
    try:
        yield
    finally:
        saved.rollback()
        db.session.expire_all()


def _happen(cast: Cast, pair: list[Person], history: list[Any]) -> None:
    """Make the rows of a history; what no database would hold is left out of it."""
    for number, (what, side, *more) in enumerate(history):
        saved = db.session.begin_nested()
        try:
            db.session.add_all(_rows(cast, pair[side], what, more, number))
            db.session.flush()
            saved.commit()
        except Exception:
            saved.rollback()


def _rows(cast: Cast, person: Person, what: str, more: list[Any], number: int) -> list[Any]:
    cohorts = [cast.cohort, cast.training_cohort]
    guardians = [cast.guardian, cast.other_guardian]
    at = NOW - timedelta(days=20 - number % 20)
    if what == "place":
        (since, until), which, is_done = more
        place = Enrolment(
            person=person, cohort=cohorts[which], since=since, until=until, enrolled_at=at
        )
        done = Completion(enrolment=place, completed_on=ON, confirmed_at=NOW)
        return [place, done] if is_done else [place]
    if what == "mark":
        session, status = more
        return [
            AttendanceRecord(
                session_id=cast.sessions[session].id,
                person_id=person.id,
                status=status,
                mode=Mode.ONLINE,
                marked_at=at,
            )
        ]
    if what in {"guardian", "child"}:
        (since, until), which, *relation = more
        other = guardians[which] if what == "guardian" else [cast.child, cast.other_child][which]
        ids = (other.id, person.id) if what == "guardian" else (person.id, other.id)
        return [
            Guardianship(
                guardian_id=ids[0],
                child_id=ids[1],
                relation=(relation or [Relation.MOTHER])[0],
                since=since,
                until=until,
            )
        ]
    if what == "role":
        (since, until), name = more
        return [Role(person_id=person.id, name=name, since=since, until=until)]
    if what == "consent":
        day, purpose, is_withdrawn = more
        given_at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return [
            Consent(
                person_id=person.id,
                purpose=purpose,
                text_version="1",
                giver_id=cast.guardian.id,
                given_at=given_at,
                withdrawn_at=given_at + timedelta(hours=1) if is_withdrawn else None,
            )
        ]
    if what == "check":
        day, kind = more
        return [Check(person_id=person.id, kind=kind, done_on=day, expires_on=date(2040, 1, 1))]
    if what == "assigned":
        (since, until), role, which = more
        return [
            Assignment(
                person_id=person.id, cohort=cohorts[which], role=role, since=since, until=until
            )
        ]
    if what == "applied":
        day, state, which = more
        return [
            Application(
                form_key=str(number % 2),
                person_id=person.id,
                applicant_id=cast.guardian.id,
                cohort=cohorts[which],
                state=state,
                sent_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
            )
        ]
    return [Account(person_id=person.id)]


def _sights(kept_id: int, gone_id: int) -> set[tuple[int, str, int]]:
    """List who can see or do what through an account today, the two records taken as one."""
    found: set[tuple[int, str, int]] = set()
    places = db.session.execute(select(Enrolment.person_id, Enrolment.cohort_id)).all()
    for account in db.session.scalars(select(Account).where(Account.closed_at.is_(None))):
        me = account.person_id
        mine = {me, *(child.id for child in children_of(me, on=ON))}
        found |= {(me, "person", kept_id if one == gone_id else one) for one in mine}
        found |= {(me, "cohort", cohort) for person, cohort in places if person in mine}
        found |= {(me, "leads", cohort) for cohort in led_cohort_ids(me, on=ON)}
    return {(me, what, which) for me, what, which in found if me != gone_id}


def _met(person_ids: list[int]) -> dict[int, bool]:
    """Tell for each session whether one of these was there."""
    rows = db.session.execute(
        select(AttendanceRecord.session_id, AttendanceRecord.status).where(
            AttendanceRecord.person_id.in_(person_ids)
        )
    )
    met: dict[int, bool] = {}
    for session_id, status in rows:
        met[session_id] = met.get(session_id, False) or status in {Status.PRESENT, Status.LATE}
    return met


def _merge(cast: Cast, pair: list[Person], agreed: frozenset[str]) -> Merge:
    choices = Choices(agreed=agreed)
    return merge(pair[0], pair[1], choices, by_id=cast.coordinator.id, now=NOW, on=ON)


@settings(
    max_examples=TRIES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(events, min_size=6, max_size=24))
def test_any_two_histories_are_merged_without_harm(cast: Cast, history: list[Any]) -> None:
    with _tried():
        for guardian in (cast.guardian, cast.other_guardian):
            open_account(guardian)
        pair = [
            add_person(NewPerson("Сорока", "Ніколь", birth_date=born), now=NOW)
            for born in (date(2011, 1, 2), date(2011, 2, 1))
        ]
        _happen(cast, pair, history)
        ids = [person.id for person in pair]
        before, met = _sights(*ids), _met(ids)
        completions = len(db.session.scalars(select(Completion.id)).all())
        is_opened = False
        try:
            done = _merge(cast, pair, frozenset())
        except NotAgreed:
            is_opened = True
            weighed = weigh(pair[0], pair[1], from_gone=frozenset(), on=ON)
            try:
                done = _merge(cast, pair, frozenset(gain.key for gain in weighed.gains))
            except CannotMerge:
                return
        except CannotMerge:
            return
        assert not [column for column in columns_of_people() if count_rows(column, ids[1])]
        assert is_opened or _sights(*ids) <= before
        assert _met(ids[:1]) == met
        assert len(db.session.scalars(select(Completion.id)).all()) == completions
        undo(done, now=NOW)
        assert _met(ids) == met
        assert _sights(*ids) <= before
