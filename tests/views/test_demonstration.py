"""The filled year, the groups of today beside it, and the page of the cast."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text

from lms.app import create_app
from lms.attendance.models import AttendanceRecord
from lms.attendance.rules import CAME
from lms.certificates.models import Certificate, CertificateFile
from lms.completion.services import assess_cohort, confirm_cohort
from lms.courses.models import Cohort, Module, Programme, Session, SessionState
from lms.courses.services import hold_session
from lms.db import Base, begin_write, db
from lms.demonstration.cast import Part, account_of, player_of
from lms.demonstration.digest import PASSING, conditions, year_hash
from lms.demonstration.generate import NotEmpty, fill
from lms.demonstration.moving import sessions_of
from lms.demonstration.present import group_of, refresh
from lms.demonstration.year import read_document, read_figures
from lms.enrolment.models import Application, ApplicationState, Enrolment, Offer, OfferState
from lms.families.models import DataRequest
from lms.people.duplicates import possible_doubles
from lms.people.models import Person
from lms.people.services import NewPerson, add_person, children_of, clearance
from lms.reports.output import as_json
from lms.reports.services import draw_up
from tests.conftest import BASE_SETTINGS, Browser

ON = {"LMS_DEMONSTRATION": True, "LMS_PUBLIC_URL": "http://127.0.0.1:8000"}
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def filled_database(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the year and the groups of one day, copied for each test."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(template_database, folder / "lms.sqlite")
    app = create_app({**BASE_SETTINGS, **ON, "LMS_DATA": folder})
    with app.app_context():
        begin_write()
        assert fill()
        refresh(on=TODAY)
        db.session.commit()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    return folder / "lms.sqlite"


@pytest.fixture
def make_filled(filled_database: Path, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        if not made:
            shutil.copy(filled_database, tmp_path / "lms.sqlite")
        made.append(create_app({**BASE_SETTINGS, **ON, "LMS_DATA": tmp_path, **settings}))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def filled(make_filled: Callable[..., Flask]) -> Iterator[Flask]:
    app = make_filled()
    with app.app_context():
        begin_write()
        yield app
        db.session.rollback()
        db.session.remove()


def figures_now() -> dict[str, int | None]:
    return {line.key: line.value.figure for line in draw_up(read_figures().period).lines}


def by_programme() -> dict[str, int]:
    rows = db.session.execute(
        select(Programme.key, func.count())
        .join(Module, Module.programme_id == Programme.id)
        .join(Cohort, Cohort.module_id == Module.id)
        .join(Session, Session.cohort_id == Cohort.id)
        .join(AttendanceRecord, AttendanceRecord.session_id == Session.id)
        .where(AttendanceRecord.status.in_(CAME), func.extract("year", Session.day) == 2022)
        .group_by(Programme.key)
    )
    return dict(rows.all())


def test_the_report_prints_the_figures_of_the_year(filled: Flask) -> None:
    counted = figures_now()
    for row in read_document("year-2022.yaml")["indicators"]:
        if row["figure"] is not None:
            assert counted[row["key"]] == row["figure"], row["key"]
    assert "+2,0 %" in as_json(draw_up(2022))
    assert "−38,4 %" in as_json(draw_up(2022))


def test_each_programme_has_its_part_of_the_attendance(filled: Flask) -> None:
    split, counted = read_figures().split, by_programme()
    assert counted["code_club"] == split["code_club"].attendance
    assert counted["it_school"] == split["it_school"].attendance
    trainings = ("leaders_school", "cyber", "brainpark", "pr_training")
    assert sum(counted[key] for key in trainings) == split["training"].attendance


def test_certificates_and_credentials_are_snapshots_without_documents(filled: Flask) -> None:
    issued = db.session.scalars(select(Certificate)).all()
    counted = figures_now()
    mentors = [each for each in issued if each.award == "mentor_credential"]
    assert counted["certificates_issued"] == len(issued) - len(mentors) > 0
    assert counted["mentor_credentials_issued"] == len(mentors) > 0
    assert {each.issued_on.year for each in issued} == {2022}
    assert all(each.code == each.snapshot["code"] for each in issued)
    assert all(each.snapshot["verify_url"].endswith(each.code) for each in issued)
    assert db.session.scalar(select(func.count()).select_from(CertificateFile)) == 0


def test_one_mark_less_is_one_visit_less_and_nothing_else(filled: Flask) -> None:
    before, parts, was = figures_now(), by_programme(), year_hash(2022)
    mark = db.session.scalars(
        select(AttendanceRecord)
        .join(Session, Session.id == AttendanceRecord.session_id)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Module, Module.id == Cohort.module_id)
        .join(Programme, Programme.id == Module.programme_id)
        .where(Programme.key == "code_club", AttendanceRecord.status.in_(CAME))
        .where(Module.year == 2022, AttendanceRecord.person_id == _twice_there())
    ).first()
    assert mark is not None
    db.session.execute(delete(AttendanceRecord).where(AttendanceRecord.id == mark.id))
    after, now = figures_now(), by_programme()
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"event_attendance"}
    assert before["event_attendance"] - after["event_attendance"] == 1  # type: ignore[operator]
    lost = {key: parts[key] - now[key] for key in parts if parts[key] != now[key]}
    assert lost == {"code_club": 1}
    assert year_hash(2022) != was


def _twice_there() -> int:
    child = next(
        each
        for each in children_of(player_of(Part.GUARDIAN).id, on=date(2022, 12, 1))
        if each.given_name == "Тимофій"
    )
    return child.id


def test_filling_twice_changes_nothing(filled: Flask) -> None:
    was = year_hash(2022)
    assert fill() is False
    assert year_hash(2022) == was


def test_two_fills_make_the_same_rows(
    make_filled: Callable[..., Flask], template_database: Path, tmp_path: Path
) -> None:
    hashes = set()
    (tmp_path / "again").mkdir()
    shutil.copy(template_database, tmp_path / "again" / "lms.sqlite")
    again = create_app({**BASE_SETTINGS, **ON, "LMS_DATA": tmp_path / "again"})
    for app in (make_filled(), again):
        with app.app_context():
            begin_write()
            is_new = fill()
            hashes.add(year_hash(2022))
            db.session.rollback()
            db.session.remove()
            db.engine.dispose()
    assert is_new
    assert len(hashes) == 1


def test_the_year_is_not_laid_among_real_people(app: Flask) -> None:
    add_person(NewPerson("Шевченко", "Тарас"), now=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(NotEmpty):
        fill()


def test_the_hash_knows_every_table(filled: Flask) -> None:
    assert set(conditions(2022)) | PASSING == set(Base.metadata.tables)


def test_every_adult_with_children_was_cleared(filled: Flask) -> None:
    school = db.session.scalars(select(Programme).where(Programme.key == "it_school")).one()
    adults = (
        db.session.execute(
            text(
                "SELECT DISTINCT assignment.person_id FROM assignment JOIN cohort ON"
                " cohort.id = cohort_id JOIN course ON course.id = course_id"
                " WHERE course.programme_id = :programme"
            ),
            {"programme": school.id},
        )
        .scalars()
        .all()
    )
    assert len(adults) >= 9
    assert all(clearance(adult, on=date(2022, 7, 4)).is_allowed for adult in adults)


@pytest.mark.parametrize("days", [0, 1, 7, 40, 128, 400])
def test_there_is_always_a_group_today_one_ready_and_two_open(filled: Flask, days: int) -> None:
    was, on = year_hash(2022), TODAY + timedelta(days=days)
    refresh(on=on)
    refresh(on=on)
    for key in ("today", "circle"):
        sessions = sessions_of(_group(key))
        assert [s.state for s in sessions if s.day == on] == [SessionState.PLANNED]
        assert all((s.state is SessionState.HELD) == (s.day < on) for s in sessions)
    ready = _group("ready")
    assert all(s.state is SessionState.HELD and s.day < on for s in sessions_of(ready))
    met = [row.assessment.is_met for row in assess_cohort(ready.id)]
    assert any(met)
    assert not all(met)
    for key in ("open", "training"):
        assert sessions_of(_group(key))[0].day > on
    assert clearance(player_of(Part.MENTOR).id, on=on).is_allowed
    assert year_hash(2022) == was


def test_refreshing_twice_on_a_day_changes_no_row(filled: Flask) -> None:
    def rows() -> list[Any]:
        tables = Base.metadata.sorted_tables
        return [db.session.execute(select(table)).all() for table in tables]

    before = rows()
    refresh(on=TODAY)
    assert rows() == before


def test_a_marked_register_stays_and_the_next_meeting_moves_to_today(filled: Flask) -> None:
    marked = next(s for s in sessions_of(_group("today")) if s.day == TODAY)
    hold_session(marked)
    tomorrow = TODAY + timedelta(days=1)
    refresh(on=tomorrow)
    assert marked.state is SessionState.HELD
    assert marked.day == tomorrow - timedelta(weeks=1)


def test_a_group_that_was_completed_gets_a_successor(filled: Flask) -> None:
    first = _group("ready")
    confirm_cohort(first, by_id=None, now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    refresh(on=TODAY)
    second = _group("ready")
    assert second.id != first.id
    assert any(row.is_confirmable for row in assess_cohort(second.id))


def test_the_family_of_the_cast_belongs_to_both_times(filled: Flask) -> None:
    children = children_of(player_of(Part.GUARDIAN).id, on=TODAY)
    assert len(children) == 2
    for child in children:
        years = {
            enrolment.cohort.module.year
            for enrolment in db.session.scalars(
                select(Enrolment).where(Enrolment.person_id == child.id)
            )
        }
        assert years == {2022, TODAY.year}
        papers = select(Certificate.id).where(Certificate.person_id == child.id)
        assert db.session.scalars(papers).all()


def _group(key: str) -> Cohort:
    cohort = group_of(key)
    assert cohort is not None
    return cohort


HERE = {"base_url": "http://127.0.0.1:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}


def test_the_page_shows_everybody(make_filled: Callable[..., Flask]) -> None:
    page = Browser(make_filled()).get("/demonstration", **HERE)
    assert page.status_code == 200
    for part in Part:
        assert f'action="/demonstration/{part}"' in page.text


def test_a_button_signs_in(make_filled: Callable[..., Flask]) -> None:
    browser = Browser(make_filled())
    for part in Part:
        answer = browser.post(f"/demonstration/{part}", **HERE)
        assert answer.status_code == 303
        home = browser.client.get(answer.location, follow_redirects=True, **HERE)
        assert home.status_code == 200, part
        with browser.client.application.app_context():
            account = account_of(part)
            assert account is not None
            assert account.person.given_name in home.text


def test_the_page_names_no_child(make_filled: Callable[..., Flask]) -> None:
    app = make_filled()
    page = Browser(app).get("/demonstration", **HERE).text
    with app.app_context():
        children = db.session.scalars(select(Person).where(Person.birth_date.is_not(None))).all()
        assert not [child for child in children if child.full_name in page]


def test_it_refuses_get_on_a_button(make_filled: Callable[..., Flask]) -> None:
    assert Browser(make_filled()).get("/demonstration/mentor", **HERE).status_code == 405


@pytest.mark.parametrize("part", ["auditor", "x", "0"])
def test_nobody_is_signed_in_for_another_part(make_filled: Callable[..., Flask], part: str) -> None:
    assert Browser(make_filled()).post(f"/demonstration/{part}", **HERE).status_code == 404


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://library.example", "127.0.0.1"),
        ("http://127.attacker.example", "127.0.0.1"),
        ("http://127.0.0.1:8000", "192.0.2.7"),
        ("http://192.0.2.1:8000", "192.0.2.1"),
    ],
)
def test_strangers_find_nothing(
    make_filled: Callable[..., Flask], base_url: str, address: str
) -> None:
    browser = Browser(make_filled())
    at = {"base_url": base_url, "environ_base": {"REMOTE_ADDR": address}}
    assert browser.get("/demonstration", **at).status_code == 404
    assert browser.post("/demonstration/director", **at).status_code == 404


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "127.0.0.1"])
def test_this_machine_has_several_names(make_filled: Callable[..., Flask], host: str) -> None:
    answer = Browser(make_filled()).get("/demonstration", base_url=f"http://{host}")
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_a_proxy_opens_it_to_nobody(make_filled: Callable[..., Flask], name: str) -> None:
    answer = Browser(make_filled()).get("/demonstration", headers={name: "192.0.2.1"}, **HERE)
    assert answer.status_code == 404


def test_without_the_setting_there_is_no_such_route(bare_app: Flask) -> None:
    browser = Browser(bare_app)
    assert browser.get("/demonstration", **HERE).status_code == 404
    assert browser.post("/demonstration/director", **HERE).status_code == 404
    rules = {rule.rule for rule in bare_app.url_map.iter_rules()}
    assert not [rule for rule in rules if rule.startswith("/demonstration")]


def test_commands_refuse_where_the_demonstration_is_off(bare_app: Flask) -> None:
    for command in ("fill", "refresh", "start"):
        result = bare_app.test_cli_runner().invoke(args=["demonstration", command])
        assert result.exit_code != 0
        assert "LMS_DEMONSTRATION=1" in str(result.exception)


def test_switched_off_certificates_are_said_to_be_missing(
    make_filled: Callable[..., Flask],
) -> None:
    app = make_filled(LMS_PLUGINS_OFF=frozenset({"certificates"}))
    page = Browser(app).get("/demonstration", **HERE)
    assert page.status_code == 200
    assert "модуль не встановлено" in page.text or "module not installed" in page.text


def test_a_group_that_is_copied_from_one_of_today_is_not_moved_in_its_place(filled: Flask) -> None:
    group = _group("today")
    copy = Cohort(
        module_id=group.module_id,
        course_id=group.course_id,
        place_id=group.place_id,
        name="Далі",
        link=group.link,
        capacity=group.capacity,
    )
    db.session.add(copy)
    db.session.flush()
    assert _group("today").id == group.id


def test_a_week_of_enrolling_shows_what_waits(filled: Flask) -> None:
    group = _group("full")
    queue = db.session.scalars(
        select(Application).where(
            Application.cohort_id == group.id, Application.state == ApplicationState.WAITING
        )
    ).all()
    offered = db.session.scalars(select(Offer).where(Offer.state == OfferState.OPEN)).all()
    assert len(queue) == 3
    assert [one.application_id for one in offered] == [queue[0].id]
    assert len(possible_doubles()) == 1
    assert db.session.scalar(select(func.count()).select_from(DataRequest)) == 1
