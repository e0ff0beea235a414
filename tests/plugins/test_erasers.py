"""No table holds personal data that nobody could erase: the start stops with a sentence."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, func, insert, select
from sqlalchemy.exc import SAWarning

from lms.clock import now
from lms.contracts import Eraser, Erasing
from lms.db import Base, begin_write, db
from lms.erasers import NoEraser, TablesAsleep, personal_columns
from lms.hookspecs import hook
from lms.people.erasing import erase
from lms.people.models import Person
from tests.cast import Cast

PERSONAL = {"personal": True}


@pytest.fixture
def notes() -> Iterator[Table]:
    """A stranger's table with two personal columns, in this test only."""
    table = Table(
        "foreign_note",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("about_id", ForeignKey("person.id", ondelete="CASCADE")),
        Column("words", String(200), info=PERSONAL),
        Column("born_on", Date, info=PERSONAL),
    )
    yield table
    Base.metadata.remove(table)


class Plugin:
    """A stranger's plug-in with erasers of its own."""

    def __init__(self, *erasers: Eraser) -> None:
        self.erasers = list(erasers)

    @hook
    def register_erasers(self) -> list[Eraser]:
        return self.erasers


def test_personal_columns_without_an_eraser_stop_the_start(
    make_app: Callable[..., Flask], notes: Table
) -> None:
    with pytest.raises(NoEraser, match=r"foreign_note.*words"):
        make_app()


def test_an_eraser_that_forgets_a_column_stops_the_start(
    make_app: Callable[..., Flask], notes: Table
) -> None:
    forgetful = Eraser("foreign_note", owner="about_id", clear={"words": ""})
    with pytest.raises(NoEraser, match=r"foreign_note.*born_on"):
        make_app(foreign=Plugin(forgetful))


@pytest.mark.parametrize(
    "wrong",
    [
        Eraser("foreign_nota", is_deleted=True),
        Eraser("foreign_note", is_deleted=True),
        Eraser("foreign_note", owner="about_id", clear={"word": ""}),
        Eraser("foreign_note", owner="about_id", through="persons", is_deleted=True),
    ],
    ids=["table", "owner", "column", "through"],
)
def test_a_misspelt_eraser_stops_the_start(
    make_app: Callable[..., Flask], notes: Table, wrong: Eraser
) -> None:
    right = Eraser("foreign_note", owner="about_id", is_deleted=True)
    with pytest.raises(NoEraser, match="names what is not there"):
        make_app(foreign=Plugin(right, wrong))


def test_hook_register_erasers(make_app: Callable[..., Flask], cast: Cast, notes: Table) -> None:
    told: list[Erasing] = []
    app = make_app(
        foreign=Plugin(
            Eraser("foreign_note", run=told.append),
            Eraser("foreign_note", owner="about_id", clear={"words": "", "born_on": None}),
        )
    )
    db.session.rollback()
    with app.app_context():
        notes.create(db.engine)
        begin_write()
        child = db.session.get_one(Person, cast.child.id)
        for person_id in (child.id, cast.sibling.id):
            db.session.execute(insert(notes).values(about_id=person_id, words="алергія"))
        erase(child, now=now())
        rows = db.session.execute(select(notes.c.about_id, notes.c.words)).all()
        db.session.rollback()
        db.session.remove()
    assert sorted(rows) == sorted([(cast.child.id, ""), (cast.sibling.id, "алергія")])
    assert told[0].names == ("Знам’янська", "Соломія", "Андріївна")


@pytest.mark.filterwarnings("ignore", category=SAWarning)
def test_nobody_is_erased_while_a_module_with_data_is_switched_off(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    off = make_app({"LMS_PLUGINS_OFF": frozenset({"completion", "certificates"})})
    db.session.rollback()
    with off.app_context():
        begin_write()
        child = db.session.get_one(Person, cast.child.id)
        with pytest.raises(TablesAsleep) as refusal:
            erase(child, now=now())
        db.session.rollback()
        db.session.remove()
    assert "certificate" in str(refusal.value.reason.values["tables"])  # type: ignore[union-attr]


def test_what_names_or_describes_a_person_is_declared_personal(app: Flask) -> None:
    found = personal_columns()
    assert {"family_name", "given_name", "birth_date", "phone", "email"} <= set(found["person"])
    expected = {"account", "letter", "certificate", "project", "mark_change", "mentor_profile"}
    assert expected <= set(found)


def test_figures_keep_their_rows(app: Flask, cast: Cast) -> None:
    before = _counts()
    begin_write()
    erase(db.session.get_one(Person, cast.child.id), now=now())
    db.session.commit()
    assert _counts() == before


def _counts() -> dict[str, Any]:
    kept = ("person", "enrolment", "application", "attendance_record", "completion", "certificate")
    tables = Base.metadata.tables
    return {
        name: db.session.scalar(select(func.count()).select_from(tables[name])) for name in kept
    }
