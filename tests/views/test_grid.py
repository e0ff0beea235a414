"""The pages of a journal: bring, decide, look at the table, write, take back."""

import io

import pytest
from sqlalchemy import func, select

from lms.attendance.models import AttendanceRecord
from lms.attendance.services import marks_of
from lms.db import db
from lms.imports import drawer
from lms.imports.models import Import, ImportMapping, ImportState
from lms.people.models import Person
from tests.grids import journal
from tests.mentoring import enter, settle

ROWS = ("1;Знам’янська Соломія;+;н;Ω", "2;Знаминський Лук’ян;+;+;хв (грип)", "3;Кіт Мурко;+;;")


@pytest.fixture
def cast(cast):
    return settle(cast)


@pytest.fixture
def desk(as_, cast):
    return enter(as_, cast.coordinator)


def send(desk, cast, content: bytes):
    data = {"file": (io.BytesIO(content), "Журнал.csv")}
    return desk.post(f"/cohorts/{cast.cohort.id}/table", data=data)


def bring(desk, cast, content: bytes) -> str:
    answer = send(desk, cast, content)
    assert answer.status_code == 303, answer.text
    return answer.location


def only() -> Import:
    db.session.rollback()
    return db.session.scalars(select(Import).order_by(Import.id.desc())).first()


def number(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_journal_goes_the_whole_way_and_back(desk, cast):
    people = number(Person)
    assert "Перенести журнал із таблиці" in desk.get(f"/cohorts/{cast.cohort.id}").text
    assert desk.get(f"/cohorts/{cast.cohort.id}/table").status_code == 200
    address = bring(desk, cast, journal(*ROWS))
    page = desk.get(address).text
    assert "«ω»" in page
    assert "Знаминський Лук’ян" in page
    assert "грип" not in page
    assert number(AttendanceRecord) == 0
    said = {"sign-0": "late", "name-3": str(cast.sibling.id), "name-4": "leave"}
    assert desk.post(f"{address}/answers", data=said).status_code == 303
    page = desk.get(address).text
    assert "2 людей" in page
    assert "Що означають ці знаки?" not in page
    assert number(ImportMapping) == 1
    assert desk.post(f"{address}/confirm").status_code == 303
    assert number(AttendanceRecord) == 6
    assert number(Person) == people
    assert marks_of(cast.sessions[2].id)[cast.child.id].status == "late"
    page = desk.get(address).text
    assert "Повернути імпорт назад" in page
    assert drawer.noted(only().token, drawer.ACCOUNT) is None
    assert "з таблиці" in desk.get(f"/registers/{cast.sessions[0].id}/history").text
    assert desk.post(f"{address}/undo").status_code == 303
    assert number(AttendanceRecord) == 0
    assert only().state is ImportState.UNDONE
    assert desk.post(f"{address}/undo").status_code == 422


def test_the_list_of_imports_leads_to_a_journal(desk, cast):
    address = bring(desk, cast, journal(*ROWS))
    made = only()
    assert "журнал групи" in desk.get("/imports").text
    assert desk.get(f"/imports/{made.id}").location == address
    for path in ("columns", "answers", "confirm", "undo", "directions"):
        assert desk.post(f"/imports/{made.id}/{path}").status_code == 404
    assert desk.post(f"/imports/{made.id}/drop").status_code == 303
    assert only().state is ImportState.DROPPED
    assert drawer.noted(made.token, drawer.ACCOUNT) is None


def test_only_what_was_offered_is_taken_for_an_answer(desk, cast):
    address = bring(desk, cast, journal(*ROWS))
    for said in (
        {"name-3": str(cast.guardian.id)},
        {"name-2": str(cast.other_child.id)},
        {"sign-0": "present; drop"},
        {"sign-9": "present"},
        {"day-0": "make"},
        {"mark-2.0": "sheet"},
        {},
    ):
        assert desk.post(f"{address}/answers", data=said).status_code == 422


def test_differences_are_decided_for_all_at_once_and_anew(desk, cast):
    address = bring(desk, cast, journal("1;Соломія;+;+;+"))
    assert desk.post(f"{address}/confirm").status_code == 303
    address = bring(desk, cast, journal("1;Соломія;н;н;+"))
    page = desk.get(address).text
    assert "Де в журналі записано інше" in page
    assert desk.post(f"{address}/confirm").status_code == 422
    assert desk.post(f"{address}/answers", data={"all_marks": "sheet"}).status_code == 303
    assert desk.post(f"{address}/answers", data={"forget": "1"}).status_code == 303
    assert desk.post(f"{address}/confirm").status_code == 422
    assert desk.post(f"{address}/answers", data={"all_marks": "sheet"}).status_code == 303
    assert desk.post(f"{address}/confirm").status_code == 303
    assert marks_of(cast.sessions[0].id)[cast.child.id].status == "absent"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Спершу виберіть файл"),
        (b"%PDF-1.4", "не таблиця"),
        ("ПІБ;Телефон\nШвець;0501234567".encode(), "рядка з датами"),
        ("ПІБ;05.09\nШвець;".encode(), "немає позначок"),
    ],
)
def test_a_file_that_is_no_journal_is_refused_with_a_sentence(desk, cast, content, words):
    answer = send(desk, cast, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert number(Import) == 0


@pytest.mark.parametrize("who", ["mentor", "guardian", "learner"])
def test_nobody_but_the_coordinator_brings_a_journal(as_, cast, desk, who):
    address = bring(desk, cast, journal(*ROWS))
    browser = enter(as_, getattr(cast, who))
    for path in (f"/cohorts/{cast.cohort.id}/table", address):
        assert browser.get(path).status_code in {403, 404}
    for path in ("answers", "confirm", "undo"):
        assert browser.post(f"{address}/{path}").status_code in {403, 404}


def test_a_journal_that_is_not_there_is_not_found(desk):
    assert desk.get("/cohorts/999/table").status_code == 404
    assert desk.get("/imports/tables/999").status_code == 404


def test_the_command_line_tells_and_writes(app, cast, tmp_path):
    file = tmp_path / "journal.csv"
    file.write_bytes(journal("1;Соломія;+;Ω;+"))
    runner = app.test_cli_runner()
    asked = ["import-grid", str(file), "--group", str(cast.cohort.id), "--format", "json"]
    dry = runner.invoke(args=[*asked, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert '"ω": 1' in dry.output
    assert number(AttendanceRecord) == 0
    done = runner.invoke(args=[*asked, "--sign", "Ω=absent", "--yes"])
    assert done.exit_code == 0, done.output
    assert '"marks": 3' in done.output
    assert number(AttendanceRecord) == 3
    again = runner.invoke(args=[*asked[:-1], "text", "--sign", "Ω=absent", "--yes"])
    assert again.exit_code == 0
    assert "+ 0 · 0" in again.output
    assert runner.invoke(args=["import-grid", str(file), "--group", "999"]).exit_code != 0
    assert runner.invoke(args=[*asked, "--sign", "Ω=what"]).exit_code != 0
