"""Importing a sheet: all or none, twice the same, no new guardian, taken back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.db import begin_write, db
from lms.enrolment.decisions import accept
from lms.enrolment.models import Application, ApplicationState
from lms.imports.models import Import, ImportRow
from lms.imports.planning import Status
from lms.imports.reading import read_sheet
from lms.imports.registry import cohorts_of, load_registry, load_target, mark_key, suggest
from lms.imports.services import (
    Dry,
    ImportRefused,
    account_for,
    add_import,
    headings_mark,
    import_rows,
    understand,
)
from lms.imports.undoing import undo
from lms.imports.writing import Done, Terms
from lms.people.models import Consent, Guardianship, Person, Relation
from lms.people.names import fold
from lms.people.rules import Purpose
from lms.people.services import NewPerson, add_guardian, add_person
from tests.sheets import AUTUMN, ON, SPRING, sheet

DATABASES = ("sqlite",)

AT = datetime(2022, 9, 20, 9, 0, tzinfo=UTC)
LEV = "Ткач Лев;12.03.2012;Ткач Ольга Іванівна;0501234567;t@x.ua;Scratch;+;алергія на пил"
LEV_PHONE = LEV.replace("0501234567", "0671234567")
ZOYA = "Ткач Зоя;1.1.2014;Ткач Ольга Іванівна;0501234567;t@x.ua;Scratch;+;"


def bring(
    content: bytes, module_id: int | None = None, **terms: object
) -> tuple[Import, Dry, Done]:
    layout, entries = understand(
        read_sheet(content), meanings=None, answers={}, key=mark_key(), on=ON
    )
    directions = {one for entry in entries for one in entry.directions}
    chosen = suggest(directions, cohorts_of(module_id)) if module_id else {}
    target = load_target(module_id, chosen)
    dry = account_for(layout, entries, load_registry(on=ON), target)
    token = f"{db.session.scalar(select(func.count()).select_from(Import)):043d}"
    made = add_import(token, "csv", headings_mark(layout), by_id=None, now=AT)
    done = import_rows(made, dry, Terms(AT, ON, "Europe/Kyiv", module_id, **terms))  # type: ignore[arg-type]
    return made, dry, done


def number(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture(autouse=True)
def writing(app):
    begin_write()


@pytest.mark.parametrize("sample", [AUTUMN, SPRING], ids=["autumn", "spring"])
def test_a_sample_brought_twice_changes_nothing_the_second_time(app, sample):
    _made, first, done = bring(sample.read_bytes())
    assert done.people > first.counts["new"]
    before = [number(model) for model in (Person, Guardianship, Consent, ImportRow)]
    _again, second, nothing = bring(sample.read_bytes())
    assert (nothing.people, nothing.applications, nothing.changed) == (0, 0, 0)
    assert [number(model) for model in (Person, Guardianship, Consent, ImportRow)] == before
    assert (second.counts["new"], second.counts["changed"]) == (0, 0)


def test_what_a_row_says_becomes_a_child_a_guardian_a_tie_and_a_consent(app):
    bring(sheet(LEV))
    child = db.session.scalars(select(Person).where(Person.given_name == "Лев")).one()
    tie = db.session.scalars(select(Guardianship)).one()
    assert (child.email, child.phone, tie.guardian.phone) == ("", "", "+380501234567")
    assert tie.relation is Relation.MOTHER
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.purpose, consent.giver_id) == (Purpose.TAKING_PART, tie.guardian_id)


def test_nothing_of_a_row_without_consent_and_no_comment_is_kept(app):
    bring(sheet(LEV, "Кіт Секрет;1.1.2013;Кіт Марта;0509999999;secret@x.ua;Scratch;;"))
    db.session.flush()
    kept = json.dumps(
        [
            [str(value) for value in row]
            for table in db.metadata.sorted_tables
            for row in db.session.execute(table.select())
        ],
        ensure_ascii=False,
    )
    for secret in ("Секрет", "0509999999", "secret@x.ua", "алергія"):
        assert secret not in kept
    assert "Ткач" in kept


def test_a_growing_sheet_adds_only_what_is_new_and_a_consent_lets_a_row_in(app):
    bring(sheet(LEV, ZOYA.replace("+", "")))
    _made, dry, done = bring(sheet(LEV, ZOYA, LEV_PHONE))
    assert [row.status for row in dry.rows] == [Status.KNOWN, Status.NEW, Status.CHANGED]
    assert (done.people, number(Guardianship)) == (1, 2)


def test_a_change_is_taken_over_only_when_ticked(app):
    bring(sheet(LEV))
    mother = select(Person.phone).where(Person.given_name == "Ольга")
    bring(sheet(LEV_PHONE + " "), changed_rows=frozenset())
    assert db.session.scalar(mother) == "+380501234567"
    bring(sheet(LEV_PHONE.replace("0671234567", "0671234568")), changed_rows=frozenset({2}))
    assert db.session.scalar(mother) == "+380671234568"


def test_a_row_never_ties_a_new_guardian_to_a_known_child(app, cast):
    child = cast.child
    row = f"{child.full_name};{child.birth_date:%d.%m.%Y};Чужа Жанна;0991112233;zh@x.ua;Scratch;+;"
    _made, dry, done = bring(sheet(row))
    assert dry.rows[0].status is Status.DECIDE
    assert done.people == 0
    ties = select(func.count()).select_from(Guardianship).where(Guardianship.child_id == child.id)
    assert db.session.scalar(ties) == 1


def test_rows_become_applications_that_wait_in_the_group_of_their_direction(app, cast):
    begin_write()
    cast.course.direction = "Scratch"
    _made, dry, done = bring(sheet(LEV, ZOYA.replace("1.1.2014", "1.1.2019")), cast.module.id)
    assert dry.rows[0].status is Status.NEW
    application = db.session.scalars(select(Application).order_by(Application.id.desc())).first()
    assert application is not None
    assert (application.cohort_id, application.state) == (cast.cohort.id, ApplicationState.WAITING)
    assert dry.rows[1].status in {Status.REFUSED, Status.DECIDE}
    assert done.applications == 1
    _made, again, nothing = bring(sheet(LEV), cast.module.id)
    assert (again.counts["known"], nothing.applications) == (1, 0)


def test_a_whole_import_is_taken_back_to_the_last_row(app, cast):
    begin_write()
    models = (Person, Guardianship, Consent, Application, ImportRow)
    before = [number(model) for model in models]
    made, _dry, _done = bring(AUTUMN.read_bytes())
    undo(made, before=[], now=AT)
    assert [number(model) for model in models] == before
    _made, dry, _done = bring(AUTUMN.read_bytes())
    assert dry.counts["new"] == 75


def test_taking_back_puts_contacts_back_as_they_were(app):
    bring(sheet(LEV))
    made, _dry, done = bring(sheet(LEV_PHONE), changed_rows=None)
    undo(made, before=done.before, now=AT)
    phones = set(db.session.scalars(select(Person.phone)))
    assert "+380501234567" in phones
    assert "+380671234567" not in phones


def test_an_import_that_was_worked_with_is_not_taken_back(app, cast):
    begin_write()
    cast.course.direction = "Scratch"
    made, _dry, _done = bring(sheet(LEV), cast.module.id)
    application = db.session.scalars(select(Application).order_by(Application.id.desc())).first()
    assert application is not None
    accept(application, by_id=cast.coordinator.id, now=AT, on=ON)
    with pytest.raises(ImportRefused) as refusal:
        undo(made, before=[], now=AT)
    assert refusal.value.reason.code == "import_touched"


def test_somebody_tied_to_an_imported_child_since_stops_taking_back(app):
    made, _dry, _done = bring(sheet(LEV))
    child = db.session.scalars(select(Person).where(Person.given_name == "Лев")).one()
    aunt = add_person(NewPerson("Ткач", "Ніна"), now=AT)
    add_guardian(aunt, child, relation=Relation.ACCOMPANYING, since=ON)
    with pytest.raises(ImportRefused):
        undo(made, before=[], now=AT)


def test_somebody_erased_is_not_brought_back_by_the_next_sheet(app):
    bring(sheet(LEV))
    child = db.session.scalars(select(Person).where(Person.given_name == "Лев")).one()
    child.erased_at, child.folded, child.given_name = AT, fold("x"), ""
    db.session.flush()
    _made, dry, done = bring(sheet(LEV))
    assert (dry.rows[0].status, done.people) == (Status.REFUSED, 0)


def test_the_command_prints_the_account_and_imports_once(app):
    db.session.rollback()
    runner = app.test_cli_runner()
    path = str(Path(AUTUMN))
    dry = runner.invoke(args=["import", path, "--dry-run", "--format", "json"])
    account = json.loads(dry.stdout)
    assert set(account) == {"columns", "rows", "summary"}
    assert set(account["summary"]) == {"new", "known", "changed", "decide", "refused"}
    fields = ["family_name", "given_name", "patronymic", "birth_date", "phone", "email"]
    assert all(list(row["person"]) == fields for row in account["rows"])
    assert "123 / 123" in dry.stderr
    assert number(ImportRow) == 0
    done = runner.invoke(args=["import", path, "--yes", "--format", "json"])
    assert json.loads(done.stdout)["imported"]["people"] > 74
    assert runner.invoke(args=["import", path, "--yes"]).stdout.endswith("+ 0 · 0 · 0\n")


def test_the_command_refuses_what_is_no_sheet_and_what_is_not_there(app, tmp_path):
    db.session.rollback()
    runner = app.test_cli_runner()
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG")
    answer = runner.invoke(args=["import", str(path)])
    assert answer.exception is not None
    assert getattr(answer.exception, "reason").code == "sheet_no_table"  # noqa: B009
    assert runner.invoke(args=["import", str(tmp_path / "none.csv")]).exit_code == 2
    path.write_bytes(sheet(LEV))
    assert runner.invoke(args=["import", str(path), "--mapping", "Пошта=nonsense"]).exit_code == 1
