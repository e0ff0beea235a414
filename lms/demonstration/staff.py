"""The adults of the demonstration: cast, mentors and leaders with roles, checks and accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from lms.contracts import RoleName
from lms.demonstration.cast import Part, login_of
from lms.demonstration.plan import Plan
from lms.demonstration.pool import Pool, reachable_at
from lms.mentors.services import describe_mentor
from lms.people.models import Gender, Person
from lms.people.rules import EXPIRING_CHECKS, CheckKind
from lms.people.services import NewPerson, add_check, add_person, grant_role, open_account

MORNING = time(9, 0)


@dataclass(frozen=True)
class Staff:
    """Everybody who is not enrolled by a form of their own."""

    coordinator: Person
    director: Person
    guardian: Person
    learner: Person
    mentors: tuple[Person, ...]
    leaders: tuple[Person, ...]


def lay_staff(plan: Plan, pool: Pool) -> Staff:
    """Record the cast and the adults who lead groups, with all that clearance asks for."""
    checks = plan["staff"]
    since = checks["since"]
    moment = datetime.combine(since, MORNING, UTC)
    coordinator = _player(plan, Part.COORDINATOR, moment)
    director = _player(plan, Part.DIRECTOR, moment)
    for person, role in ((coordinator, RoleName.COORDINATOR), (director, RoleName.DIRECTOR)):
        grant_role(person, role, since=since)
    mentors = [_player(plan, Part.MENTOR, moment)]
    mentors += [
        add_person(pool.adult(women=checks["women_of_mentors"], **reachable_at(number)), now=moment)
        for number in range(1, len(plan.mentors))
    ]
    leaders = [_player(plan, Part.LEADER, moment)]
    leaders += [
        add_person(
            pool.adult(women=checks["women_of_leaders"], **reachable_at(len(mentors) + number)),
            now=moment,
        )
        for number in range(1, plan["leaders"])
    ]
    for mentor, category in zip(mentors, plan.mentors, strict=True):
        grant_role(mentor, RoleName.MENTOR, since=since, granted_by_id=coordinator.id)
        mentor.workplace = plan["workplaces"][category]
        describe_mentor(mentor, category, since=since, skills=plan["skills"][category])
    for leader in leaders:
        grant_role(leader, RoleName.LEADER, since=since, granted_by_id=coordinator.id)
    for adult in [*mentors, *leaders[: plan["cleared_leaders"]]]:
        clear(
            adult,
            done_on=checks["checked_on"],
            expires_on=checks["checks_expire_on"],
            by_id=coordinator.id,
        )
    return Staff(
        coordinator=coordinator,
        director=director,
        guardian=_player(plan, Part.GUARDIAN, moment),
        learner=_player(plan, Part.LEARNER, moment),
        mentors=tuple(mentors),
        leaders=tuple(leaders),
    )


def named(row: Mapping[str, Any], **more: Any) -> NewPerson:
    """Make a person of the cast's line in the plan."""
    return NewPerson(
        row["family"],
        row["given"],
        row["patronymic"],
        gender=Gender(row["gender"]),
        birth_date=row.get("born"),
        workplace=row.get("workplace", ""),
        position=row.get("position", ""),
        **more,
    )


def clear(adult: Person, *, done_on: date, expires_on: date, by_id: int) -> None:
    """Record each check that is asked of an adult before a session with children."""
    for kind in CheckKind:
        until = expires_on if kind in EXPIRING_CHECKS else None
        add_check(adult, kind, done_on=done_on, expires_on=until, noted_by_id=by_id)


def _player(plan: Plan, part: Part, moment: datetime) -> Person:
    new = named(plan["cast"][part], email=login_of(part))
    person = add_person(new, now=moment)
    open_account(person, login=login_of(part))
    return person
