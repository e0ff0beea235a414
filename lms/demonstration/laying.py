"""Laying a group of today: module, sessions, adults, learners, and the registers behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update

from lms.attendance.rules import Heads, Mark, Mode, Status
from lms.completion.models import Project
from lms.completion.services import assess_cohort, show_projects
from lms.courses.models import AssignmentRole, Club, Cohort, Course, Place, Programme, Session
from lms.courses.services import Weekly, add_module, ages_on, assign, plan_weekly
from lms.db import db
from lms.demonstration.applications import Somebody, Submit, Wish, send_all
from lms.demonstration.cast import Part, player_of
from lms.demonstration.learners import note_assent
from lms.demonstration.marking import BEFORE_THE_END
from lms.demonstration.plan import Plan
from lms.demonstration.pool import Pool, reachable_at
from lms.demonstration.registers import Save, Sheet, save_all
from lms.demonstration.staff import clear
from lms.demonstration.teaching import ROOM
from lms.enrolment.models import Enrolment
from lms.people.models import Person, Relation
from lms.people.rules import Purpose, age_on
from lms.people.services import children_of, clearance

MARGIN = timedelta(days=7)
YEAR = timedelta(days=365)
MORNING = time(8, 0)
YOUNGEST, OLDEST = 9, 13


@dataclass(frozen=True)
class Wanted:
    """A group of today as the plan wants it: ``key`` tells it apart, ``first`` is its first day."""

    key: str
    spec: Mapping[str, Any]
    first: date

    @property
    def at(self) -> time:
        """The wall time at which it meets."""
        return time.fromisoformat(self.spec["at"])

    @property
    def last(self) -> date:
        """The day of its last session."""
        return self.first + timedelta(weeks=self.spec["sessions"] - 1)


def lay(plan: Plan, wanted: Wanted, *, on: date) -> Cohort:
    """Lay a group with all that it needs to look as if it had been going on."""
    cohort = _group(plan, wanted)
    adult = player_of(Part(wanted.spec["role"]))
    ensure_clearance(adult, days=(cohort.module.starts_on, on))
    role = AssignmentRole(wanted.spec["role"])
    coordinator = player_of(Part.COORDINATOR)
    assign(adult, cohort, role=role, since=cohort.module.starts_on, assigned_by_id=coordinator.id)
    weekly = Weekly(wanted.first.weekday(), wanted.at, wanted.spec.get("minutes", 60))
    sessions = plan_weekly(cohort, weekly, from_day=wanted.first, until_day=wanted.last)
    topics = cohort.course.topics or [""]
    for place, session in enumerate(sessions):
        session.topic = topics[place % len(topics)]
    db.session.flush()
    rng = Random(f"{plan.seed}:{wanted.key}")
    enrolments = _enrol(plan, wanted, cohort, sessions[0], rng)
    past = sessions[: wanted.spec.get("held", 0)]
    _save(past, enrolments, wanted, adult, rng)
    if past == sessions:
        _show_projects(plan, wanted, cohort, adult, rng)
    return cohort


def _group(plan: Plan, wanted: Wanted) -> Cohort:
    spec = wanted.spec
    programme = db.session.scalars(
        select(Programme).where(Programme.key == spec["programme"])
    ).one()
    course_name = next(
        row["name"]
        for row in plan.programme(spec["programme"]).raw["courses"]
        if row["key"] == spec["course"]
    )
    course = db.session.scalars(
        select(Course).where(Course.programme_id == programme.id, Course.name == course_name)
    ).one()
    name, name_en = _season(plan, wanted)
    module = add_module(
        programme,
        name=name,
        name_en=name_en,
        starts_on=wanted.first - MARGIN,
        ends_on=wanted.last + MARGIN,
    )
    is_open = "begins_in_days" in spec or "heads" in spec
    if not is_open:
        module.enrolment_closes_on = wanted.first - timedelta(days=1)
    cohort = Cohort(
        module_id=module.id,
        course_id=course.id,
        club_id=_id_of(Club, plan["clubs"], spec.get("club")),
        place_id=_id_of(Place, plan["places"], spec.get("place", "online")),
        name=spec["name"],
        link=ROOM + wanted.key,
        capacity=spec["capacity"],
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


def _season(plan: Plan, wanted: Wanted) -> tuple[str, str]:
    number = wanted.last.month % 12 // 3
    seasons, seasons_en = plan["present"]["seasons"], plan["present"]["seasons_en"]
    year = wanted.last.year
    return (
        f"{wanted.spec['module']}, {seasons[number]} {year}",
        f"{wanted.spec['module_en']}, {seasons_en[number]} {year}",
    )


def _id_of(model: Any, rows: Sequence[Mapping[str, Any]], key: str | None) -> int | None:
    if key is None:
        return None
    name = next(row["name"] for row in rows if row["key"] == key)
    found: int | None = db.session.scalar(select(model.id).where(model.name == name).limit(1))
    return found


def ensure_clearance(adult: Person, *, days: Sequence[date]) -> None:
    """Renew the checks of an adult where they do not hold on one of these days."""
    by_id = player_of(Part.COORDINATOR).id
    for day in days:
        if not clearance(adult.id, on=day).is_allowed:
            clear(adult, done_on=day, expires_on=day + YEAR, by_id=by_id)


def _enrol(
    plan: Plan, wanted: Wanted, cohort: Cohort, first: Session, rng: Random
) -> list[Enrolment]:
    number = wanted.spec.get("learners", 0)
    if not number:
        return []
    day = cohort.module.starts_on
    is_for_adults = wanted.spec["role"] == Part.LEADER
    crowd = _adults(plan, wanted, number) if is_for_adults else _children(plan, wanted, cohort, rng)
    submits = [
        Submit(
            form_key=str(UUID(int=rng.getrandbits(128), version=4)),
            applicant=applicant,
            relation=None if is_for_adults else Relation.MOTHER,
            wishes=tuple(Wish(learner, cohort) for learner in learners),
            purposes=frozenset(Purpose),
            sent_at=datetime.combine(day, MORNING, UTC) + timedelta(minutes=7 * place),
            on=day,
        )
        for place, (applicant, learners) in enumerate(crowd)
    ]
    enrolments = send_all(submits)
    for enrolment in enrolments:
        note_assent(enrolment.person, first)
    db.session.flush()
    return enrolments


Applying = tuple[Somebody, list[Somebody]]


def _adults(plan: Plan, wanted: Wanted, number: int) -> list[Applying]:
    pool = _pool(plan, wanted)
    crowd = [Somebody(person=player_of(Part.LEARNER))]
    row = plan["librarians"]
    crowd += [
        Somebody(
            pool.adult(
                women=row["women"], workplace=row["workplaces"][place], **reachable_at(3000 + place)
            )
        )
        for place in range(number - 1)
    ]
    return [(each, [each]) for each in crowd]


def _children(plan: Plan, wanted: Wanted, cohort: Cohort, rng: Random) -> list[Applying]:
    pool = _pool(plan, wanted)
    crowd: list[Applying] = []
    if wanted.spec.get("cast"):
        guardian = player_of(Part.GUARDIAN)
        _youngest, oldest = ages_on(cohort.course.programme_id, wanted.first) or (0, 0)
        own = [
            Somebody(person=child)
            for child in children_of(guardian.id, on=wanted.first)
            if child.birth_date and age_on(child.birth_date, wanted.first) <= oldest
        ]
        crowd += [(Somebody(person=guardian), own)] * bool(own)
    missing = wanted.spec["learners"] - sum(len(children) for _guardian, children in crowd)
    for _place in range(missing):
        family, patronymic = pool.family_name(), pool.patronymic()
        born = pool.birthday(
            oldest=wanted.first - OLDEST * YEAR, youngest=wanted.first - YOUNGEST * YEAR
        )
        mother = pool.adult(women=100, family=family, **reachable_at(rng.randrange(4000, 9000)))
        crowd.append((Somebody(mother), [Somebody(pool.child(family, patronymic, born=born))]))
    return crowd


def _pool(plan: Plan, wanted: Wanted) -> Pool:
    return Pool(f"{plan.seed}:{wanted.key}", rare=frozenset(plan["rare_names"]))


def _save(
    past: Sequence[Session],
    enrolments: Sequence[Enrolment],
    wanted: Wanted,
    adult: Person,
    rng: Random,
) -> None:
    sheets: list[Sheet] = []
    # One of the group comes seldom, so that the rule has something to say about somebody.
    seldom = enrolments[-1].person_id if len(enrolments) > 1 else 0
    for place, session in enumerate(past):
        end = session.starts_at + timedelta(minutes=session.minutes)
        heads = None
        if "heads" in wanted.spec:
            there = wanted.spec["heads"][place]
            heads = Heads(in_person=there, first_time=there // 3)
        marks = {
            enrolment.person_id: Mark(_status(enrolment, seldom, place, rng), Mode.ONLINE)
            for enrolment in enrolments
        }
        save = Save(adult.id, end - BEFORE_THE_END, marks, heads, finishes=True)
        sheets.append(Sheet(session, (save,)))
    save_all(sheets, lock_days=current_app.config["LMS_REGISTER_LOCK_DAYS"])


def _status(enrolment: Enrolment, seldom: int, place: int, rng: Random) -> Status:
    if enrolment.person_id == seldom:
        return Status.PRESENT if place % 2 else Status.ABSENT
    usual = (Status.PRESENT, Status.LATE, Status.EXCUSED)
    return rng.choices(usual, weights=(88, 6, 6))[0]


def _show_projects(plan: Plan, wanted: Wanted, cohort: Cohort, adult: Person, rng: Random) -> None:
    ready = [
        row.enrolment.id for row in assess_cohort(cohort.id) if row.assessment.reasons[0].is_met
    ]
    show_projects(ready, on=wanted.last, confirmed_by_id=adult.id)
    titles = plan.programme(wanted.spec["programme"]).raw["projects"][cohort.course.direction]
    for enrolment_id in ready:
        title = rng.choice(titles)
        db.session.execute(
            update(Project).where(Project.enrolment_id == enrolment_id).values(title=title)
        )
