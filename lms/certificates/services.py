"""Verbs of certificates: issue, revoke, restore. What was issued never changes by itself."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from lms.certificates.codes import new_code, registration_number
from lms.certificates.models import Certificate
from lms.certificates.numbering import hold_series, take_serials
from lms.certificates.rules import can_restore, is_minors, names_somebody
from lms.certificates.snapshots import Content, House, Numbers, content_of, house, take_snapshot
from lms.completion.models import Completion
from lms.contracts import LMSError, Reason
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Module
from lms.courses.timetable import wall_day
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.models import Person


class AlreadyRevoked(LMSError):
    """A certificate can be revoked once."""

    code = "already_revoked"


class TooLateToRestore(LMSError):
    """A revocation that has stood for a day stays."""

    code = "too_late_to_restore"


class ReasonNamesHolder(LMSError):
    """The reason of a revocation is public, so it must not name a child."""

    code = "reason_names_holder"


@dataclass(frozen=True)
class NewDocument:
    """A paper to be issued: which award, on what grounds, to whom, about what.

    ``grounds`` say what it is issued for and are unique with the award: «completion:17»,
    «mentor:5:2». ``is_for_children`` makes an unknown birth date count as a child's.
    """

    award: str
    grounds: str
    person: Person
    module: Module
    content: Content
    cohort_id: int | None = None
    completion_id: int | None = None
    is_for_children: bool = False


def issue_document(new: NewDocument, *, by_id: int | None, now: datetime) -> Certificate:
    """Issue one paper, or answer the one that was issued on the same grounds before.

    :raises AwardUnknown: when there is no paper for the award.
    """
    return issue_documents([new], by_id=by_id, now=now)[0]


def issue_documents(
    news: Sequence[NewDocument], *, by_id: int | None, now: datetime
) -> list[Certificate]:
    """Issue papers in the order given; numbers run in that order within each module.

    The series of each module is held from the first look to the end of the transaction, so
    neither a second request nor a resumed job can come between; should a row appear past the
    lock all the same, the database refuses ours and the serials go back.

    :raises AwardUnknown: when there is no paper for an award; nothing is issued then.
    """
    issued: dict[tuple[str, str], Certificate] = {}
    issuer = house()
    for module_id in sorted({new.module.id for new in news}):
        hold_series(module_id)
        batch = [new for new in news if new.module.id == module_id]
        try:
            with db.session.begin_nested():
                issued |= _issue_in_module(batch, issuer, by_id=by_id, now=now)
        except IntegrityError:
            known = _issued_on(batch)
            if len(known) < len({_key(new) for new in batch}):
                raise
            issued |= known
    return [issued[_key(new)] for new in news]


def _issue_in_module(
    batch: Sequence[NewDocument], issuer: House, *, by_id: int | None, now: datetime
) -> dict[tuple[str, str], Certificate]:
    known = _issued_on(batch)
    missing = {_key(new): new for new in batch if _key(new) not in known}
    if not missing:
        return known
    module = batch[0].module
    on = wall_day(now, issuer.zone)
    serials = take_serials(module.id, len(missing))
    made = [
        _make(new, serial, issuer, on)
        for new, serial in zip(missing.values(), serials, strict=True)
    ]
    for certificate in made:
        certificate.issued_at, certificate.issued_by_id = now, by_id
    db.session.add_all(made)
    db.session.flush()
    return known | dict(zip(missing, made, strict=True))


def _make(new: NewDocument, serial: int, issuer: House, on: date) -> Certificate:
    numbers = Numbers(
        number=registration_number(new.module.year, new.module.number, serial),
        code=new_code(),
        issued_on=on,
        is_minor=is_minors(new.person.birth_date, is_for_children=new.is_for_children, on=on),
    )
    snapshot = take_snapshot(new.person, new.content, numbers, award=new.award, issued_by=issuer)
    return Certificate(
        code=numbers.code,
        award=new.award,
        grounds=new.grounds,
        revision=1,
        person_id=new.person.id,
        module_id=new.module.id,
        cohort_id=new.cohort_id,
        completion_id=new.completion_id,
        serial=serial,
        number=numbers.number,
        issued_on=on,
        is_minor=numbers.is_minor,
        snapshot=snapshot.to_json(),
        revoked_reason="",
    )


def _key(new: NewDocument) -> tuple[str, str]:
    return new.award, new.grounds


def _issued_on(news: Sequence[NewDocument]) -> dict[tuple[str, str], Certificate]:
    """Find what stands on these grounds already; of several revisions the last."""
    found = db.session.scalars(
        select(Certificate)
        .where(
            Certificate.award.in_({new.award for new in news}),
            Certificate.grounds.in_([new.grounds for new in news]),
        )
        .order_by(Certificate.revision)
    )
    return {(certificate.award, certificate.grounds): certificate for certificate in found}


def grounds_of(completion_id: int) -> str:
    """Name the grounds of a learner's certificate."""
    return f"completion:{completion_id}"


