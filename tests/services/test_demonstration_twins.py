"""The bulk paths of the demonstration leave the rows that the services leave one by one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.attendance.closing import lock_due
from lms.attendance.register import find_register
from lms.attendance.rules import Heads, Mark, Mode, Status, SubmittedMark
from lms.attendance.services import Entry, SubmittedHeads, save_register
from lms.courses.models import Cohort, Session
from lms.courses.services import Weekly, plan_weekly
from lms.db import Base, db
from lms.demonstration.applications import Somebody, Submit, Wish, send_all
from lms.demonstration.digest import LEFT_OUT, year_hash
from lms.demonstration.generate import fill
from lms.demonstration.registers import Save, Sheet, save_all
from lms.enrolment.refusals import NoSeat, NotFitting
from lms.enrolment.services import Child, Terms, Who, apply_adult, apply_family
from lms.people.models import Person, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson
from tests.cast import Cast

LOCK_DAYS = 3
SENT = datetime(2022, 8, 22, 8, 15, tzinfo=UTC)
PURPOSES = frozenset({Purpose.TAKING_PART, Purpose.PHOTOGRAPHS})
ATTENDANCE = (
    "attendance_record",
    "mark_change",
    "head_count",
    "head_count_change",
    "register",
    "session",
)
ENROLMENT = ("person", "account", "role", "guardianship", "consent", "application", "enrolment")


def rows(*tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of some tables as they stand, keys included."""
    db.session.flush()
    db.session.expire_all()
    return {
        name: [
            tuple(row)
            for row in db.session.execute(
                select(Base.metadata.tables[name]).order_by(
                    *Base.metadata.tables[name].primary_key.columns
                )
            )
        ]
        for name in tables
    }


@pytest.fixture
def both() -> Callable[..., Any]:
    """Do something in two ways from the same state, each undone afterwards."""

    def compare(one: Callable[[], object], other: Callable[[], object], *tables: str) -> Any:
        seen = []
        for way in (one, other):
            db.session.commit()
            way()
            seen.append(rows(*tables))
            db.session.rollback()
            db.session.expunge_all()
        return seen

    return compare


