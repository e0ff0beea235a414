"""The credentials of a module: who has earned one, issuing with progress, certificates off."""

import pytest
from sqlalchemy import func, select

from lms import jobs
from lms.certificates.models import Certificate
from lms.db import db
from lms.jobs import Job
from tests.conftest import Browser
from tests.mentoring import enter, hold, settle


@pytest.fixture
def cast(cast):
    return settle(cast)


def certificates() -> int:
    return db.session.scalar(select(func.count()).select_from(Certificate)) or 0


def test_it_says_why_nobody_gets_one_yet(as_, cast):
    page = enter(as_, cast.coordinator).get(f"/mentors/credentials/{cast.module.id}")
    assert page.status_code == 200
    assert "Ґалаґан Остап" in page.text
    assert "is-unmet" in page.text
    assert 'class="confirm"' not in page.text


def test_issuing_is_a_job_whose_progress_the_page_shows(as_, cast):
    hold(cast.sessions)
    coordinator = enter(as_, cast.coordinator)
    address = f"/mentors/credentials/{cast.module.id}"
    assert 'class="confirm"' in coordinator.get(address).text
    assert certificates() == 0, "looking issues nothing"
    answer = coordinator.post(address)
    assert answer.status_code == 303
    job = db.session.scalars(select(Job)).one()
    assert (job.total, job.done, job.failed) == (1, 1, 0)
    page = coordinator.get(answer.location).text
    assert '<progress id="progress-bar" value="1" max="1">' in page
    number = db.session.scalar(select(Certificate.number))
    assert number in page
    assert 'class="confirm"' not in page
    again = coordinator.post(address)
    assert again.status_code == 303
    assert certificates() == 1


def test_a_running_job_is_followed_and_a_foreign_one_is_not_shown(app, as_, cast, monkeypatch):
    hold(cast.sessions)
    monkeypatch.setitem(app.config, "LMS_JOBS", "worker")
    monkeypatch.setitem(app.extensions, "lms_wake", lambda: None)
    coordinator = enter(as_, cast.coordinator)
    answer = coordinator.post(f"/mentors/credentials/{cast.module.id}")
    job = db.session.scalars(select(Job)).one()
    number = job.id
    page = coordinator.get(answer.location).text
    assert f'data-progress-url="/jobs/{number}/progress"' in page
    assert "progress.js" in page
    job.asked_by_id = cast.director.id
    db.session.commit()
    assert "data-progress-url" not in coordinator.get(answer.location).text
    jobs.run_pending()
    assert certificates() == 1


@pytest.mark.parametrize("job", ["0", "x", "-1", str(2**63), "99999"])
def test_an_unreadable_job_in_the_address_is_left_aside(as_, cast, job):
    address = f"/mentors/credentials/{cast.module.id}?job={job}"
    assert enter(as_, cast.coordinator).get(address).status_code == 200


def test_a_module_whose_mentors_get_none_is_not_found(as_, cast):
    coordinator = enter(as_, cast.coordinator)
    for number in (cast.training_module.id, 987):
        assert coordinator.get(f"/mentors/credentials/{number}").status_code == 404
        assert coordinator.post(f"/mentors/credentials/{number}").status_code == 404


def test_the_mentor_finds_the_credential_on_the_own_page(as_, cast):
    hold(cast.sessions)
    enter(as_, cast.coordinator).post(f"/mentors/credentials/{cast.module.id}")
    number = db.session.scalar(select(Certificate.id))
    assert f"/certificates/{number}/pdf" in enter(as_, cast.mentor).get("/mentors/me").text


def test_the_page_of_a_group_leads_to_its_module(as_, cast):
    page = enter(as_, cast.coordinator).get(f"/cohorts/{cast.cohort.id}").text
    assert f"/mentors/credentials/{cast.module.id}" in page
    page = enter(as_, cast.mentor).get(f"/cohorts/{cast.cohort.id}").text
    assert "/mentors/credentials" not in page


@pytest.mark.parametrize(
    "path", ["/mentors", "/mentors/{mentor}", "/mentors/me", "/mentors/credentials/{module}"]
)
def test_without_certificates_the_pages_say_what_is_missing(make_app, as_, cast, path):
    hold(cast.sessions)
    enter(as_, cast.coordinator).post(f"/mentors/credentials/{cast.module.id}")
    token = enter(as_, cast.mentor if path.endswith("me") else cast.coordinator)
    with token.client.session_transaction() as cookie:
        signed = cookie["t"]
    app = make_app({"LMS_PLUGINS_OFF": frozenset({"certificates"})})
    with app.app_context():
        page = Browser(app, signed).get(path.format(mentor=cast.mentor.id, module=cast.module.id))
        assert page.status_code == 200
        assert "module-missing" in page.text
        assert "/certificates/" not in page.text


@pytest.mark.parametrize("off", ["mentors", "hub", "events"])
def test_each_slice_can_be_switched_off_alone(make_app, as_, cast, off):
    with enter(as_, cast.coordinator).client.session_transaction() as cookie:
        signed = cookie["t"]
    app = make_app({"LMS_PLUGINS_OFF": frozenset({off})})
    with app.app_context():
        coordinator = Browser(app, signed)
        assert coordinator.get(f"/{off}").status_code == 404
        for slice_name in {"mentors", "hub", "events"} - {off}:
            page = coordinator.get(f"/{slice_name}")
            assert page.status_code == 200
            assert f'href="/{off}"' not in page.text
        assert coordinator.get(f"/cohorts/{cast.cohort.id}").status_code == 200
