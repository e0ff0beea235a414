"""Every consent about somebody: who agreed to what, by which text, how, when, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from lms import storage
from lms.contracts import LMSError, Reason
from lms.courses.models import Cohort, Module
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.enrolment.services import CONSENT_DAYS_AFTER
from lms.families.models import ConsentScan
from lms.families.rules import ASKED_BEFORE, is_asked_again
from lms.families.wording import is_outdated
from lms.people.consents import is_under_age
from lms.people.models import Consent, ConsentWay, Person
from lms.people.rules import Purpose
from lms.people.services import GivenConsent, give_consent

MOST_SCAN = 1_500_000
KINDS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png"}


class BadScan(LMSError):
    """A scan is neither PDF nor picture, or too large."""

    code = "bad_scan"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


@dataclass(frozen=True)
class LedgerRow:
    """One consent as the ledger shows it."""

    consent: Consent
    giver: str
    noted_by: str
    withdrawn_by: str
    has_scan: bool
    is_in_force: bool
    is_outdated: bool


def ledger(person: Person, *, on: date) -> list[LedgerRow]:
    """List every consent about somebody, the newest first: one query."""
    giver, noter, ender = aliased(Person), aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(Consent, giver, noter, ender, ConsentScan.id, Person.id)
        .join(giver, giver.id == Consent.giver_id)
        .outerjoin(noter, noter.id == Consent.noted_by_id)
        .outerjoin(ender, ender.id == Consent.withdrawn_by_id)
        .outerjoin(ConsentScan, ConsentScan.consent_id == Consent.id)
        .outerjoin(Person, (Person.id == Consent.person_id) & is_under_age(on))
        .where(Consent.person_id == person.id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    ).all()
    return [
        LedgerRow(
            consent,
            giver=who.full_name,
            noted_by=noted.full_name if noted else "",
            withdrawn_by=ended.full_name if ended else "",
            has_scan=scan_id is not None,
            is_in_force=_is_in_force(consent, is_child=child_id is not None, on=on),
            is_outdated=is_outdated(consent.purpose, consent.text_version),
        )
        for consent, who, noted, ended, scan_id, child_id in rows
    ]


def _is_in_force(consent: Consent, *, is_child: bool, on: date) -> bool:
    if consent.withdrawn_at is not None:
        return False
    if consent.expires_on is not None and consent.expires_on < on:
        return False
    return is_child or consent.giver_id == consent.person_id


@dataclass(frozen=True)
class Paper:
    """A signed paper: its day, what for, and the scan where there is one."""

    purposes: frozenset[Purpose]
    signed_on: date
    scan: bytes = b""


def note_paper(
    person: Person, paper: Paper, *, giver: Person, by_id: int, now: datetime, on: date
) -> list[Consent]:
    """Note a consent given on paper, with its day and perhaps a scan.

    :raises BadScan: when the file is no PDF, JPEG or PNG, or too large.
    :raises NotALegalGuardian: when whoever signed may not consent for the person.
    """
    media_type = _media_type(paper.scan) if paper.scan else ""
    sha256 = storage.put(paper.scan) if paper.scan else ""
    signed = datetime.combine(paper.signed_on, time(12), tzinfo=UTC)
    until = usual_end(person, on=on)
    consents = []
    for purpose in sorted(paper.purposes):
        given = GivenConsent(purpose, way=ConsentWay.PAPER, expires_on=until, noted_by_id=by_id)
        consent = give_consent(person, given, giver=giver, now=min(signed, now))
        consents.append(consent)
        if sha256:
            db.session.add(
                ConsentScan(
                    consent_id=consent.id, sha256=sha256, media_type=media_type, noted_at=now
                )
            )
    db.session.flush()
    return consents


def _media_type(content: bytes) -> str:
    if len(content) > MOST_SCAN:
        raise BadScan
    for start, media_type in KINDS.items():
        if content.startswith(start):
            return media_type
    raise BadScan


def usual_end(person: Person, *, on: date) -> date:
    """Answer until when a consent given today holds: a year after the last module that is known."""
    last = last_need([person.id], on=on).get(person.id)
    return max(last or on, on) + timedelta(days=CONSENT_DAYS_AFTER)


def last_need(person_ids: Iterable[int], *, on: date) -> dict[int, date]:
    """Answer until when several people have a place in a group: one query."""
    rows = db.session.execute(
        select(Enrolment.person_id, func.max(Module.ends_on))
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Module, Module.id == Cohort.module_id)
        .where(
            Enrolment.person_id.in_(list(person_ids)),
            or_(Enrolment.until.is_(None), Enrolment.until >= on),
        )
        .group_by(Enrolment.person_id)
    )
    return dict(rows.all())


def running_out(*, on: date) -> list[Consent]:
    """List consents that run out within a month while a place is held, and are not given anew."""
    soon = db.session.scalars(
        select(Consent)
        .where(
            Consent.withdrawn_at.is_(None),
            Consent.is_assent.is_(False),
            Consent.expires_on >= on,
            Consent.expires_on <= on + ASKED_BEFORE,
        )
        .order_by(Consent.expires_on, Consent.id)
    ).all()
    needs = last_need({one.person_id for one in soon}, on=on)
    renewed = db.session.execute(
        select(Consent.person_id, Consent.purpose).where(
            Consent.person_id.in_({one.person_id for one in soon}),
            Consent.withdrawn_at.is_(None),
            Consent.is_assent.is_(False),
            Consent.expires_on > on + ASKED_BEFORE,
        )
    )
    later = {(person_id, purpose) for person_id, purpose in renewed}
    return [
        one
        for one in soon
        if (one.person_id, one.purpose) not in later
        and is_asked_again(one.expires_on, needed_until=needs.get(one.person_id), on=on)
    ]