def without_keys(seen: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Leave out serial numbers: PostgreSQL does not give back those of what was undone."""
    return {
        name: sorted(
            (
                tuple(
                    value
                    for column, value in zip(Base.metadata.tables[name].columns, row, strict=True)
                    if column.name != "id" and not column.foreign_keys
                )
                for row in found
            ),
            key=repr,
        )
        for name, found in seen.items()
    }


def mark(status: Status) -> Mark:
    return Mark(status, Mode.ONLINE)


def test_registers(app: Flask, cast: Cast, both: Any) -> None:
    session_id, by = cast.sessions[0].id, cast.mentor.id
    child, sibling, other = (p.id for p in (cast.child, cast.sibling, cast.other_child))
    end = cast.sessions[0].starts_at + timedelta(minutes=60)
    first = {child: mark(Status.PRESENT), sibling: mark(Status.LATE), other: mark(Status.ABSENT)}
    later = {other: mark(Status.MADE_UP)}
    saves = (
        Save(by, end, first, finishes=True),
        Save(by, end + timedelta(days=2), later),
    )

    def bulk() -> None:
        save_all([Sheet(db.session.get_one(Session, session_id), saves)], lock_days=LOCK_DAYS)

    def one_by_one() -> None:
        seen: dict[int, tuple[Mark, int]] = {}
        for save in saves:
            found = find_register(session_id, is_writing=True)
            assert found is not None
            entry = Entry(
                marks=tuple(
                    SubmittedMark(person_id, now, *seen.get(person_id, (None, 0)))
                    for person_id, now in save.marks.items()
                ),
                finishes=save.finishes,
            )
            saved = save_register(found, entry, by_id=save.by_id, now=save.at, lock_days=LOCK_DAYS)
            seen = dict(saved.marks)
        lock_due(now=end + timedelta(days=LOCK_DAYS), lock_days=LOCK_DAYS)

    one, other_way = both(bulk, one_by_one, *ATTENDANCE)
    assert len(one["mark_change"]) == 4
    assert {n: strip_id(n, r) for n, r in one.items()} == {
        n: strip_id(n, r) for n, r in other_way.items()
    }


def strip_id(name: str, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    # How often and when a row was changed last tells of the way there, not of the year.
    left_out = {"id"} | {one.split(".")[1] for one in LEFT_OUT if one.startswith(f"{name}.")}
    names = [column.name for column in Base.metadata.tables[name].columns]
    return sorted(
        (tuple(v for n, v in zip(names, row, strict=True) if n not in left_out) for row in found),
        key=repr,
    )


def test_head_counts(app: Flask, cast: Cast, both: Any) -> None:
    session_id, by = cast.yoga_sessions[0].id, cast.leader.id
    end = cast.yoga_sessions[0].starts_at + timedelta(minutes=55)
    heads = Heads(in_person=7, first_time=2)

    def bulk() -> None:
        session = db.session.get_one(Session, session_id)
        save = Save(by, end, heads=heads, finishes=True)
        save_all([Sheet(session, (save,))], lock_days=LOCK_DAYS)

    def one_by_one() -> None:
        found = find_register(session_id, is_writing=True)
        assert found is not None
        entry = Entry(heads=SubmittedHeads(heads), finishes=True)
        save_register(found, entry, by_id=by, now=end, lock_days=LOCK_DAYS)
        lock_due(now=end + timedelta(days=LOCK_DAYS), lock_days=LOCK_DAYS)

    one, other_way = both(bulk, one_by_one, *ATTENDANCE)
    assert len(one["head_count"]) == 1
    assert {n: strip_id(n, r) for n, r in one.items()} == {
        n: strip_id(n, r) for n, r in other_way.items()
    }


MOTHER = NewPerson("Чумаченко", "Ірина", email="iryna@example.org")
TWO = (
    NewPerson("Чумаченко", "Соломія", birth_date=date(2012, 5, 1)),
    NewPerson("Чумаченко", "Тимофій", birth_date=date(2013, 5, 1)),
)


@pytest.fixture
def second_cohort(app: Flask, cast: Cast) -> Cohort:
    """Another group of the same module, for a family that applies a second time."""
    cohort = Cohort(module_id=cast.module.id, course_id=cast.course.id, name="Python", capacity=5)
    db.session.add(cohort)
    db.session.flush()
    plan_weekly(
        cohort, Weekly(1, time(17, 0)), from_day=date(2022, 9, 5), until_day=date(2022, 10, 5)
    )
    db.session.commit()
    return cohort


def test_families(app: Flask, cast: Cast, second_cohort: Cohort, both: Any) -> None:
    cohort_id, second_id = cast.cohort.id, second_cohort.id
    later = SENT + timedelta(days=3)

    def bulk() -> None:
        first, second = (db.session.get_one(Cohort, each) for each in (cohort_id, second_id))
        mother, children = Somebody(MOTHER), [Somebody(child) for child in TWO]
        send_all(
            [
                Submit(
                    "key-1",
                    mother,
                    Relation.MOTHER,
                    tuple(Wish(child, first) for child in children),
                    PURPOSES,
                    SENT,
                    SENT.date(),
                ),
                Submit(
                    "key-2",
                    mother,
                    Relation.MOTHER,
                    (Wish(children[0], second),),
                    frozenset({Purpose.TAKING_PART}),
                    later,
                    later.date(),
                ),
            ]
        )

    def one_by_one() -> None:
        receipt = apply_family(
            Who(new=MOTHER),
            Relation.MOTHER,
            [Child(child, (cohort_id,)) for child in TWO],
            terms=Terms("key-1", PURPOSES),
            now=SENT,
            on=SENT.date(),
        )
        apply_family(
            Who(person=receipt.applicant),
            Relation.MOTHER,
            [Child(TWO[0], (second_id,))],
            terms=Terms("key-2", frozenset({Purpose.TAKING_PART})),
            now=later,
            on=later.date(),
        )

    one, other_way = both(bulk, one_by_one, *ENROLMENT)
    assert len(one["enrolment"]) - len(cast.enrolments) == 3
    assert without_keys(one) == without_keys(other_way)
    if db.engine.dialect.name == "sqlite":
        assert {name: set(found) for name, found in one.items()} == {
            name: set(found) for name, found in other_way.items()
        }


def test_adults(app: Flask, cast: Cast, both: Any) -> None:
    cohort_id = cast.training_cohort.id
    new = NewPerson("Мельник", "Галина", workplace="Троїцька бібліотека")
    purposes = frozenset({Purpose.TAKING_PART, Purpose.MESSAGES})

    def bulk() -> None:
        cohort, who = db.session.get_one(Cohort, cohort_id), Somebody(new)
        send_all([Submit("key", who, None, (Wish(who, cohort),), purposes, SENT, SENT.date())])

    def one_by_one() -> None:
        apply_adult(Who(new=new), cohort_id, terms=Terms("key", purposes), now=SENT, on=SENT.date())

    one, other_way = both(bulk, one_by_one, *ENROLMENT)
    assert without_keys(one) == without_keys(other_way)
    if db.engine.dialect.name == "sqlite":
        assert one == other_way


def test_the_bulk_path_refuses_what_the_service_refuses(app: Flask, cast: Cast) -> None:
    old = Somebody(NewPerson("Старий", "Іван", birth_date=date(1990, 1, 1)))
    wish = Submit(
        "key",
        Somebody(MOTHER),
        Relation.MOTHER,
        (Wish(old, cast.cohort),),
        PURPOSES,
        SENT,
        SENT.date(),
    )
    with pytest.raises(NotFitting):
        send_all([wish])
    crowd = [Somebody(NewPerson("Малий", f"{n}", birth_date=date(2012, 1, 1))) for n in range(6)]
    full = Submit(
        "full",
        Somebody(MOTHER),
        Relation.MOTHER,
        tuple(Wish(child, cast.cohort) for child in crowd),
        PURPOSES,
        SENT,
        SENT.date(),
    )
    with pytest.raises(NoSeat):
        send_all([full])


YEAR_HASHES: set[str] = set()


def test_the_year_is_the_same_on_both_databases(app: Flask) -> None:
    assert fill()
    assert db.session.scalars(select(Person.id).limit(1)).first() is not None
    YEAR_HASHES.add(year_hash(2022))
    assert len(YEAR_HASHES) == 1
