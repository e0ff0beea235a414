"""Verbs about mentors: list them, say who they are, see what expires."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from lms.contracts import RoleName, Verdict
from lms.courses.models import Assignment, AssignmentRole
from lms.db import db
from lms.mentors.hours import checks_of, groups_led_count, totals_of
from lms.mentors.models import Category, MentorProfile
from lms.mentors.rules import LedFacts, academic_hours, expiring_checks
from lms.people.models import Person, Role
from lms.people.rules import CheckFact, assess_clearance, is_in_force


@dataclass(frozen=True)
class MentorRow:
    """One mentor in the coordinator's list."""

    person_id: int
    name: str
    category: Category | None
    is_active: bool
    groups: int
    led: LedFacts
    clearance: Verdict
    expiring: tuple[CheckFact, ...]

    @property
    def hours(self) -> int:
        """Count the academic hours held."""
        return academic_hours(self.led.minutes)


def list_mentors(*, on: date) -> list[MentorRow]:
    """List whoever is or was a mentor, in Ukrainian order, by a fixed number of queries."""
    people = db.session.execute(
        select(Person.id, Person.family_name, Person.given_name, MentorProfile.category)
        .outerjoin(MentorProfile, MentorProfile.person_id == Person.id)
        .where(_is_mentor(), Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    ).all()
    ids = [row[0] for row in people]
    groups, totals, checks = groups_led_count(ids), totals_of(ids), checks_of(ids)
    active = _active(ids, on=on)
    return [
        MentorRow(
            person_id=person_id,
            name=" ".join(part for part in (family_name, given_name) if part),
            category=category,
            is_active=person_id in active,
            groups=groups.get(person_id, 0),
            led=totals.get(person_id, LedFacts()),
            clearance=assess_clearance(checks.get(person_id, []), on=on),
            expiring=expiring_checks(checks.get(person_id, []), on=on),
        )
        for person_id, family_name, given_name, category in people
    ]


def _is_mentor() -> ColumnElement[bool]:
    return or_(
        Person.id.in_(select(Role.person_id).where(Role.name == RoleName.MENTOR)),
        Person.id.in_(select(MentorProfile.person_id)),
        Person.id.in_(select(Assignment.person_id).where(Assignment.role == AssignmentRole.MENTOR)),
    )


def _active(person_ids: list[int], *, on: date) -> set[int]:
    rows = db.session.execute(
        select(Role.person_id, Role.since, Role.until).where(
            Role.person_id.in_(person_ids), Role.name == RoleName.MENTOR
        )
    )
    return {person_id for person_id, since, until in rows if is_in_force(since, until, on)}


def find_mentor(person_id: int) -> Person | None:
    """Find somebody who is or was a mentor; anybody else is nobody here."""
    return db.session.scalar(
        select(Person).where(Person.id == person_id, _is_mentor(), Person.erased_at.is_(None))
    )


def profile_of(person_id: int) -> MentorProfile | None:
    """Answer a mentor's category and skills, where they were set."""
    return db.session.scalar(select(MentorProfile).where(MentorProfile.person_id == person_id))


def describe_mentor(
    person: Person, category: Category, *, since: date, skills: str = ""
) -> MentorProfile:
    """Set the one category under which a mentor is counted; ``since`` is kept once it is set."""
    profile = profile_of(person.id)
    if profile is None:
        profile = MentorProfile(person_id=person.id, category=category, since=since)
        db.session.add(profile)
    profile.category, profile.skills = category, " ".join(skills.split())
    db.session.flush()
    return profile


@dataclass(frozen=True)
class Expiring:
    """How many checks of how many active mentors run out within thirty days, the first when."""

    mentors: int
    checks: int
    first: date | None


def expiring_soon(*, on: date) -> Expiring:
    """Count the checks of active mentors that run out within thirty days: two queries."""
    ids = list(
        db.session.scalars(
            select(Role.person_id)
            .where(
                Role.name == RoleName.MENTOR,
                Role.since <= on,
                or_(Role.until.is_(None), Role.until >= on),
            )
            .distinct()
        )
    )
    soon = [expiring_checks(checks, on=on) for checks in checks_of(ids).values()]
    ends = [check.expires_on for found in soon for check in found if check.expires_on]
    return Expiring(
        mentors=sum(1 for found in soon if found), checks=len(ends), first=min(ends, default=None)
    )
