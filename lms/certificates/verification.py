"""What a stranger is told about a paper: every printed fact, but never the name of a child."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lms.certificates.codes import is_wellformed, normalise
from lms.certificates.documents import Language, Paper, Snapshot, compose
from lms.certificates.models import Certificate
from lms.certificates.rules import State, is_same_family_name, state_of
from lms.db import db
from lms.limits import take
from lms.people.models import Person

HOUR = 3600


@dataclass(frozen=True)
class Verification:
    """The answer about one code. ``holder`` is empty for a child and for whoever was erased."""

    code: str
    state: State
    kind: str
    number: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    issued_on: date
    issuer: str
    holder: str
    can_check_name: bool
    revoked_at: datetime | None
    revoked_reason: str


@dataclass(frozen=True)
class Found:
    """A certificate behind a code, and whether its holder is still known."""

    certificate: Certificate
    is_erased: bool


def find_by_code(typed: str) -> Found | None:
    """Find the paper of a code, however it was typed; a badly formed code asks nobody."""
    code = normalise(typed)
    if not is_wellformed(code):
        return None
    row = db.session.execute(
        select(Certificate, Person.id, Person.erased_at)
        .outerjoin(Person, Person.id == Certificate.person_id)
        .where(Certificate.code == code)
    ).first()
    if row is None:
        return None
    certificate, person_id, erased_at = row
    return Found(certificate, is_erased=person_id is None or erased_at is not None)


def verify(found: Found, locale: str) -> Verification:
    """Say what a paper says, from its own snapshot and in its own words, and its state today."""
    certificate = found.certificate
    snapshot = Snapshot.from_json(certificate.snapshot)
    paper = compose(snapshot.in_language(Language(locale)))
    may_name = not certificate.is_minor and not found.is_erased
    return Verification(
        code=certificate.code,
        state=state_of(is_revoked=certificate.revoked_at is not None, is_erased=found.is_erased),
        kind=paper.heading,
        number=certificate.number,
        subject=paper.subject,
        facts=_facts(snapshot, paper),
        issued_on=certificate.issued_on,
        issuer=paper.issuer,
        holder=paper.holder if may_name else "",
        can_check_name=certificate.is_minor and not found.is_erased,
        revoked_at=certificate.revoked_at,
        revoked_reason=certificate.revoked_reason,
    )


def _facts(snapshot: Snapshot, paper: Paper) -> tuple[tuple[str, str], ...]:
    """List what the paper prints about the learning, under the paper's own labels."""
    within = {
        paper.labels["programme"]: snapshot.programme.in_language(paper.language),
        paper.labels["module"]: snapshot.module.in_language(paper.language),
    }
    facts = (within if paper.within else {}) | dict(paper.facts)
    facts[paper.labels["topics"]] = ", ".join(paper.topics)
    return tuple((label[:1].upper() + label[1:], value) for label, value in facts.items() if value)


def check_family_name(found: Found, typed: str, *, tries: int, now: datetime) -> bool:
    """Tell whether a typed surname belongs to a child's paper, so many times an hour for a code.

    :raises TooMany: when the hour's tries are used up; the caller commits the count all the same.
    """
    certificate = found.certificate
    take("family_name", certificate.code, limit=tries, seconds=HOUR, now=now)
    holder = certificate.snapshot["holder"]
    return is_same_family_name(typed, holder["uk"], holder["en"])
