"""Programmes, courses, modules, groups and their sessions, laid by the services of ``courses``."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.courses.models import (
    AgeRule,
    AssignmentRole,
    Club,
    Cohort,
    Course,
    Module,
    NotHeldReason,
    Place,
    Programme,
    Session,
)
from lms.courses.services import (
    Weekly,
    add_module,
    assign,
    cancel_session,
    end_assignment,
    move_session,
    plan_session,
    plan_weekly,
)
from lms.db import db
from lms.demonstration.plan import CohortPlan, ModulePlan, Plan, ProgrammePlan
from lms.demonstration.staff import Staff
from lms.people.models import Person

DROP_IN_CAPACITY = 25
ROOM = "https://meet.example.org/"


@dataclass(frozen=True)
class Grounds:
    """Where the year happens: places and clubs by their keys, and its adults."""

    places: dict[str, Place]
    clubs: dict[str, Club]
    staff: Staff


@dataclass(frozen=True)
class Group:
    """A group as it was laid: its row, its sessions that are held, in order, and who leads them."""

    plan: CohortPlan
    module: ModulePlan
    cohort: Cohort
    held: tuple[Session, ...]
    lead: Person


@dataclass(frozen=True)
class Run:
    """A module as it was laid, with its groups."""

    plan: ModulePlan
    module: Module
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Taught:
    """A programme as it was laid."""

    plan: ProgrammePlan
    programme: Programme
    runs: tuple[Run, ...]

    @property
    def groups(self) -> list[Group]:
        """List the groups of all modules."""
        return [group for run in self.runs for group in run.groups]


def lay_grounds(plan: Plan, staff: Staff) -> Grounds:
    """Record places and clubs."""
    places = {
        row["key"]: Place(
            name=row["name"], town=row.get("town", ""), is_online=row.get("online", False)
        )
        for row in plan["places"]
    }
    db.session.add_all(places.values())
    db.session.flush()
    clubs = {
        row["key"]: Club(name=row["name"], place_id=places[row["place"]].id)
        for row in plan["clubs"]
    }
    db.session.add_all(clubs.values())
    db.session.flush()
    return Grounds(places, clubs, staff)


def lay_programme(plan: ProgrammePlan, grounds: Grounds) -> Taught:
    """Record a programme with its courses, modules, groups and sessions; adults are assigned."""
    raw = plan.raw
    programme = Programme(
        key=plan.key,
        kind=plan.kind,
        name=raw["name"],
        name_en=raw["name_en"],
        summary=raw["summary"],
        summary_en=raw["summary_en"],
        settings=raw.get("settings", {}),
    )
    db.session.add(programme)
    db.session.flush()
    if "ages" in raw:
        ages = raw["ages"]
        rule = AgeRule(
            programme_id=programme.id, from_age=ages["from"], to_age=ages["to"], since=ages["since"]
        )
        db.session.add(rule)
    courses = {row["key"]: _course(programme, row) for row in raw["courses"]}
    db.session.add_all(courses.values())
    db.session.flush()
    runs = [_run(programme, courses, module, plan, grounds) for module in plan.modules]
    return Taught(plan, programme, tuple(runs))


def _course(programme: Programme, row: dict[str, object]) -> Course:
    columns = {name: value for name, value in row.items() if name != "key"}
    return Course(programme_id=programme.id, **columns)


def _run(
    programme: Programme,
    courses: dict[str, Course],
    plan: ModulePlan,
    whole: ProgrammePlan,
    grounds: Grounds,
) -> Run:
    module = add_module(
        programme,
        name=plan.name,
        name_en=plan.name_en,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
    )
    groups = [
        _group(module, courses[cohort.course], plan, cohort, grounds) for cohort in plan.cohorts
    ]
    for group in groups:
        name_topics(group.held, whole.topics or tuple(courses[group.plan.course].topics or ()))
    db.session.flush()
    return Run(plan, module, tuple(groups))


def _group(
    module: Module, course: Course, run: ModulePlan, plan: CohortPlan, grounds: Grounds
) -> Group:
    place = grounds.places[plan.place]
    cohort = Cohort(
        module_id=module.id,
        course_id=course.id,
        club_id=grounds.clubs[plan.club].id if plan.club else None,
        place_id=place.id,
        name=plan.name,
        is_hybrid=plan.is_hybrid,
        capacity=run.learners or DROP_IN_CAPACITY,
    )
    db.session.add(cohort)
    db.session.flush()
    if place.is_online or plan.is_hybrid:
        cohort.link = f"{ROOM}{module.year}-{cohort.id}"
    adults = _assign(cohort, run, plan, grounds.staff)
    return Group(plan, run, cohort, tuple(_sessions(cohort, plan)), adults[0])


def _assign(cohort: Cohort, run: ModulePlan, plan: CohortPlan, staff: Staff) -> list[Person]:
    adults = [(staff.mentors[number - 1], AssignmentRole.MENTOR) for number in plan.mentors]
    adults += [(staff.leaders[number - 1], AssignmentRole.LEADER) for number in plan.leaders]
    for person, role in adults:
        assignment = assign(
            person, cohort, role=role, since=run.starts_on, assigned_by_id=staff.coordinator.id
        )
        # Nobody keeps seeing the names of a group that is over.
        end_assignment(assignment, on=run.ends_on + timedelta(days=1))
    return [person for person, _role in adults]


def _sessions(cohort: Cohort, plan: CohortPlan) -> list[Session]:
    planned = plan_all(cohort, plan)
    held: list[Session] = []
    for number, session in enumerate(planned, start=1):
        if number in plan.not_held:
            cancel_session(session, reason=plan.not_held[number])
        elif number in plan.moved:
            day = session.day + timedelta(days=plan.moved[number])
            reason = NotHeldReason.LEADER_UNABLE
            held.append(move_session(session, reason=reason, day=day, starts_at=plan.at))
        else:
            held.append(session)
    return sorted(held, key=lambda session: session.starts_at)


def plan_all(cohort: Cohort, plan: CohortPlan) -> list[Session]:
    """Plan every meeting of a group: by a weekly pattern where there is one."""
    if not plan.is_weekly:
        return [
            plan_session(cohort, day=day, starts_at=plan.at, minutes=plan.minutes)
            for day in plan.days
        ]
    first, last = plan.days[0], plan.days[-1]
    weekly = Weekly(first.weekday(), plan.at, plan.minutes)
    return plan_weekly(cohort, weekly, from_day=first, until_day=last)


def name_topics(sessions: tuple[Session, ...], topics: tuple[str, ...]) -> None:
    """Give the sessions the topics of the course in turn."""
    for place, session in enumerate(sessions):
        session.topic = topics[place % len(topics)] if topics else ""


def after(session: Session, minutes: int) -> datetime:
    """Answer the moment some minutes after the beginning of a session."""
    return session.starts_at + timedelta(minutes=minutes)
