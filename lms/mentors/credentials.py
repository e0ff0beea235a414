"""The credential «посвідчення ментора-волонтера»: who has earned it, and giving it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale
from sqlalchemy import select

from lms.certificates.documents import Text
from lms.certificates.faces import unprintable
from lms.certificates.models import Certificate
from lms.certificates.services import NewDocument, issue_document
from lms.certificates.snapshots import Content
from lms.contracts import LMSError, Reason, Verdict
from lms.courses.models import Assignment, AssignmentRole, Cohort, Module, Programme
from lms.courses.rules import Assessment
from lms.db import db
from lms.mentors.hours import checks_of, led_in_module, sessions_led
from lms.mentors.models import MentorProfile
from lms.mentors.rules import LedFacts, academic_hours, assess_credential
from lms.mentors.sentences import CATEGORY_LABELS
from lms.people.models import Person
from lms.people.rules import CheckFact, assess_clearance
from lms.plugins import is_on

AWARD = "mentor_credential"
GROUNDS = "mentor"
KINDS = frozenset({"code_club"})


class CredentialRefused(LMSError):
    """This mentor has not earned the credential of this module, or it can't be given here."""

    code = "credential_refused"

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason=self.reasons[0])


@dataclass(frozen=True)
class Given:
    """A credential that was given: its number and whether it was revoked."""

    certificate_id: int
    number: str
    issued_on: date
    is_revoked: bool


@dataclass(frozen=True)
class Candidate:
    """A mentor of a module: what was held, whether that earns a credential, and the one given."""

    person_id: int
    name: str
    facts: LedFacts
    assessment: Assessment
    given: Given | None

    @property
    def hours(self) -> int:
        """Count the academic hours that the credential states."""
        return academic_hours(self.facts.minutes)

    @property
    def is_waiting(self) -> bool:
        """Tell whether the credential was earned and not given yet."""
        return self.assessment.is_met and self.given is None


def issue_credential(
    person: Person, module: Module, *, by_id: int | None, now: datetime
) -> Certificate:
    """Give a mentor the credential of a module, or answer the one that was given before.

    :raises CredentialRefused: with the reasons, when it was not earned, the programme has no
        credential, or certificates are switched off.
    """
    if not is_on("certificates"):
        raise CredentialRefused([Reason("certificates_off")])
    if not has_credential(module.programme.kind):
        raise CredentialRefused([Reason("credential_not_for_module")])
    facts = led_in_module(module.id, person_id=person.id).get(person.id, LedFacts())
    checks = checks_of([person.id]).get(person.id, [])
    assessment = _assess(facts, checks, unprintable(person.full_name))
    if not assessment.is_met:
        raise CredentialRefused(r for r in assessment.reasons if not r.is_met)
    return issue_document(
        NewDocument(
            award=AWARD,
            grounds=grounds_of(person.id, module.id),
            person=person,
            module=module,
            content=_content(module, facts, _category(person.id)),
        ),
        by_id=by_id,
        now=now,
    )


def _content(module: Module, facts: LedFacts, category: Text) -> Content:
    programme = module.programme
    return Content(
        programme=Text(programme.name, programme.name_en),
        module=Text(module.name, module.name_en),
        category=category,
        hours=academic_hours(facts.minutes) or None,
        sessions=facts.sessions,
        period_from=facts.first,
        period_to=facts.last,
    )


def _category(person_id: int) -> Text:
    """Say a mentor's category in both languages: the paper keeps the words of the day."""
    category = db.session.scalar(
        select(MentorProfile.category).where(MentorProfile.person_id == person_id)
    )
    if category is None:
        return Text()
    said = {}
    for locale in ("uk", "en"):
        with force_locale(locale):
            said[locale] = str(CATEGORY_LABELS[category])
    return Text(**said)


def grounds_of(person_id: int, module_id: int) -> str:
    """Name what a credential is given for: unique in the database, so it is given once."""
    return f"{GROUNDS}:{person_id}:{module_id}"


