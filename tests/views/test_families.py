"""The guardian's and the learner's page: own children, the link in time, consents in one tap."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.contracts import Panel, Reason
from lms.courses.models import NotHeldReason
from lms.courses.services import cancel_session
from lms.db import db
from lms.enrolment.models import Application, ApplicationState
from lms.hookspecs import hook
from lms.i18n import COOKIE
from lms.people.models import Consent, ContactRule, Guardianship, Person, Relation
from lms.people.rules import Purpose
from lms.people.services import NewPerson, add_guardian, add_person
from tests.cast import Cast, enrol_row
from tests.conftest import Browser
from tests.views.enrol_browsers import keep_rows
from tests.views.test_enrol_catalogue import counted

TODAY = date(2022, 9, 11)
NOW = datetime(2022, 9, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def stranger(bare_app: Any) -> Any:
    browser = keep_rows(Browser(bare_app))
    browser.client.set_cookie(COOKIE, "en")
    return browser


@pytest.fixture
def as_(as_: Any) -> Any:
    def sign_in(person: Any) -> Any:
        db.session.rollback()
        return keep_rows(as_(person))

    return sign_in


class Clock:
    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("enrolment.views", "enrolment.applying", "families.views", "enrolment.desk"):
        target = f"lms.{module}"
        monkeypatch.setattr(f"{target}.today", lambda: TODAY)
        if module != "enrolment.views":
            monkeypatch.setattr(f"{target}.now", lambda: clock.now)
    return clock


@pytest.fixture
def mother(cast: Cast) -> Person:
    cast.guardian.locale = "en"
    db.session.commit()
    return cast.guardian


def test_it_requires_guardian(stranger: Any, as_: Any, cast: Cast) -> None:
    assert stranger.get("/family").status_code == 303
    assert as_(cast.learner).get("/family").status_code == 403
    assert as_(cast.guardian).get("/family").status_code == 200


def test_it_shows_my_children_and_nobody_elses(as_: Any, cast: Cast, mother: Person) -> None:
    page = as_(mother).get("/family").text
    assert "Соломія" in page
    assert "Лук’ян" in page
    assert cast.other_child.given_name not in page
    assert "Monday, 12 September, 17:00" in page


def test_an_ended_guardianship_is_refused_at_the_next_request(
    as_: Any, cast: Cast, mother: Person
) -> None:
    browser = as_(mother)
    assert "Соломія" in browser.get("/family").text
    tie = db.session.scalar(select(Guardianship).where(Guardianship.child_id == cast.child.id))
    assert tie is not None
    tie.until = TODAY - timedelta(days=1)
    db.session.commit()
    assert "Соломія" not in browser.get("/family").text
    url = f"/family/{cast.child.id}/consents/photographs/give"
    assert browser.post(url).status_code == 404


@pytest.mark.parametrize(
    ("hour", "is_shown"),
    [
        (datetime(2022, 9, 11, 13, 59, tzinfo=UTC), False),
        (datetime(2022, 9, 11, 14, 0, tzinfo=UTC), True),
        (datetime(2022, 9, 12, 14, 59, tzinfo=UTC), True),
        (datetime(2022, 9, 12, 15, 0, tzinfo=UTC), False),
    ],
)
def test_the_link_opens_a_day_before_and_closes_at_the_end(
    as_: Any, cast: Cast, clock: Clock, hour: datetime, is_shown: bool
) -> None:
    clock.now = hour
    assert (cast.cohort.link in as_(cast.guardian).get("/family").text) is is_shown


def test_a_group_that_meets_in_person_tells_its_members_where(
    as_: Any, cast: Cast, mother: Person
) -> None:
    cast.cohort.place_id = cast.place.id
    db.session.commit()
    page = as_(mother).get("/family").text
    assert "Кремінська бібліотека, Кремінна" in page
    assert cast.cohort.link not in page


def test_a_cancelled_session_is_said_with_its_reason(as_: Any, cast: Cast, mother: Person) -> None:
    cancel_session(cast.sessions[1], reason=NotHeldReason.NO_POWER)
    db.session.commit()
    page = as_(mother).get("/family").text
    assert "Monday, 12 September, 17:00: there will be no session (no power)" in page
    assert "Monday, 19 September, 17:00" in page


def test_consents_are_withdrawn_and_given_in_one_tap(as_: Any, cast: Cast, mother: Person) -> None:
    browser = as_(mother)
    base = f"/family/{cast.child.id}/consents/photographs"
    assert browser.post(f"{base}/give").status_code == 303
    consent = select(Consent).where(Consent.purpose == Purpose.PHOTOGRAPHS)
    assert db.session.scalar(consent).withdrawn_at is None  # type: ignore[union-attr]
    assert browser.post(f"{base}/withdraw").status_code == 303
    assert db.session.scalar(consent).withdrawn_at == NOW  # type: ignore[union-attr]
    assert "Give again" in browser.get("/family").text


def test_taking_part_withdrawn_frees_the_place_and_undo_gives_it_back(
    as_: Any, cast: Cast, mother: Person
) -> None:
    browser = as_(mother)
    enrolment = cast.enrolments[cast.child.id]
    base = f"/family/{cast.child.id}/consents/taking_part"
    browser.post(f"{base}/withdraw")
    db.session.refresh(enrolment)
    assert enrolment.until == TODAY - timedelta(days=1)
    assert "Not in a group now" in browser.get("/family").text
    browser.post(f"{base}/give")
    db.session.refresh(enrolment)
    assert enrolment.until is None


@pytest.mark.parametrize("what", ["withdraw", "give"])
def test_another_familys_consent_is_absent(as_: Any, cast: Cast, what: str) -> None:
    browser = as_(cast.guardian)
    for child in (cast.other_child.id, 99999, 0, -1, 2**63, "x"):
        url = f"/family/{child}/consents/taking_part/{what}"
        assert browser.post(url).status_code == 404
    assert browser.post(f"/family/{cast.child.id}/consents/x/{what}").status_code == 404
    consent = select(Consent).where(Consent.person_id == cast.other_child.id)
    assert db.session.scalar(consent).withdrawn_at is None  # type: ignore[union-attr]


def test_whoever_only_accompanies_gives_no_consent(as_: Any, cast: Cast) -> None:
    add_guardian(
        cast.other_guardian, cast.child, relation=Relation.ACCOMPANYING, since=date(2022, 9, 1)
    )
    db.session.commit()
    browser = as_(cast.other_guardian)
    assert "Соломія" in browser.get("/family").text
    base = f"/family/{cast.child.id}/consents/photographs"
    assert browser.post(f"{base}/give").status_code == 404
    assert f"{base}/give" not in browser.get("/family").text


def test_from_eighteen_on_the_learner_alone_consents(as_: Any, cast: Cast) -> None:
    cast.child.birth_date = TODAY.replace(year=TODAY.year - 18)
    db.session.commit()
    given = select(Consent).where(Consent.person_id == cast.child.id)
    before = len(db.session.scalars(given).all())
    base = f"/family/{cast.child.id}/consents/recording"
    assert as_(cast.guardian).post(f"{base}/give").status_code == 404
    assert len(db.session.scalars(given).all()) == before
    cast.child.birth_date = TODAY.replace(year=TODAY.year - 17)
    db.session.commit()
    as_(cast.guardian).post(f"{base}/give")
    assert len(db.session.scalars(given).all()) == before + 1


def test_a_quiet_guardian_has_a_neutral_title(as_: Any, cast: Cast, mother: Person) -> None:
    assert "<title>My children" in as_(mother).get("/family").text
    mother.contact_rule = ContactRule.DO_NOT_WRITE
    db.session.commit()
    assert "<title>My children" not in as_(mother).get("/family").text


def test_an_answer_to_an_application_stands_on_the_page(
    as_: Any, cast: Cast, mother: Person
) -> None:
    application = Application(
        form_key="k",
        person_id=cast.child.id,
        applicant_id=mother.id,
        cohort_id=cast.training_cohort.id,
        state=ApplicationState.REFUSED,
        sent_at=NOW,
        decided_at=NOW,
        refusal="no_seats",
    )
    db.session.add(application)
    db.session.commit()
    assert "there are no places left" in as_(mother).get("/family").text


class Completion:
    """A plug-in that says what is still needed."""

    @hook
    def enrolment_panels(self, enrolment: Any) -> list[Panel]:
        lines = (f"panel of enrolment {enrolment.id}",)
        return [Panel("Certificate", lines, (Reason("no_seat"),), (("Open", "/somewhere"),))]


def test_other_slices_tell_what_they_know(make_app: Any, cast: Cast, mother: Person) -> None:
    from lms.clock import now
    from lms.db import begin_write
    from lms.people.services import open_account
    from lms.people.signing import begin_sign_in

    app = make_app(completion_panels=Completion())
    with app.app_context():
        begin_write()
        token = begin_sign_in(open_account(mother).id, days=1, now=now())
        db.session.commit()
        page = Browser(app, token).get("/family").text
    assert f"panel of enrolment {cast.enrolments[cast.child.id].id}" in page
    assert "All places in this group are taken." in page
    assert 'href="/somewhere"' in page


def test_an_adult_learner_sees_the_own_groups(as_: Any, cast: Cast) -> None:
    cast.learner.locale = "en"
    db.session.commit()
    page = as_(cast.learner).get("/learning").text
    assert "Cybersecurity for librarians" in page
    assert "Wednesday, 5 October, 11:00" in page
    assert as_(cast.guardian).get("/learning").status_code == 403


def test_a_learner_withdraws_and_gives_alone(as_: Any, cast: Cast) -> None:
    browser = as_(cast.learner)
    assert browser.post("/learning/consents/recording/give").status_code == 303
    assert browser.post("/learning/consents/recording/withdraw").status_code == 303
    assert browser.post("/learning/consents/x/give").status_code == 404
    consent = select(Consent).where(Consent.person_id == cast.learner.id)
    assert db.session.scalar(consent).withdrawn_at == NOW  # type: ignore[union-attr]


def test_what_the_page_gathers_does_not_grow_with_the_family(
    app: Any, cast: Cast, mother: Person
) -> None:
    from lms.families.household import gather
    from lms.people.services import children_of

    def ask() -> list[str]:
        db.session.commit()
        db.session.expire_all()
        with counted() as asked:
            gather(children_of(mother.id, on=TODAY), now=NOW, on=TODAY)
        return asked

    few = ask()
    for number in range(4):
        child = add_person(
            NewPerson("Знам’янська", f"Ім’я {'АБВГ'[number]}", birth_date=date(2012, 1, 1)), now=NOW
        )
        add_guardian(mother, child, relation=Relation.MOTHER, since=date(2022, 9, 1))
        enrol_row(child, cast.cohort)
    many = ask()
    assert len(few) == len(many) <= 6
