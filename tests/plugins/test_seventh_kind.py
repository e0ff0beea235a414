"""A stranger's seventh kind goes the whole way, from opening a programme to a checked certificate."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from lms.certificates.codes import display
from lms.certificates.models import Certificate
from lms.clock import now, today
from lms.courses.models import Cohort, Course, Module, Programme, Session
from lms.db import begin_write, db
from lms.enrolment.models import Enrolment
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from tests.cast import Cast
from tests.conftest import Browser
from tests.mentoring import settle
from tests.plugins import reading_circle
from tests.views.form_row import newest

SOURCE = Path(reading_circle.__file__)
MOST_LINES = 40


def test_it_is_at_most_forty_formatted_lines() -> None:
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "100", str(SOURCE)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert formatted.returncode == 0, formatted.stdout
    text = SOURCE.read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    lines = text.splitlines()
    counted = sum((node.end_lineno or 0) - node.lineno + 1 for node in imports)
    assert len(lines) - counted <= MOST_LINES


def test_the_guide_shows_it_as_it_is() -> None:
    guide = (SOURCE.parents[2] / "docs/plugins.md").read_text(encoding="utf-8")
    assert f"```python\n{SOURCE.read_text(encoding='utf-8')}```" in guide


@pytest.fixture
def bare_app(make_app: Callable[..., Flask]) -> Flask:
    """The application with the stranger's plug-in beside the bundled ones."""
    return make_app(reading_circle=reading_circle)


@pytest.fixture
def coordinator(cast: Cast, as_: Callable[..., Any]) -> Any:
    settle(cast)
    return as_(cast.coordinator)


def _post(browser: Any, path: str, **typed: Any) -> Any:
    answer = browser.post(path, data=typed)
    assert answer.status_code == 303, (
        path,
        re.findall(r'-error"[^>]*>(.*?)</p>', answer.text, re.S),
    )
    return answer


def _open_group(coordinator: Any, stranger: Any) -> tuple[int, list[int]]:
    """Open the programme, a course, a module, a group and two evenings, all through the pages."""
    day = today().isoformat()
    assert "Читацьке коло" in coordinator.get("/programmes/add").text
    _post(
        coordinator,
        "/programmes/add",
        kind="reading_circle",
        key="circle",
        accepts_at_once="y",
        name="Коло читання",
        name_en="Reading circle",
    )
    programme = newest(Programme)
    _post(
        coordinator, f"/programmes/{programme}/courses/add", name="«Місто» Підмогильного", hours=4
    )
    _post(
        coordinator, f"/programmes/{programme}/modules/add", name="Коло", starts_on=day, ends_on=day
    )
    _post(
        coordinator,
        f"/modules/{newest(Module)}/cohorts/add",
        name="Вечори",
        capacity="2",
        course_id=newest(Course),
        club_id="0",
        place_id="0",
        zone="Europe/Kyiv",
        link="https://meet.example/circle",
    )
    cohort = newest(Cohort)
    evenings = []
    for hour in ("00:05", "00:35"):
        _post(
            coordinator,
            f"/cohorts/{cohort}/sessions",
            **{"single-day": day, "single-starts_at": hour, "single-minutes": "30"},
        )
        evenings.append(newest(Session))
    assert "Читацьке коло" in coordinator.get(f"/programmes/{programme}").text
    assert "Коло читання" in stranger.get("/catalogue").text
    return cohort, evenings


def _apply(stranger: Any, cohort: int) -> Enrolment:
    _post(
        stranger,
        f"/enrol/adult?cohort={cohort}",
        form_key=str(uuid4()),
        agrees="y",
        family_name="Ґава",
        given_name="Їлона",
        email="hava@example.org",
        contact_rule="usual",
    )
    found = db.session.scalar(select(Enrolment).where(Enrolment.cohort_id == cohort))
    assert found is not None
    return found


def test_it_goes_from_an_application_to_a_verified_certificate(
    coordinator: Any, stranger: Any
) -> None:
    cohort, evenings = _open_group(coordinator, stranger)
    reader = _apply(stranger, cohort).person_id
    for evening in evenings:
        register = coordinator.get(f"/registers/{evening}").text
        assert "Ґава Їлона" in register
        _post(
            coordinator,
            f"/registers/{evening}",
            finish="1",
            **{f"mark-{reader}": "present", f"seen-{reader}": "0"},
        )
    page = coordinator.get(f"/completion/cohorts/{cohort}").text
    assert "2 з 2" in page
    _post(coordinator, f"/completion/cohorts/{cohort}/confirm")
    assert "Сертифікат читача" in coordinator.get(f"/certificates/cohorts/{cohort}").text
    _post(coordinator, f"/certificates/cohorts/{cohort}/issue", award="reader")
    certificate = db.session.scalar(select(Certificate).where(Certificate.cohort_id == cohort))
    assert certificate is not None
    number, code = certificate.number, display(certificate.code)
    pdf = coordinator.get(f"/certificates/{certificate.id}/pdf?locale=uk")
    assert pdf.data.startswith(b"%PDF-")
    asked = stranger.post("/verify", data={"code": code})
    told = stranger.get(asked.location).text
    for fact in (number, "«Місто» Підмогильного", "Ґава Їлона", "Документ справжній"):
        assert fact in told, fact


def test_without_the_plugin_its_rows_stay_and_nothing_breaks(
    coordinator: Any,
    stranger: Any,
    cast: Cast,
    make_app: Callable[..., Flask],
    as_: Callable[..., Any],
) -> None:
    cohort, _evenings = _open_group(coordinator, stranger)
    reader = _apply(stranger, cohort).id
    programme, module, session = newest(Programme), newest(Module), newest(Session)
    without = make_app()
    with without.app_context():
        begin_write()
        browser = _sign_in(without, cast)
        for path in (
            "/programmes",
            f"/programmes/{programme}",
            f"/programmes/{programme}/edit",
            f"/modules/{module}",
            f"/cohorts/{cohort}",
            f"/completion/cohorts/{cohort}",
            f"/certificates/cohorts/{cohort}",
            f"/registers/{session}",
            "/catalogue",
            "/reports/2022",
        ):
            assert browser.get(path).status_code == 200, path
        assert "модуль не встановлено" in browser.get(f"/programmes/{programme}").text
        assert db.session.get(Enrolment, reader) is not None


def _sign_in(app: Flask, cast: Cast) -> Any:
    token = begin_sign_in(open_account(cast.coordinator).id, days=1, now=now())
    db.session.commit()
    return Browser(app, token)
