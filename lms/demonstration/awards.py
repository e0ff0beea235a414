"""Projects, completions, certificates and credentials of the year, by their own services."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from random import Random

from sqlalchemy import update

from lms.certificates.codes import ALPHABET, BODY_LENGTH, check_character
from lms.certificates.models import Certificate
from lms.certificates.services import issue_many
from lms.completion.models import Project
from lms.completion.services import assess_cohort, confirm_cohort, show_projects
from lms.courses.models import Module
from lms.db import db
from lms.demonstration.learners import Member
from lms.demonstration.teaching import Group, Run, Taught
from lms.mentors.credentials import candidates_of, issue_credential
from lms.people.models import Person

NOON = time(12, 0)


def award_programme(
    taught: Taught, members: Sequence[Member], *, by: Person, rng: Random
) -> list[Certificate]:
    """Confirm who completed each module, and issue certificates and mentors' credentials."""
    pinned = {member.enrolment.id for member in members if member.is_cast}
    issued: list[Certificate] = []
    for run in taught.runs:
        issued += _award_run(taught, run, pinned, by=by, rng=rng)
    seed_codes(issued, rng=rng)
    return issued


def _award_run(
    taught: Taught, run: Run, pinned: set[int], *, by: Person, rng: Random
) -> list[Certificate]:
    if run.plan.completed_on is None or run.plan.awarded_on is None:
        return []
    completed = at_noon(run.plan.completed_on)
    confirmed: list[int] = []
    for group in run.groups:
        if "projects" in taught.plan.raw:
            _show_projects(taught, group, pinned, rng=rng)
        completions = confirm_cohort(group.cohort, by_id=by.id, now=completed)
        confirmed += [completion.id for completion in completions]
    awarded = at_noon(run.plan.awarded_on)
    issued = issue_many(confirmed, award=taught.plan.award, by_id=by.id, now=awarded)
    if run.plan.has_credentials:
        issued = [*issued, *_credit_mentors(run.module, by=by, now=awarded)]
    return list(issued)


def _show_projects(taught: Taught, group: Group, pinned: set[int], *, rng: Random) -> None:
    """Tick the projects of nearly everybody who came often enough; somebody has none to show."""
    ready = [
        row.enrolment.id
        for row in assess_cohort(group.cohort.id)
        if row.assessment.reasons[0].is_met and row.enrolment.until == group.module.ends_on
    ]
    shown = [each for each in ready if each in pinned or rng.random() > 0.04]
    day = group.module.completed_on or group.module.ends_on
    show_projects(shown, on=day, confirmed_by_id=group.lead.id)
    titles = taught.plan.raw["projects"][group.cohort.course.direction]
    for enrolment_id in shown:
        db.session.execute(
            update(Project)
            .where(Project.enrolment_id == enrolment_id)
            .values(title=rng.choice(titles))
        )


def _credit_mentors(module: Module, *, by: Person, now: datetime) -> Iterable[Certificate]:
    for candidate in candidates_of(module.id):
        if candidate.is_waiting:
            mentor = db.session.get_one(Person, candidate.person_id)
            yield issue_credential(mentor, module, by_id=by.id, now=now)


def at_noon(day: date) -> datetime:
    """Answer the middle of a working day."""
    return datetime.combine(day, NOON, UTC)


def seed_codes(issued: Sequence[Certificate], *, rng: Random) -> None:
    """Give papers that nobody has seen yet codes drawn from the seed.

    A real code is random, so that it cannot be guessed; here every fill must make the same rows.
    """
    for certificate in issued:
        body = "".join(rng.choice(ALPHABET) for _ in range(BODY_LENGTH))
        code, was = body + check_character(body), certificate.code
        certificate.code = code
        certificate.snapshot = certificate.snapshot | {
            "code": code,
            "verify_url": certificate.snapshot["verify_url"].replace(was, code),
        }
    db.session.flush()
