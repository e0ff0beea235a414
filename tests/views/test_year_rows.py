"""The demonstration year: every figure leads to rows that make it up, quickly and namelessly."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.app import create_app
from lms.clock import now
from lms.db import begin_write, db
from lms.demonstration.cast import Part, player_of
from lms.demonstration.generate import fill
from lms.demonstration.year import read_document
from lms.people.models import Person
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from lms.plugins import suite
from lms.reports.output import as_json
from lms.reports.overview import beside, funnel_of, months_of, other_events_of, programmes_of
from lms.reports.rows import entered_rows
from lms.reports.rules import Overlap
from lms.reports.services import draw_up
from lms.reports.tally import Selector
from tests.conftest import BASE_SETTINGS, Browser
from tests.mentoring import counted_queries

PERSONS = {"code_club_learners", "it_school_learners", "pr_training_participants"}
MOST_QUERIES = 45


@pytest.fixture(scope="module")
def year(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The filled year, read by every test of this file and changed by none."""
    folder = tmp_path_factory.mktemp("year")
    shutil.copy(template_database, folder / "lms.sqlite")
    settings = {**BASE_SETTINGS, "LMS_DEMONSTRATION": True, "LMS_DATA": folder}
    app = create_app({**settings, "LMS_PUBLIC_URL": "http://127.0.0.1:8000"})
    with app.app_context():
        begin_write()
        fill()
        db.session.commit()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def here(year: Flask) -> Iterator[Flask]:
    with year.app_context():
        yield year
        db.session.rollback()
        db.session.remove()


def _browser(app: Flask, part: Part) -> Browser:
    db.session.rollback()
    begin_write()
    token = begin_sign_in(open_account(player_of(part)).id, days=1, now=now())
    db.session.commit()
    return Browser(app, token)


def test_the_report_is_that_of_the_library(here: Flask) -> None:
    page = read_document("year-2022.yaml")
    printed = {row["key"]: row for row in json.loads(as_json(draw_up(2022)))["indicators"]}
    assert list(printed) == [row["key"] for row in page["indicators"]]
    for row in page["indicators"]:
        if row["figure"] is not None:
            assert printed[row["key"]]["figure"] == row["figure"], row["key"]
        assert printed[row["key"]]["previous"] == row.get("previous"), row["key"]
    assert printed["events_held"]["text"] == "+2,0 %"
    assert printed["event_attendance"]["text"] == "−38,4 %"
    assert printed["event_attendance"]["percent"] == -38.4


def test_units_are_the_librarys_own_words(here: Flask) -> None:
    printed = {row["key"]: row["unit"] for row in json.loads(as_json(draw_up(2022)))["indicators"]}
    for row in read_document("year-2022.yaml")["indicators"]:
        assert printed[row["key"]] == row["unit"], row["key"]


def test_the_rows_of_every_line_sum_to_its_figure(here: Flask) -> None:
    for line in draw_up(2022).lines:
        rows = suite().indicators[line.key].rows(2022)
        if line.value.is_entered:
            rows = entered_rows(line.key, 2022)
        total = sum(row.amount for row in rows)
        if line.key in PERSONS:
            assert total >= line.value.figure, line.key
        else:
            assert total == line.value.figure, line.key


def test_eighteen_children_were_in_both_modules(here: Flask) -> None:
    found = beside(draw_up(2022).tally, Selector(kind="code_club"))
    assert found.modules == 2
    assert found.in_modules == Overlap(persons=112, places=130, in_several=18)


def test_programmes_split_as_the_year_says(here: Flask) -> None:
    report = draw_up(2022)
    split: dict[str, list[int]] = {}
    for row in programmes_of(report.tally):
        part = split.setdefault(row.group.kind, [0, 0])
        part[0] += row.sessions
        part[1] += row.attendance
    others = other_events_of(2022)
    assert others is not None
    split["other_events"] = [others.events, others.attendance]
    assert split == {
        row["programme"]: [row["sessions"], row["attendance"]]
        for row in read_document("year-2022.yaml")["split"]
    }


def test_months_sum_to_the_year(here: Flask) -> None:
    report = draw_up(2022)
    months = months_of(report)
    assert sum(month.events for month in months) == report.line("events_held").value.figure  # type: ignore[union-attr]
    assert sum(month.visits for month in months) == report.line("event_attendance").value.figure  # type: ignore[union-attr]


def test_the_way_to_the_certificate_only_narrows(here: Flask) -> None:
    rows = funnel_of(2022)
    assert len(rows) == 6
    for row in rows:
        assert row.certificates is not None
        steps = [row.applications, row.enrolments, row.completions, row.certificates]
        assert steps == sorted(steps, reverse=True)
        assert row.completions > 0


def test_the_number_of_questions_does_not_grow_with_the_rows(here: Flask) -> None:
    with counted_queries() as empty:
        draw_up(1995)
    with counted_queries() as full:
        draw_up(2022)
    assert len(full) <= MOST_QUERIES
    assert len(full) <= len(empty) + 10


@pytest.mark.parametrize("part", [Part.DIRECTOR, Part.COORDINATOR])
def test_every_line_has_a_page_that_names_nobody(here: Flask, part: Part) -> None:
    names = {name for name in db.session.scalars(select(Person.family_name)) if len(name) > 4} - {
        player_of(part).family_name
    }
    browser = _browser(here, part)
    for line in draw_up(2022).lines:
        page = browser.get(f"/reports/2022/{line.key}")
        assert page.status_code == 200
        body = page.text.split("<main", 1)[1]
        if not line.value.is_entered:
            # A figure entered by hand says who entered it.
            assert not [name for name in names if f"{name} " in body], line.key
