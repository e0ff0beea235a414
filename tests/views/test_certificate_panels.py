"""What the slices give to pages of others: panels, cards and the menu, each to whom it is for."""

from datetime import date

import pytest
from flask_login import login_user

from lms.certificates.services import issue_many
from lms.clock import now, today
from lms.completion.services import confirm_cohort
from lms.contracts import weighted
from lms.db import db
from lms.people.services import open_account
from lms.people.signing import begin_sign_in, principal_of
from lms.plugins import hooks
from tests.graduation import GRADUATION, finish_club, graduate, hold

SLICES = {"completion", "certificates"}


@pytest.fixture
def seen_by(app):
    """Ask a hook as somebody of the cast who looks at a page."""

    def ask(person, call):
        token = begin_sign_in(open_account(person).id, days=1, now=now())
        principal = principal_of(token, now=now(), on=today())
        with app.test_request_context():
            login_user(principal)
            return weighted(call(principal))

    return ask


def _enrolment(cast, person):
    return cast.enrolments[person.id]


def _panels(cast, person):
    return lambda _principal: hooks().enrolment_panels(enrolment=_enrolment(cast, person))


def test_the_family_reads_what_is_still_needed(cast, seen_by):
    hold(cast.sessions[:5], present=[cast.child])
    panels = seen_by(cast.guardian, _panels(cast, cast.child))
    needed = [reason.code for panel in panels for reason in panel.reasons]
    assert needed == ["attendance_reachable", "project_missing"]


def test_certificates_are_offered_to_whoever_may_download_them(cast, seen_by):
    issue_many(
        [completion.id for completion in graduate(cast)],
        award="code_club",
        by_id=None,
        now=GRADUATION,
    )

    def links(person):
        panels = seen_by(person, _panels(cast, cast.child))
        return [url for panel in panels for _label, url in panel.links if "/pdf" in url]

    assert len(links(cast.guardian)) == len(links(cast.coordinator)) == 2
    assert links(cast.other_guardian) == links(cast.mentor) == []


def test_nothing_is_said_where_nothing_is_issued(cast, seen_by):
    place = _enrolment(cast, cast.child)
    place.cohort_id = cast.yoga_cohort.id
    db.session.flush()
    db.session.expire_all()
    panels = seen_by(cast.guardian, _panels(cast, cast.child))
    assert [panel for panel in panels if panel.reasons] == []


def test_the_coordinator_is_told_which_groups_wait(cast, seen_by, monkeypatch):
    def cards(person):
        answer = seen_by(person, lambda principal: hooks().home_cards(person=principal))
        return [card.endpoint for card in answer if card.endpoint.split(".")[0] in SLICES]

    monkeypatch.setattr("lms.completion.plugin.today", lambda: date(2022, 12, 21))
    finish_club(cast)
    assert cards(cast.coordinator) == ["completion.cohort"]
    assert cards(cast.mentor) == cards(cast.guardian) == []
    confirmed = confirm_cohort(cast.cohort, by_id=None, now=GRADUATION)
    assert cards(cast.coordinator) == ["certificates.cohort"]
    issue_many([each.id for each in confirmed], award="code_club", by_id=None, now=GRADUATION)
    assert cards(cast.coordinator) == []


@pytest.mark.parametrize(
    ("role", "expected"),
    [("coordinator", True), ("director", True), ("mentor", False), ("guardian", False)],
)
def test_the_menu_has_certificates_for_staff_only(cast, seen_by, role, expected):
    items = seen_by(getattr(cast, role), lambda principal: hooks().menu_items(person=principal))
    assert ("certificates.overview" in {item.endpoint for item in items}) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("coordinator", {"/completion/cohorts/", "/certificates/cohorts/"}),
        ("mentor", {"/completion/cohorts/"}),
        ("leader", set()),
        ("guardian", set()),
    ],
)
def test_a_groups_page_leads_on_whoever_may_go_there(cast, seen_by, role, expected):
    panels = seen_by(
        getattr(cast, role),
        lambda principal: hooks().cohort_panels(cohort=cast.cohort, person=principal),
    )
    urls = {url for panel in panels for _label, url in panel.links}
    ours = {f"/completion/cohorts/{cast.cohort.id}", f"/certificates/cohorts/{cast.cohort.id}"}
    assert urls & ours == {f"{start}{cast.cohort.id}" for start in expected}
