"""The page of a group's completion: reasons for everybody, ticks, one confirmation."""

import pytest
from sqlalchemy import func, select

from lms.certificates.services import issue
from lms.clock import now
from lms.completion.models import Completion, Project
from lms.db import begin_write, db
from lms.people.services import open_account
from lms.people.signing import begin_sign_in
from tests.graduation import GRADUATION, finish_club, graduate, hold, settle_cast


@pytest.fixture
def finished(cast):
    finish_club(cast)
    settle_cast(cast)
    return cast


def _at(cast, rest=""):
    return f"/completion/cohorts/{cast.cohort.id}{rest}"


def _count(model):
    return db.session.scalar(select(func.count(model.id)))


def _places(cast, *names):
    return [cast.enrolments[getattr(cast, name).id].id for name in names]


@pytest.mark.parametrize("role", ["coordinator", "mentor"])
def test_reasons_stand_for_everybody(as_, finished, role):
    page = as_(getattr(finished, role)).get(_at(finished))
    assert page.status_code == 200
    assert page.text.count("Знам’янськ") >= 2
    assert page.text.count('class="reasons"') == 3


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("leader", 404),
        ("uncleared", 404),
        ("guardian", 403),
        ("learner", 403),
        ("director", 403),
    ],
)
def test_others_do_not_see_it(as_, finished, role, status):
    browser = as_(getattr(finished, role))
    assert browser.get(_at(finished)).status_code == status
    assert browser.post(_at(finished, "/projects"), data={}).status_code == status
    assert browser.post(_at(finished, "/projects/all")).status_code == status


def test_the_coordinator_confirms_and_the_button_names_the_number(as_, finished):
    browser = as_(finished.coordinator)
    assert "2" in browser.get(_at(finished)).text.split("/confirm")[0].split("<summary")[-1]
    assert browser.post(_at(finished, "/confirm")).status_code == 303
    assert _count(Completion) == 2
    assert '/confirm"' not in browser.get(_at(finished)).text


def test_a_mentor_ticks_but_does_not_confirm(as_, finished):
    browser = as_(finished.mentor)
    assert "/confirm" not in browser.get(_at(finished)).text
    assert browser.post(_at(finished, "/confirm")).status_code == 403
    assert browser.post(_at(finished, "/unconfirm")).status_code == 403
    assert _count(Completion) == 0


def test_ticks_are_set_and_taken_back(as_, finished):
    browser = as_(finished.mentor)
    child, sibling, other = _places(finished, "child", "sibling", "other_child")
    answer = browser.post(
        _at(finished, "/projects"), data={"shown": [sibling, other], "was": [child, sibling]}
    )
    assert answer.status_code == 303
    shown = set(db.session.scalars(select(Project.enrolment_id)))
    assert shown == {sibling, other}


def test_what_another_mentor_ticked_meanwhile_is_not_lost(as_, finished):
    _child, _sibling, other = _places(finished, "child", "sibling", "other_child")
    as_(finished.mentor).post(_at(finished, "/projects"), data={"shown": [other], "was": []})
    assert _count(Project) == 3


def test_everybody_is_ticked_at_once(as_, cast):
    hold(cast.sessions, present=[cast.child])
    settle_cast(cast)
    as_(cast.mentor).post(_at(cast, "/projects/all"))
    assert _count(Project) == 3


@pytest.mark.parametrize("typed", ["x", "0", "-1", str(2**63), "<b>", "\0"])
def test_a_tick_for_somebody_of_another_group_is_refused(as_, finished, typed):
    answer = as_(finished.mentor).post(_at(finished, "/projects"), data={"shown": [typed]})
    assert answer.status_code == 422
    assert 'id="shown-error"' in answer.text
    assert _count(Project) == 2


def test_a_confirmation_is_taken_back_except_where_something_was_issued(as_, cast):
    first, _second = graduate(cast)
    issue(first.id, award="code_club", by_id=None, now=GRADUATION)
    settle_cast(cast)
    as_(cast.coordinator).post(_at(cast, "/unconfirm"))
    assert _count(Completion) == 1


def test_a_programme_without_certificates_names_nobody_here(as_, cast):
    page = as_(cast.coordinator).get(f"/completion/cohorts/{cast.yoga_cohort.id}")
    assert page.status_code == 200
    assert "<table" not in page.text


def test_without_certificates_the_page_says_what_is_missing(make_app, cast, database):
    graduate(cast)
    settle_cast(cast)
    app = make_app({"LMS_PLUGINS_OFF": frozenset({"certificates", "mentors"})})
    with app.test_request_context():
        begin_write()
        token = begin_sign_in(open_account(cast.coordinator).id, days=1, now=now())
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["t"] = token
    page = client.get(_at(cast))
    assert page.status_code == 200
    assert "module-missing" in page.text
    assert client.post(_at(cast, "/unconfirm")).status_code == 303
