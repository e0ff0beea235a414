"""Three clicks: preview, confirm, done; and the list of what was issued."""

import pytest
from sqlalchemy import func, select

from lms.certificates.models import Certificate
from lms.certificates.services import issue_many
from lms.db import db
from lms.jobs import Job
from tests.graduation import GRADUATION, finish_club, graduate, graduate_training, settle_cast


@pytest.fixture
def graduated(cast):
    graduate(cast)
    settle_cast(cast)
    return cast


def _issued():
    return db.session.scalar(select(func.count(Certificate.id)))


def test_the_preview_says_who_gets_one_and_why_others_do_not(as_, graduated):
    page = as_(graduated.coordinator).get(f"/certificates/cohorts/{graduated.cohort.id}").text
    assert "Знам’янська Соломія" in page
    assert "Швець Ярина" in page
    assert page.count("is-unmet") == 2
    assert 'value="code_club"' in page


def test_who_met_the_rule_waits_for_the_confirmation(as_, cast):
    finish_club(cast)
    settle_cast(cast)
    browser = as_(cast.coordinator)
    address = f"/certificates/cohorts/{cast.cohort.id}"
    assert "/issue" not in browser.get(address).text
    answer = browser.post(f"{address}/issue", data={"award": "code_club"})
    assert answer.location == address
    assert _issued() == 0


def test_three_clicks_issue_a_group(as_, graduated):
    browser = as_(graduated.coordinator)
    address = f"/certificates/cohorts/{graduated.cohort.id}"
    answer = browser.post(f"{address}/issue", data={"award": "code_club"})
    assert answer.status_code == 303
    done = browser.get(answer.location)
    assert done.status_code == 200
    assert "/archive" in done.text
    assert _issued() == 2


def test_pressing_twice_issues_once(as_, graduated):
    browser = as_(graduated.coordinator)
    for _ in range(2):
        browser.post(
            f"/certificates/cohorts/{graduated.cohort.id}/issue", data={"award": "code_club"}
        )
    assert _issued() == 2


@pytest.mark.parametrize("award", ["", "training", "x" * 10_001, "\0", "<b>"])
def test_an_award_of_another_kind_is_refused(as_, graduated, award):
    answer = as_(graduated.coordinator).post(
        f"/certificates/cohorts/{graduated.cohort.id}/issue", data={"award": award}
    )
    assert answer.status_code == 422
    assert _issued() == 0


@pytest.mark.parametrize("role", ["director", "mentor", "guardian", "learner"])
def test_only_the_coordinator_issues(as_, graduated, role):
    browser = as_(getattr(graduated, role))
    address = f"/certificates/cohorts/{graduated.cohort.id}"
    assert browser.get(address).status_code == 403
    assert browser.post(f"{address}/issue", data={"award": "code_club"}).status_code == 403
    assert _issued() == 0


def test_progress_belongs_to_its_group(as_, graduated):
    browser = as_(graduated.coordinator)
    browser.post(f"/certificates/cohorts/{graduated.cohort.id}/issue", data={"award": "code_club"})
    job_id = db.session.scalar(select(Job.id))
    other = graduated.training_cohort.id
    assert browser.get(f"/certificates/cohorts/{other}/issuing/{job_id}").status_code == 404
    own = graduated.cohort.id
    assert browser.get(f"/certificates/cohorts/{own}/issuing/999").status_code == 404


@pytest.mark.parametrize("absent", ["0", "-1", "99999", str(2**63), "x"])
def test_absent_groups_and_certificates_are_404(as_, graduated, absent):
    browser = as_(graduated.coordinator)
    for address in (
        f"/certificates/cohorts/{absent}",
        f"/certificates/cohorts/{absent}/archive",
        f"/certificates/{absent}",
        f"/certificates/{absent}/pdf",
        f"/completion/cohorts/{absent}",
    ):
        assert browser.get(address).status_code == 404, address


def test_the_list_is_searched_by_number_and_name(as_, cast):
    clubs = [completion.id for completion in graduate(cast)]
    trained = [completion.id for completion in graduate_training(cast)]
    issue_many(clubs, award="code_club", by_id=None, now=GRADUATION)
    issue_many(trained, award="training", by_id=None, now=GRADUATION)
    settle_cast(cast)
    browser = as_(cast.director)
    numbers = {"№ 2022/1-001", "№ 2022/1-002", "№ 2022/2-001"}

    def found(query):
        page = browser.get(f"/certificates?{query}")
        assert page.status_code == 200
        return {number for number in numbers if number in page.text}

    assert found("") == numbers
    assert found("text=2022/1") == {"№ 2022/1-001", "№ 2022/1-002"}
    assert found("text=№ 2022/1-002") == {"№ 2022/1-002"}
    assert found("text=знамянська соломія") == {"№ 2022/1-001"}
    assert found(f"module={cast.training_module.id}") == {"№ 2022/2-001"}
    assert found("year=2022&text=драй") == {"№ 2022/2-001"}
    assert found("text=%25") == set()


@pytest.mark.parametrize(
    "query", ["year=x", "module=9999", "text=%00", "page=0", "text=" + "x" * 10_001]
)
def test_a_strange_search_is_refused_beside_its_field(as_, graduated, query):
    answer = as_(graduated.coordinator).get(f"/certificates?{query}")
    assert answer.status_code == 422