def has_credential(kind: str) -> bool:
    """Tell whether mentors of this kind of programme get a credential."""
    return kind in KINDS


def candidates_of(module_id: int) -> list[Candidate]:
    """List the mentors of a module in Ukrainian order, by a fixed number of queries."""
    people = db.session.execute(
        select(Person.id, Person.family_name, Person.given_name, Person.patronymic)
        .where(
            Person.id.in_(
                select(Assignment.person_id)
                .join(Cohort, Cohort.id == Assignment.cohort_id)
                .where(Cohort.module_id == module_id, Assignment.role == AssignmentRole.MENTOR)
            ),
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()
    led, given = led_in_module(module_id), _given_in(module_id)
    checks = checks_of(row[0] for row in people)
    return [
        Candidate(
            person_id=person_id,
            name=" ".join(part for part in (family_name, given_name) if part),
            facts=led.get(person_id, LedFacts()),
            assessment=_assess(
                led.get(person_id, LedFacts()),
                checks.get(person_id, []),
                unprintable(f"{family_name} {given_name} {patronymic}"),
            ),
            given=given.get(person_id),
        )
        for person_id, family_name, given_name, patronymic in people
    ]


def _assess(facts: LedFacts, checks: list[CheckFact], letters: str) -> Assessment:
    cleared = assess_clearance(checks, on=facts.last) if facts.last else Verdict()
    return assess_credential(facts, cleared, unprintable=letters)


def _given_in(module_id: int) -> dict[int, Given]:
    rows = db.session.execute(
        select(
            Certificate.person_id,
            Certificate.id,
            Certificate.number,
            Certificate.issued_on,
            Certificate.revoked_at,
        )
        .where(Certificate.award == AWARD, Certificate.module_id == module_id)
        .order_by(Certificate.revision)
    )
    return {row[0]: Given(row[1], row[2], row[3], row[4] is not None) for row in rows if row[0]}


def credentials_of(person_id: int) -> list[tuple[Given, str]]:
    """List a mentor's credentials with the names of their modules, the latest first."""
    rows = db.session.execute(
        select(
            Certificate.id,
            Certificate.number,
            Certificate.issued_on,
            Certificate.revoked_at,
            Module.name,
        )
        .join(Module, Module.id == Certificate.module_id)
        .where(Certificate.award == AWARD, Certificate.person_id == person_id)
        .order_by(Certificate.revision)
    )
    latest = {row[1]: (Given(row[0], row[1], row[2], row[3] is not None), row[4]) for row in rows}
    return sorted(latest.values(), key=lambda pair: pair[0].issued_on, reverse=True)


@dataclass(frozen=True)
class ModuleChoice:
    """A module whose mentors may get credentials, with how many held something in it."""

    module_id: int
    name: str
    programme: str
    mentors: int
    given: int


def modules_to_credit() -> list[ModuleChoice]:
    """List the modules in which mentors held sessions, the latest first, in two queries."""
    led = sessions_led(
        Cohort.module_id.in_(
            select(Module.id)
            .join(Programme, Programme.id == Module.programme_id)
            .where(Programme.kind.in_(KINDS))
        )
    )
    held: dict[int, set[int]] = {}
    for module_id, person_id in db.session.execute(
        select(led.c.module_id, led.c.person_id).distinct()
    ):
        held.setdefault(module_id, set()).add(person_id)
    given: dict[int, set[str]] = {}
    for module_id, number in db.session.execute(
        select(Certificate.module_id, Certificate.number).where(Certificate.award == AWARD)
    ):
        given.setdefault(module_id, set()).add(number)
    modules = db.session.execute(
        select(Module.id, Module.name, Programme.name)
        .join(Programme, Programme.id == Module.programme_id)
        .where(Module.id.in_(held))
        .order_by(Module.starts_on.desc(), Module.id.desc())
    )
    return [
        ModuleChoice(row[0], row[1], row[2], len(held[row[0]]), len(given.get(row[0], ())))
        for row in modules
    ]
