"""The pages of the year: figures, rows, plots, documents, and figures entered by hand."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from lms.attendance.models import AttendanceRecord, HeadCount, Mode, Status
from lms.clock import now
from lms.courses.models import SessionState
from lms.db import begin_write, db
from lms.reports.models import EnteredFigure
from tests.mentoring import enter, settle

PAGES = (
    "/reports",
    "/reports/2022",
    "/reports/2022/events_held",
    "/reports/2022/programmes/{programme}",
    "/reports/2022/enter",
    "/reports/2022/plot/months.svg",
    "/reports/2022/plot/programmes.svg",
    "/reports/2022/report.pdf",
    "/reports/2022/report.xlsx",
)


@pytest.fixture
def held(cast):
    """Three visits at two sessions of the club, nine heads at a sensitive one."""
    settle(cast)
    begin_write()
    for session, people in (
        (cast.sessions[0], (cast.child, cast.sibling)),
        (cast.sessions[1], (cast.child,)),
    ):
        db.session.merge(session).state = SessionState.HELD
        for person in people:
            db.session.add(
                AttendanceRecord(
                    session_id=session.id,
                    person_id=person.id,
                    status=Status.LATE,
                    mode=Mode.ONLINE,
                    marked_at=now(),
                )
            )
    db.session.merge(cast.yoga_sessions[0]).state = SessionState.HELD
    db.session.add(
        HeadCount(session_id=cast.yoga_sessions[0].id, in_person=9, online=0, counted_at=now())
    )
    db.session.commit()
    return cast


def _in(text, tag):
    return re.sub(r"<[^>]+>", " ", re.search(rf"<{tag}.*?</{tag}>", text, re.DOTALL)[0])


@pytest.mark.parametrize("who", ["mentor", "leader", "guardian", "learner"])
def test_it_requires_coordinator_or_director(as_, held, who):
    browser = enter(as_, getattr(held, who))
    for path in PAGES:
        assert browser.get(path.format(programme=held.club_programme.id)).status_code == 403, path


def test_a_stranger_is_asked_to_sign_in(stranger, held):
    for path in PAGES:
        answer = stranger.get(path.format(programme=held.club_programme.id))
        assert answer.status_code in {302, 303, 401}, path


@pytest.mark.parametrize("who", ["coordinator", "director"])
def test_it_opens_for_both(as_, held, who):
    browser = enter(as_, getattr(held, who))
    for path in PAGES:
        assert browser.get(path.format(programme=held.club_programme.id)).status_code == 200, path


NOWHERE = (
    "/reports/0",
    "/reports/-1",
    "/reports/x",
    "/reports/1900",
    "/reports/9999",
    "/reports/9223372036854775808",
    "/reports/2022/nonsense",
    "/reports/2022/plot/x.svg",
    "/reports/2022/programmes/0",
    "/reports/2022/programmes/2000000000",
    "/reports/1995/programmes/{programme}",
    "/reports/0/report.pdf",
    "/reports/0/enter",
)


def test_what_is_not_there_is_not_found(as_, held):
    browser = enter(as_, held.director)
    for path in NOWHERE:
        assert browser.get(path.format(programme=held.club_programme.id)).status_code == 404, path


def test_the_director_comes_home_to_the_last_complete_year(as_, held):
    browser = enter(as_, held.director)
    assert browser.get("/home").location == "/reports"
    page = browser.get("/reports")
    assert page.status_code == 200
    assert "2022" in _in(page.text, "h1")
    assert "/reports/2022/report.pdf" in page.text


def test_an_empty_year_says_so_and_prints_no_nought(as_, held):
    page = enter(as_, held.director).get("/reports/1995")
    table = _in(page.text, "table")
    assert table.count("немає даних") > 40
    assert not re.search(r"\b0\b", table)


def test_a_line_shows_the_rows_that_sum_to_it(as_, held):
    text = enter(as_, held.coordinator).get("/reports/2022/event_attendance").text
    rows = _in(text, "tbody")
    assert rows.count("Scratch, понеділок") == 2
    assert re.sub(r"\s+", " ", _in(text, "tfoot")).strip().endswith("12")
    assert f"/registers/{held.sessions[0].id}" in text


def test_only_a_coordinator_is_led_to_the_register(as_, held):
    text = enter(as_, held.director).get("/reports/2022/event_attendance").text
    assert "Scratch, понеділок" in text
    assert "/registers/" not in text


@pytest.mark.parametrize("key", ["events_held", "yoga_sessions", "yoga_groups"])
def test_a_sensitive_group_has_sums_and_no_title_day_or_register(as_, held, key):
    text = enter(as_, held.coordinator).get(f"/reports/2022/{key}").text
    assert "Йога, ранок" not in text
    assert f"/registers/{held.yoga_sessions[0].id}" not in text
    assert held.yoga_sessions[0].day.strftime("%d.%m.%Y") not in text


@pytest.mark.parametrize(
    "path", ["/reports/2022", "/reports/2022/code_club_learners", "/reports/2022/events_held"]
)
def test_nobody_is_named(as_, held, path):
    text = enter(as_, held.coordinator).get(path).text
    for person in (held.child, held.sibling, held.learner):
        assert person.family_name not in text
        assert person.given_name not in text


def test_a_line_of_persons_says_that_they_count_once(as_, held):
    text = enter(as_, held.director).get("/reports/2022/code_club_learners").text
    assert '<p class="figure-value">2<' in text


def test_a_long_list_has_pages(as_, held):
    begin_write()
    for number in range(120):
        db.session.add(
            EnteredFigure(year=2022, indicator=f"x{number}", figure=1, source="x", entered_at=now())
        )
    db.session.commit()
    browser = enter(as_, held.director)
    for page in ("0", "-5", "99999999999999999999", "x", ""):
        assert browser.get(f"/reports/2022/events_held?page={page}").status_code == 200


@pytest.mark.parametrize("name", ["months", "programmes"])
def test_a_plot_is_an_image_without_scripts(as_, held, name):
    answer = enter(as_, held.director).get(f"/reports/2022/plot/{name}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.startswith(b"<svg")
    assert b"<script" not in answer.data
    assert b"http" not in answer.data.replace(b"http://www.w3.org/", b"")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("year", [2022, 1995])
def test_the_pdf_holds_the_figures(as_, held, year):
    answer = enter(as_, held.director).get(f"/reports/{year}/report.pdf")
    assert answer.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert str(year) in text
    assert "немає даних" in text
    if year == 2022:
        assert re.search(r"\b12\b", text)


def test_the_workbook_keeps_text_as_text(as_, held):
    begin_write()
    db.session.add(
        EnteredFigure(
            year=2022,
            indicator="users_served",
            figure=50,
            source="=cmd|'/c calc'!A1",
            entered_at=now(),
        )
    )
    db.session.add(
        EnteredFigure(
            year=2022,
            indicator="users_registered",
            figure=5,
            source="mailto:x@example.org",
            entered_at=now(),
        )
    )
    db.session.commit()
    answer = enter(as_, held.director).get("/reports/2022/report.xlsx")
    with ZipFile(BytesIO(answer.data)) as book:
        sheets = "".join(
            book.read(name).decode() for name in book.namelist() if "worksheets/" in name
        )
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    assert "=cmd|" in texts
    assert "немає даних" in texts


def _post(browser, **typed):
    return browser.post("/reports/2022/enter", data=typed)


def test_a_figure_is_entered_with_its_source(as_, held):
    browser = enter(as_, held.director)
    typed = {"line": "2021:events_held", "figure": "2", "source": "Звіт, с. 4"}
    answer = _post(browser, **typed)
    assert answer.status_code == 303
    row = db.session.scalar(select(EnteredFigure))
    assert (row.year, row.indicator, row.figure, row.is_comparable) == (
        2021,
        "events_held",
        2,
        True,
    )
    assert row.entered_by_id == held.director.id
    text = browser.get("/reports/2022").text
    assert "+50,0 %" in text
    page = browser.get("/reports/2022/enter?line=2021:events_held").text
    assert 'value="Звіт, с. 4"' in page
    assert "Інна Моісеєва" in page


def test_another_rule_is_said_and_not_compared(as_, held):
    browser = enter(as_, held.director)
    _post(browser, line="2021:events_held", figure="2", source="Звіт", is_other_rule="y")
    assert db.session.scalar(select(EnteredFigure.is_comparable)) is False
    assert "+50,0 %" not in browser.get("/reports/2022").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"line": "2022:events_held"}, "line"),
        ({"line": "2020:users_served"}, "line"),
        ({"line": "x"}, "line"),
        ({"line": ""}, "line"),
        ({"figure": "-1"}, "figure"),
        ({"figure": "1.5"}, "figure"),
        ({"figure": ""}, "figure"),
        ({"figure": "9999999999"}, "figure"),
        ({"source": "  "}, "source"),
        ({"source": "x" * 301}, "source"),
        ({"source": "a\0b"}, "source"),
    ],
)
def test_a_wrong_figure_is_refused_beside_its_field(as_, held, wrong, field):
    typed = {"line": "2022:users_served", "figure": "5", "source": "Звіт, с. 4"} | wrong
    answer = _post(enter(as_, held.director), **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(EnteredFigure)) == 0


@pytest.mark.parametrize("line", ["x", "2021:nonsense", "²²:x", "99999:events_held", ":"])
def test_a_strange_line_in_the_address_only_opens_the_form(as_, held, line):
    assert (
        enter(as_, held.director)
        .get("/reports/2022/enter", query_string={"line": line})
        .status_code
        == 200
    )


def test_a_figure_is_removed(as_, held):
    browser = enter(as_, held.director)
    _post(browser, line="2022:users_served", figure="5", source="Звіт")
    assert browser.get("/reports/2022/enter/users_served/remove").status_code == 405
    assert browser.post("/reports/2022/enter/users_served/remove").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(EnteredFigure)) == 0
    assert browser.post("/reports/2022/enter/users_served/remove").status_code == 404


@pytest.mark.parametrize("who", ["mentor", "guardian"])
def test_others_enter_and_remove_nothing(as_, held, who):
    browser = enter(as_, getattr(held, who))
    typed = {"line": "2022:users_served", "figure": "5", "source": "Звіт"}
    assert _post(browser, **typed).status_code == 403
    assert browser.post("/reports/2022/enter/users_served/remove").status_code == 403


def test_what_is_off_is_said_and_not_linked(make_app, as_, held):
    off = frozenset({"certificates", "mentors", "hub", "events"})
    browser = enter(as_, held.director)
    other = make_app({"LMS_PLUGINS_OFF": off})
    with browser.client.session_transaction() as cookie:
        kept = dict(cookie)
    client = other.test_client()
    with client.session_transaction() as cookie:
        cookie.update(kept)
    page = client.get("/reports/2022")
    assert page.status_code == 200
    assert page.text.count("модуль не встановлено") >= 8
    assert "/reports/2022/consultations" not in page.text
    assert client.get("/reports/2022/consultations").status_code == 200
    for path in ("events_held", "report.pdf", "report.xlsx", "plot/months.svg", "enter"):
        assert client.get(f"/reports/2022/{path}").status_code == 200


def test_the_command_prints_one_line_of_json(bare_app, held):
    result = bare_app.test_cli_runner().invoke(args=["report", "2022", "--format", "json"])
    assert result.exit_code == 0
    assert result.output.count("\n") == 1
    assert result.output.startswith('{"period": 2022, "indicators": [{"key": "events_held"')


@pytest.mark.parametrize("year", ["0", "1900", "9999", "x", "99999999999999999999"])
def test_the_command_refuses_what_is_no_year(bare_app, year):
    assert bare_app.test_cli_runner().invoke(args=["report", year]).exit_code == 2
