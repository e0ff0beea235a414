"""A child's own page: one link without names for each place in a group, ended with the place."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, update

from lms.courses.kind import kind_of
from lms.courses.models import NOT_HELD, Session
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.enrolment.rules import is_link_shown
from lms.families.models import ChildPage
from lms.families.refusals import NoAssentAsked, NoPageHere
from lms.people.consents import assents_missing
from lms.people.models import Consent, ConsentWay, Person
from lms.people.rules import Purpose, consent_need, is_minor
from lms.people.services import GivenConsent, give_consent, has_consent
from lms.people.signing import token_hash

NEXT = 4


def _token(nonce: str, key: str) -> str:
    """Make the token of a page: 256 bits that nobody makes without the application's key."""
    made = hmac.new(key.encode(), f"child-page|{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def may_have_page(enrolment: Enrolment, *, on: date) -> bool:
    """Tell whether a place has a page: a child's, in force, and in no sensitive group."""
    kind = kind_of(enrolment.cohort.course.programme.kind)
    is_over = enrolment.until is not None and enrolment.until < on
    return is_minor(enrolment.person.birth_date, on) and not is_over and not kind.is_sensitive


def make_page(enrolment: Enrolment, *, by_id: int, key: str, now: datetime, on: date) -> ChildPage:
    """Make a page for a place in a group; an earlier link of the same place ends.

    :raises NoPageHere: for a sensitive group, an adult, and a place that ended.
    """
    if not may_have_page(enrolment, on=on):
        raise NoPageHere
    revoke_pages([enrolment.id], now=now)
    nonce = secrets.token_hex(16)
    page = ChildPage(
        enrolment_id=enrolment.id,
        nonce=nonce,
        token_hash=token_hash(_token(nonce, key)),
        made_at=now,
        made_by_id=by_id,
    )
    db.session.add(page)
    db.session.flush()
    return page


def page_of(enrolment_id: int) -> ChildPage | None:
    """Answer the page of a place whose link works."""
    return db.session.scalar(
        select(ChildPage)
        .where(ChildPage.enrolment_id == enrolment_id, ChildPage.revoked_at.is_(None))
        .order_by(ChildPage.id.desc())
        .limit(1)
    )


def show_token(page: ChildPage, *, key: str) -> str:
    """Answer the token of a page again, or nothing when the application's key is another one now."""
    token = _token(page.nonce, key)
    return token if hmac.compare_digest(token_hash(token), page.token_hash) else ""


def revoke_pages(enrolment_ids: Iterable[int], *, now: datetime) -> None:
    """Let the links of some places work no more."""
    db.session.execute(
        update(ChildPage)
        .where(ChildPage.enrolment_id.in_(list(enrolment_ids)), ChildPage.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    db.session.flush()


def revoke_pages_of(person_id: int, *, now: datetime) -> None:
    """Let all links of a child's pages work no more."""
    ids = db.session.scalars(select(Enrolment.id).where(Enrolment.person_id == person_id)).all()
    revoke_pages(ids, now=now)


def find_page(token: str, *, on: date) -> ChildPage | None:
    """Find a page by its token; one that was revoked, or whose place ended, never was."""
    page = db.session.scalar(
        select(ChildPage).where(
            ChildPage.token_hash == token_hash(token), ChildPage.revoked_at.is_(None)
        )
    )
    if page is None or page.enrolment.person.erased_at is not None:
        return None
    return page if may_have_page(page.enrolment, on=on) else None


@dataclass(frozen=True)
class Question:
    """One purpose that the guardian agreed to, and whether the learner did."""

    purpose: Purpose
    is_given: bool


def questions(person: Person, *, on: date) -> list[Question]:
    """List what a learner of 14 to 17 is asked: only what a guardian agreed to."""
    if not consent_need(person.birth_date, on).assent:
        return []
    missing = assents_missing([person.id], Purpose, on=on)
    return [
        Question(purpose, is_given=person.id not in missing[purpose])
        for purpose in Purpose
        if purpose is not Purpose.MESSAGES and has_consent(person.id, purpose, on=on)
    ]


@dataclass(frozen=True)
class Noted:
    """Who of the staff wrote an assent down, how it was given (said, or signed), and on what day."""

    by_id: int
    way: ConsentWay
    said_on: date


def assent(
    person: Person,
    purpose: Purpose,
    *,
    now: datetime,
    on: date,
    noted: Noted | None = None,
) -> Consent | None:
    """Record that a learner of 14 to 17 agrees too: by a tap of their own, or noted by the staff.

    What stands already is left as it is, so that two taps are one.

    :raises NoAssentAsked: at another age, or where no guardian agreed.
    """
    asked = {one.purpose: one for one in questions(person, on=on)}
    if purpose not in asked:
        raise NoAssentAsked
    if asked[purpose].is_given:
        return None
    given = GivenConsent(
        purpose,
        way=noted.way if noted else ConsentWay.ONLINE,
        is_assent=True,
        noted_by_id=noted.by_id if noted else None,
    )
    at = min(now, datetime.combine(noted.said_on, time(12), tzinfo=UTC)) if noted else now
    return give_consent(person, given, giver=person, now=at)


@dataclass(frozen=True)
class Coming:
    """A session ahead on a child's page; ``link`` only from 24 hours before."""

    starts_at: datetime
    minutes: int
    topic: str
    link: str
    is_lost: bool


def coming(enrolment: Enrolment, *, now: datetime, on: date) -> list[Coming]:
    """List the next sessions of a place, with those that will not be held."""
    cohort = enrolment.cohort
    until = enrolment.until or date.max
    sessions = db.session.scalars(
        select(Session)
        .where(
            Session.cohort_id == cohort.id,
            Session.day >= max(enrolment.since, on - timedelta(days=1)),
            Session.day <= until,
        )
        .order_by(Session.starts_at)
    )
    ahead = [one for one in sessions if one.starts_at + timedelta(minutes=one.minutes) > now]
    return [
        Coming(
            one.starts_at,
            one.minutes,
            one.topic,
            cohort.link
            if one.state not in NOT_HELD and is_link_shown(one.starts_at, one.minutes, now=now)
            else "",
            is_lost=one.state in NOT_HELD,
        )
        for one in ahead[:NEXT]
    ]
