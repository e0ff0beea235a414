"""Withdrawing a consent with effect at once, and giving it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from lms.courses.models import Cohort
from lms.db import db
from lms.enrolment.models import Application, ApplicationState, Enrolment, OfferState
from lms.enrolment.refusals import AlreadyIn, NoSeat
from lms.enrolment.rules import gets_place, is_fresh
from lms.enrolment.seats import close_offers, in_force, lock_cohorts, reopen, seat, seats_of, vacate
from lms.families.ledger import usual_end
from lms.families.rules import ASKED_BEFORE
from lms.families.wording import is_outdated
from lms.people.consents import is_under_age
from lms.people.models import Consent, Person
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, give_consent, withdraw_consent


@dataclass(frozen=True)
class ConsentLine:
    """One purpose on a page: in force or not, by which text, since and until when."""

    purpose: Purpose
    is_given: bool
    given_at: datetime | None = None
    expires_on: date | None = None
    withdrawn_at: datetime | None = None
    is_running_out: bool = False
    is_outdated: bool = False

    @property
    def is_asked(self) -> bool:
        """Tell whether the page asks for it anew: it runs out soon, or its text means more now."""
        return self.is_given and (self.is_running_out or self.is_outdated)


def consent_lines(person_ids: Iterable[int], *, on: date) -> dict[int, list[ConsentLine]]:
    """List each purpose for each of several people: one query."""
    ids = list(person_ids)
    newest: dict[tuple[int, Purpose], ConsentLine] = {}
    rows = db.session.execute(
        select(
            Consent.person_id,
            Consent.purpose,
            Consent.given_at,
            Consent.expires_on,
            Consent.withdrawn_at,
            Consent.text_version,
        )
        .join(Person, Person.id == Consent.person_id)
        .where(
            Consent.person_id.in_(ids),
            Consent.is_assent.is_(False),
            # From the eighteenth birthday on only one's own counts: it is asked anew.
            or_(Consent.giver_id == Consent.person_id, is_under_age(on)),
        )
        .order_by(Consent.given_at, Consent.id)
    )
    for person_id, purpose, given_at, expires_on, withdrawn_at, version in rows:
        is_given = withdrawn_at is None and (expires_on is None or expires_on >= on)
        is_running_out = expires_on is not None and expires_on <= on + ASKED_BEFORE
        known = newest.get((person_id, purpose))
        if known is None or is_given or not known.is_given:
            newest[person_id, purpose] = ConsentLine(
                purpose,
                is_given,
                given_at,
                expires_on,
                withdrawn_at,
                is_running_out=is_running_out,
                is_outdated=is_outdated(purpose, version),
            )
    return {
        person_id: [
            newest.get((person_id, purpose), ConsentLine(purpose, is_given=False))
            for purpose in Purpose
        ]
        for person_id in ids
    }


def withdraw(
    person: Person, purpose: Purpose, *, now: datetime, on: date, by_id: int | None = None
) -> int:
    """Withdraw a consent about a person with effect at once; answer how many rows it ended.

    Without the consent for taking part there is no place in a group: places are freed and
    applications withdrawn in the same transaction.
    """
    ended = withdraw_consent(person.id, purpose, now=now, by_id=by_id)
    if purpose is Purpose.TAKING_PART and ended:
        _leave_all(person.id, now=now, on=on)
    return ended


def _leave_all(person_id: int, *, now: datetime, on: date) -> None:
    # Whoever gives a place at this very moment is waited for, and what was given is freed too.
    asking = select(Application.cohort_id).where(Application.person_id == person_id)
    held = select(Enrolment.cohort_id).where(Enrolment.person_id == person_id)
    lock_cohorts([*db.session.scalars(asking), *db.session.scalars(held)])
    db.session.expire_all()
    places = db.session.scalars(
        select(Enrolment).where(Enrolment.id.in_(in_force(on)), Enrolment.person_id == person_id)
    ).all()
    asked = db.session.scalars(
        select(Application).where(
            Application.person_id == person_id,
            Application.state.in_([ApplicationState.WAITING, ApplicationState.ACCEPTED]),
        )
    ).all()
    # An offer left open would hold a place for nobody.
    close_offers([one.id for one in asked], OfferState.CLOSED, now=now)
    with_place = {place.application_id for place in places}
    for application in asked:
        if application.state is ApplicationState.WAITING or application.id in with_place:
            application.state, application.decided_at = ApplicationState.WITHDRAWN, now
    for place in places:
        vacate(place, on=on)


def give_again(
    person: Person, purpose: Purpose, *, giver: Person, now: datetime, on: date
) -> Consent:
    """Give a consent again; within a day the places that went with it come back where still free.

    :raises NotALegalGuardian: when the giver only accompanies the child.
    """
    last = db.session.execute(
        select(Consent.withdrawn_at, Consent.expires_on)
        .where(
            Consent.person_id == person.id,
            Consent.purpose == purpose,
            Consent.withdrawn_at.is_not(None),
        )
        .order_by(Consent.withdrawn_at.desc())
        .limit(1)
    ).first()
    until = usual_end(person, on=on)
    if last and last.expires_on and last.expires_on > on:
        until = last.expires_on
    consent = give_consent(person, GivenConsent(purpose, expires_on=until), giver=giver, now=now)
    if purpose is Purpose.TAKING_PART and last and is_fresh(last.withdrawn_at, now=now):
        _come_back(person, withdrawn_at=last.withdrawn_at, now=now, on=on)
    return consent


def _come_back(person: Person, *, withdrawn_at: datetime, now: datetime, on: date) -> None:
    """Restore what was left with the consent; where the place is gone, wait for one."""
    asked = db.session.scalars(
        select(Application)
        .where(Application.person_id == person.id)
        .where(Application.state == ApplicationState.WITHDRAWN)
        .where(Application.decided_at == withdrawn_at)
        .order_by(Application.sent_at, Application.id)
    ).all()
    ids = [application.id for application in asked]
    places = db.session.scalars(
        select(Enrolment).where(
            Enrolment.person_id == person.id,
            Enrolment.until.is_not(None),
            (Enrolment.application_id.in_(ids))
            | (
                Enrolment.application_id.is_(None)
                & Enrolment.until.between(withdrawn_at.date() - timedelta(days=2), on)
            ),
        )
    ).all()
    lock_cohorts([place.cohort_id for place in places] + [one.cohort_id for one in asked])
    seated: set[int] = set()
    for place in places:
        try:
            reopen(place, on=on)
        except (NoSeat, AlreadyIn):
            continue
        seated.add(place.application_id or 0)
    for application in asked:
        if application.id in seated:
            application.state, application.decided_at = ApplicationState.ACCEPTED, now
        else:
            _ask_again(person, application, now=now, on=on)
    db.session.flush()


def _ask_again(person: Person, application: Application, *, now: datetime, on: date) -> None:
    cohort = db.session.get_one(Cohort, application.cohort_id)
    seats = seats_of([cohort.id], on=on)[cohort.id]
    application.state, application.decided_at = ApplicationState.WAITING, None
    if gets_place(seats, accepts_at_once=cohort.course.programme.accepts_at_once):
        seat(person, cohort, since=on, now=now, application=application)
    elif cohort.course.programme.accepts_at_once and application.listed_at is None:
        application.listed_at = now
