"""What staff look at before and after issuing: previews, lists, what waits, what counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.certificates.faces import unprintable
from lms.certificates.models import Certificate
from lms.certificates.rules import CREDENTIAL_AWARD, Candidate, issue_objections
from lms.completion.models import Completion
from lms.completion.services import assess_cohort
from lms.contracts import AwardKind, Reason
from lms.courses.kind import kind_of
from lms.courses.models import Cohort, Course, Module, Programme
from lms.db import db
from lms.enrolment.models import Enrolment
from lms.people.models import Person
from lms.people.names import fold
from lms.plugins import suite


@dataclass(frozen=True)
class Previewed:
    """One learner of a group before its certificates are issued."""

    name: str
    completion_id: int | None
    certificate: Certificate | None
    objections: tuple[Reason, ...]

    @property
    def is_to_be_issued(self) -> bool:
        """Tell whether pressing the button issues a certificate for this learner."""
        return not self.objections


def awards_of(programme: Programme) -> list[AwardKind]:
    """List what may be issued at the end of a programme, as far as its plug-ins are here."""
    awards = suite().awards
    return [awards[key] for key in sorted(kind_of(programme.kind).awards) if key in awards]


def preview(cohort_id: int, award: str) -> list[Previewed]:
    """Say for everybody of a group whether a certificate will be issued, and if not, why not."""
    certificates = {
        certificate.completion_id: certificate
        for certificate in db.session.scalars(
            select(Certificate)
            .where(Certificate.cohort_id == cohort_id, Certificate.award == award)
            .order_by(Certificate.revision)
        )
    }
    previewed = []
    for row in assess_cohort(cohort_id):
        completion_id = row.completion.id if row.completion else None
        certificate = certificates.get(completion_id) if completion_id else None
        unmet = tuple(reason for reason in row.assessment.reasons if not reason.is_met)
        candidate = Candidate(
            is_met=row.assessment.is_met,
            is_completed=row.completion is not None,
            unmet=unmet,
            number=certificate.number if certificate else "",
            is_revoked=certificate is not None and certificate.revoked_at is not None,
            unprintable=unprintable(row.name),
        )
        previewed.append(
            Previewed(row.name, completion_id, certificate, issue_objections(candidate))
        )
    return previewed


def cohorts_to_issue(kinds: Collection[str]) -> list[tuple[int, str, int]]:
    """List groups with confirmed completions and no certificate yet: id, name, number of people."""
    found = db.session.execute(
        select(Cohort.id, Cohort.name, func.count(Completion.id))
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .join(Completion, Completion.enrolment_id == Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .outerjoin(Certificate, Certificate.completion_id == Completion.id)
        .where(
            Certificate.id.is_(None),
            Person.erased_at.is_(None),
            Programme.kind.in_(sorted(kinds)),
        )
        .group_by(Cohort.id, Cohort.name)
        .order_by(Cohort.id.desc())
    ).all()
    return [(cohort_id, name, people) for cohort_id, name, people in found]


@dataclass(frozen=True)
class Sought:
    """What the list of certificates is narrowed to."""

    text: str = ""
    year: int | None = None
    module_id: int | None = None


def list_certificates(sought: Sought) -> Select[Certificate]:
    """Select certificates, the newest first, by number or name, year of issue and module."""
    chosen = (
        select(Certificate)
        .outerjoin(Person, Person.id == Certificate.person_id)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    if sought.year:
        chosen = chosen.where(_issued_in(Certificate, sought.year))
    if sought.module_id:
        chosen = chosen.where(Certificate.module_id == sought.module_id)
    for word in sought.text.split():
        chosen = chosen.where(_matches(word))
    return chosen


def _matches(word: str) -> Any:
    number = word.removeprefix("№")
    found = [Certificate.number.contains(number, autoescape=True)] if number else []
    if key := fold(word):
        found.append(Person.folded.contains(key, autoescape=True))
    return or_(*found) if found else true()


def years_and_modules() -> tuple[list[int], list[tuple[int, str]]]:
    """List the years and modules in which something was issued, the newest first."""
    rows = db.session.execute(
        select(Module.id, Module.name, Module.year, Module.number)
        .where(Module.id.in_(select(Certificate.module_id)))
        .order_by(Module.year.desc(), Module.number.desc())
    ).all()
    days = db.session.execute(
        select(func.min(Certificate.issued_on), func.max(Certificate.issued_on))
    ).one()
    years = list(range(days[1].year, days[0].year - 1, -1)) if days[0] else []
    modules = [(row.id, f"{row.name} ({row.year}/{row.number})") for row in rows]
    return years, modules


class Papers(StrEnum):
    """What is counted in the report: learners' certificates, or mentors' credentials."""

    CERTIFICATES = "certificates"
    CREDENTIALS = "credentials"


def count_issued(papers: Papers, year: int, *, zone: str) -> int | None:
    """Count papers issued in a year and valid on its last day; revisions do not add.

    ``None`` for a year of which the library's modules know nothing: unknown is not nought.
    """
    counted = db.session.scalar(
        select(func.count()).select_from(_counted(papers, year, zone).subquery())
    )
    if counted:
        return counted
    is_known = db.session.scalar(select(Module.id).where(Module.year == year).limit(1))
    return 0 if is_known else None


def issued_rows(papers: Papers, year: int, *, zone: str) -> list[tuple[int, date, str]]:
    """List the papers behind the figure: id, day and number, without names."""
    chosen = _counted(papers, year, zone).order_by(Certificate.issued_on, Certificate.id)
    return [(row.id, row.issued_on, row.number) for row in db.session.execute(chosen)]


def _counted(papers: Papers, year: int, zone: str) -> Select[int, date, str]:
    revised = aliased(Certificate)
    end = datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    is_revoked = (
        select(revised.id)
        .where(
            revised.award == Certificate.award,
            revised.grounds == Certificate.grounds,
            revised.revoked_at < end,
        )
        .exists()
    )
    is_credential = Certificate.award == CREDENTIAL_AWARD
    return select(Certificate.id, Certificate.issued_on, Certificate.number).where(
        is_credential if papers is Papers.CREDENTIALS else ~is_credential,
        Certificate.revision == 1,
        _issued_in(Certificate, year),
        ~is_revoked,
    )


def _issued_in(table: type[Certificate], year: int) -> Any:
    return table.issued_on.between(date(year, 1, 1), date(year, 12, 31))
