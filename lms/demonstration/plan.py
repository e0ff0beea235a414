"""The shape of the demonstration year, read from ``plan.yaml`` into frozen dataclasses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from lms.courses.models import NotHeldReason
from lms.demonstration.year import Document, Figures, PlanMismatch, read_document
from lms.mentors.models import Category


@dataclass(frozen=True)
class CohortPlan:
    """One group: when it meets, who leads it, which of its meetings were not held, and why.

    ``not_held`` and ``moved`` count the planned meetings from 1; ``cast`` names children of the
    cast by their number.
    """

    name: str
    course: str
    days: tuple[date, ...]
    at: time
    minutes: int
    sessions: int
    is_weekly: bool
    place: str
    is_hybrid: bool
    club: str | None
    mentors: tuple[int, ...]
    leaders: tuple[int, ...]
    not_held: Mapping[int, NotHeldReason]
    moved: Mapping[int, int]
    cast: tuple[int, ...]


@dataclass(frozen=True)
class ModulePlan:
    """One dated run with its groups; ``learners`` is the size of each enrolled group."""

    name: str
    name_en: str
    starts_on: date
    ends_on: date
    completed_on: date | None
    awarded_on: date | None
    has_credentials: bool
    learners: int
    late_joiners: int
    leavers: int
    cohorts: tuple[CohortPlan, ...]


@dataclass(frozen=True)
class ProgrammePlan:
    """One programme; ``raw`` keeps what is only copied into its row and courses."""

    key: str
    kind: str
    split: str
    attendance: int
    first_time: int | None
    topics: tuple[str, ...]
    award: str
    modules: tuple[ModulePlan, ...]
    raw: Document

    @property
    def cohorts(self) -> list[CohortPlan]:
        """List the groups of all modules."""
        return [cohort for module in self.modules for cohort in module.cohorts]

    @property
    def sessions(self) -> int:
        """Count the sessions that are held."""
        return sum(cohort.sessions for cohort in self.cohorts)


@dataclass(frozen=True)
class Plan:
    """The whole year as it is going to be laid."""

    period: int
    seed: int
    programmes: tuple[ProgrammePlan, ...]
    mentors: tuple[Category, ...]
    raw: Document

    def programme(self, key: str) -> ProgrammePlan:
        """Answer a programme by its key."""
        return next(programme for programme in self.programmes if programme.key == key)

    def __getitem__(self, key: str) -> Any:
        return self.raw[key]


def read_plan(figures: Figures) -> Plan:
    """Read the plan and hold it against the figures that its rows must add up to.

    :raises PlanMismatch: naming the first line that does not add up.
    """
    page = read_document("plan.yaml")
    plan = Plan(
        period=figures.period,
        seed=page["seed"],
        programmes=tuple(_programme(row, figures) for row in page["programmes"]),
        mentors=tuple(Category(name) for name in page["mentors"]),
        raw=page,
    )
    for name, planned, reported in _sums(plan, figures):
        if planned != reported:
            raise PlanMismatch(f"{name}: the plan has {planned}, the report {reported}")
    return plan


def _programme(row: Document, figures: Figures) -> ProgrammePlan:
    first_time = row.get("first_time")
    attendance = row.get("attendance", figures.split[row["split"]].attendance)
    if "first_time_of" in row:
        first_time = figures[row["first_time_of"]]
    elif first_time is not None:
        first_time = attendance * first_time // 100
    return ProgrammePlan(
        key=row["key"],
        kind=row["kind"],
        split=row["split"],
        attendance=attendance,
        first_time=first_time,
        topics=figures.topics.get(row.get("topics", ""), ()),
        award=row.get("award", ""),
        modules=tuple(_module(module) for module in row["modules"]),
        raw=row,
    )


def _module(row: Document) -> ModulePlan:
    return ModulePlan(
        name=row["name"],
        name_en=row["name_en"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        completed_on=row.get("completed_on"),
        awarded_on=row.get("awarded_on"),
        has_credentials=row.get("credentials", False),
        learners=row.get("learners", 0),
        late_joiners=row.get("late_joiners", 0),
        leavers=row.get("leavers", 0),
        cohorts=tuple(_cohort(cohort, row) for cohort in row["cohorts"]),
    )


def _cohort(row: Document, module: Document) -> CohortPlan:
    sessions = row.get("sessions") or module["sessions"]
    not_held = {place: NotHeldReason(why) for place, why in row.get("not_held", {}).items()}
    every = row.get("every", 7)
    days = row.get("days") or [
        row["from"] + timedelta(days=every * place) for place in range(sessions + len(not_held))
    ]
    if len(days) - len(not_held) != sessions:
        raise PlanMismatch(f"{row['name']}: {sessions} sessions cannot be held on these days")
    return CohortPlan(
        name=row["name"],
        course=row["course"],
        days=tuple(days),
        at=time.fromisoformat(row["at"]),
        minutes=row.get("minutes", 60),
        sessions=sessions,
        is_weekly="days" not in row and every == 7,
        place=row.get("place", "online"),
        is_hybrid=row.get("hybrid", False),
        club=row.get("club"),
        mentors=tuple(row.get("led_by", ())),
        leaders=tuple(row.get("leaders", ())),
        not_held=not_held,
        moved=row.get("moved", {}),
        cast=tuple(row.get("cast", ())),
    )


def _sums(plan: Plan, figures: Figures) -> Iterator[tuple[str, int, int]]:
    """Give for each checked line of the report: its name, what the plan has, what it reports."""
    for split, share in figures.split.items():
        if split == "other_events":
            held = len(plan["events"]["titles"]) - plan["events"]["cancelled"]
            yield "other_events", held, share.sessions
            continue
        parts = [programme for programme in plan.programmes if programme.split == split]
        yield split, sum(part.sessions for part in parts), share.sessions
        yield split, sum(part.attendance for part in parts), share.attendance
    club, school = plan.programme("code_club"), plan.programme("it_school")
    yoga = plan.programme("yoga_therapy")
    brainpark = plan.programme("brainpark")
    places = sum(module.learners * len(module.cohorts) for module in club.modules)
    yield "code_club_modules", len(club.modules), figures["code_club_modules"]
    yield "code_club_learners", places - club.raw["returning"], figures["code_club_learners"]
    yield "code_club_mentors", len(plan.mentors), figures["code_club_mentors"]
    yield "it_school_sessions", school.sessions, figures["it_school_sessions"]
    yield "it_school_learners", _learners(school), figures["it_school_learners"]
    yield "hub_group_classes", plan.programme("digital_hub").sessions, figures["hub_group_classes"]
    yield "yoga_sessions", yoga.sessions, figures["yoga_sessions"]
    yield "yoga_groups", len(yoga.cohorts), figures["yoga_groups"]
    meetings = plan.programme("leaders_school").sessions
    yield "leaders_school_meetings", meetings, figures["leaders_school_meetings"]
    yield "cyber_trainings", plan.programme("cyber").sessions, figures["cyber_trainings"]
    yield "brainpark_complexes", len(brainpark.modules), figures["brainpark_complexes"]
    yield "brainpark_sessions", brainpark.sessions, figures["brainpark_sessions"]
    participants = plan.programme("pr_training").attendance
    yield "pr_training_participants", participants, figures["pr_training_participants"]


def _learners(programme: ProgrammePlan) -> int:
    return sum(module.learners for module in programme.modules)