def issue(completion_id: int, *, award: str, by_id: int | None, now: datetime) -> Certificate:
    """Issue the certificate of one completion, or answer the one there is.

    :raises AwardUnknown: when there is no paper for the award.
    :raises LookupError: when there is no such completion, or its learner was erased.
    """
    return issue_many([completion_id], award=award, by_id=by_id, now=now)[0]


def issue_many(
    completion_ids: Collection[int], *, award: str, by_id: int | None, now: datetime
) -> list[Certificate]:
    """Issue the certificates of completions, numbered in the order of their learners' names.

    :raises AwardUnknown: when there is no paper for the award.
    :raises LookupError: when a completion is gone, or its learner was erased.
    """
    completions = _completions(completion_ids)
    if len(completions) < len(set(completion_ids)):
        raise LookupError("a completion is gone")
    contents: dict[int, Content] = {}
    news = []
    for completion in completions:
        cohort = completion.enrolment.cohort
        if cohort.id not in contents:
            contents[cohort.id] = content_of(cohort)
        news.append(
            NewDocument(
                award=award,
                grounds=grounds_of(completion.id),
                person=completion.enrolment.person,
                module=cohort.module,
                content=contents[cohort.id],
                cohort_id=cohort.id,
                completion_id=completion.id,
                is_for_children=kind_of(cohort.course.programme.kind).is_for_children,
            )
        )
    return issue_documents(news, by_id=by_id, now=now)


def _completions(ids: Iterable[int]) -> Sequence[Completion]:
    return db.session.scalars(
        select(Completion)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .options(
            contains_eager(Completion.enrolment).options(
                contains_eager(Enrolment.person),
                joinedload(Enrolment.cohort, innerjoin=True).options(
                    joinedload(Cohort.module, innerjoin=True),
                    joinedload(Cohort.course, innerjoin=True).joinedload(
                        Course.programme, innerjoin=True
                    ),
                ),
            )
        )
        .where(Completion.id.in_(set(ids)), Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id, Completion.id)
    ).all()


def revoke(
    certificate: Certificate, *, reason: str, by_id: int | None, now: datetime
) -> Certificate:
    """Revoke a certificate with a reason that its public page shows; the number stays taken.

    :raises AlreadyRevoked: when it was revoked before.
    :raises ReasonNamesHolder: when the reason would name a child to strangers.
    """
    if certificate.revoked_at is not None:
        raise AlreadyRevoked(reason=Reason("already_revoked"))
    if certificate.is_minor and names_somebody(reason, _names_of(certificate)):
        raise ReasonNamesHolder(reason=Reason("reason_names_holder"))
    certificate.revoked_at, certificate.revoked_by_id = now, by_id
    certificate.revoked_reason = reason
    db.session.flush()
    return certificate


def _names_of(certificate: Certificate) -> list[str]:
    holder = certificate.snapshot["holder"]
    return [*holder["uk"].split(), *holder["en"].split()]


def restore(certificate: Certificate, *, now: datetime) -> Certificate:
    """Take a revocation back within a day of it.

    :raises TooLateToRestore: when it is not revoked, or has been for longer.
    """
    if not can_restore(certificate.revoked_at, now=now):
        raise TooLateToRestore(reason=Reason("too_late_to_restore"))
    certificate.revoked_at, certificate.revoked_by_id = None, None
    certificate.revoked_reason = ""
    db.session.flush()
    return certificate
