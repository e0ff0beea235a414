"""Verbs of completion: assess a group, note projects, confirm, take a confirmation back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from lms.attendance.progress import progress_of
from lms.completion.models import Completion, Project
from lms.completion.rules import assess_membership, record_of
from lms.courses.kind import NoSettings, ProgrammeKind, UnknownKind, kind_of, read_kind_settings
from lms.courses.models import HELD, Cohort, Course, Programme, Session, SessionState
from lms.courses.rules import Assessment, ProgressFacts
from lms.courses.timetable import wall_day
from lms.db import db, is_postgresql
from lms.enrolment.models import Enrolment
from lms.people.models import Person


@dataclass(frozen=True)
class Assessed:
    """One learner of a group: who, what was counted, what the rule answers, what is confirmed."""

    enrolment: Enrolment
    facts: ProgressFacts
    assessment: Assessment
    is_project_shown: bool
    completion: Completion | None

    @property
    def name(self) -> str:
        """The name as on a list."""
        return self.enrolment.person.full_name

    @property
    def is_confirmable(self) -> bool:
        """Tell whether the rule is met and nobody has confirmed it yet."""
        return self.assessment.is_met and self.completion is None


def assess_cohort(cohort_id: int) -> list[Assessed]:
    """Assess everybody of a group, in Ukrainian order; the queries do not grow with the group."""
    enrolments = db.session.scalars(
        select(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .options(contains_eager(Enrolment.person), _down_to_programme())
        .where(Enrolment.cohort_id == cohort_id, Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id, Enrolment.since)
    ).all()
    return assess_enrolments(_one_each(enrolments))


def _one_each(enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """Keep the newest membership of each person: progress counts the earlier ones into it.

    Whoever paused, or left and came back, has several. One that was completed stays as well.
    """
    newest = {enrolment.person_id: enrolment for enrolment in enrolments}
    earlier = [one.id for one in enrolments if newest[one.person_id] is not one]
    if not earlier:
        return list(enrolments)
    completed = set(
        db.session.scalars(
            select(Completion.enrolment_id).where(Completion.enrolment_id.in_(earlier))
        )
    )
    return [one for one in enrolments if newest[one.person_id] is one or one.id in completed]


def assess_enrolments(enrolments: Sequence[Enrolment]) -> list[Assessed]:
    """Ask each enrolment's kind whether its rule is met, with everything counted in sets."""
    if not enrolments:
        return []
    ids = [enrolment.id for enrolment in enrolments]
    counted = progress_of(ids)
    shown = set(
        db.session.scalars(select(Project.enrolment_id).where(Project.enrolment_id.in_(ids)))
    )
    completions = {
        completion.enrolment_id: completion
        for completion in db.session.scalars(
            select(Completion).where(Completion.enrolment_id.in_(ids))
        )
    }
    last_days = _last_days({enrolment.cohort_id for enrolment in enrolments})
    return [
        _assess(
            enrolment,
            replace(counted[enrolment.id], is_project_shown=enrolment.id in shown),
            last_days.get(enrolment.cohort_id),
            completions.get(enrolment.id),
        )
        for enrolment in enrolments
    ]


def _assess(
    enrolment: Enrolment, facts: ProgressFacts, last_day: date | None, completion: Completion | None
) -> Assessed:
    programme = enrolment.cohort.course.programme
    kind = kind_of(programme.kind)
    assessment = kind.assess(facts, _settings_of(kind, programme.settings))
    return Assessed(
        enrolment=enrolment,
        facts=facts,
        assessment=assess_membership(assessment, left_on=enrolment.until, last_day=last_day),
        is_project_shown=facts.is_project_shown,
        completion=completion,
    )


def _settings_of(kind: ProgrammeKind, stored: dict[str, Any]) -> Any:
    # Settings stay stored while the plug-in that can read them is away.
    return NoSettings() if isinstance(kind, UnknownKind) else read_kind_settings(kind, stored)


def needs_project(cohort: Cohort) -> bool:
    """Tell whether the rule of a group's programme asks for a final project.

    The rule itself is asked, with and without one, so that a foreign kind needs to say nothing.
    """
    programme = cohort.course.programme
    kind = kind_of(programme.kind)
    settings = _settings_of(kind, programme.settings)
    without = ProgressFacts(held=1, attended=1)
    answers = [
        kind.assess(replace(without, is_project_shown=is_shown), settings).is_met
        for is_shown in (False, True)
    ]
    return answers == [False, True]


def _down_to_programme() -> Any:
    return (
        joinedload(Enrolment.cohort, innerjoin=True)
        .joinedload(Cohort.course, innerjoin=True)
        .joinedload(Course.programme, innerjoin=True)
    )


def _last_days(cohort_ids: Collection[int]) -> dict[int, date]:
    counted = db.session.execute(
        select(Session.cohort_id, func.max(Session.day))
        .where(
            Session.cohort_id.in_(cohort_ids),
            Session.state.not_in([SessionState.CANCELLED, SessionState.MOVED]),
        )
        .group_by(Session.cohort_id)
    )
    return dict(counted.all())


def show_projects(enrolment_ids: Iterable[int], *, on: date, confirmed_by_id: int | None) -> int:
    """Note that these learners showed their final projects; answer how many were noted anew."""
    rows = [
        {"enrolment_id": enrolment_id, "shown_on": on, "confirmed_by_id": confirmed_by_id}
        for enrolment_id in sorted(set(enrolment_ids))
    ]
    if not rows:
        return 0
    noted = db.session.execute(
        _insert(Project)
        .on_conflict_do_nothing(index_elements=["enrolment_id"])
        .returning(Project.id),
        rows,
    ).all()
    return len(noted)


def unshow_projects(enrolment_ids: Iterable[int]) -> int:
    """Take back the ticks of these learners; a completion that was confirmed keeps its project."""
    confirmed = select(Completion.enrolment_id)
    taken = db.session.execute(
        delete(Project)
        .where(
            Project.enrolment_id.in_(sorted(set(enrolment_ids))),
            Project.enrolment_id.not_in(confirmed),
        )
        .returning(Project.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(taken)


def confirm_cohort(cohort: Cohort, *, by_id: int | None, now: datetime) -> list[Completion]:
    """Record the completion of everybody who met the rule; who has one already keeps it.

    What was counted is kept as it was on this day: later marks change no completion.
    """
    assessed = [row for row in assess_cohort(cohort.id) if row.is_confirmable]
    if not assessed:
        return []
    rows = [
        {
            "enrolment_id": row.enrolment.id,
            "completed_on": wall_day(now, cohort.zone),
            "confirmed_at": now,
            "confirmed_by_id": by_id,
            "facts": record_of(row.facts, row.assessment),
        }
        for row in assessed
    ]
    recorded = db.session.scalars(
        _insert(Completion)
        .on_conflict_do_nothing(index_elements=["enrolment_id"])
        .returning(Completion),
        rows,
    ).all()
    return list(recorded)


def unconfirm_cohort(cohort: Cohort) -> int:
    """Take back the confirmations of a group; answer how many.

    One for which something was issued stays: the database refuses to let it go, also while the
    slice that issued it is switched off.
    """
    completions = db.session.scalars(
        select(Completion)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .where(Enrolment.cohort_id == cohort.id)
    ).all()
    taken = 0
    for completion in completions:
        try:
            with db.session.begin_nested():
                db.session.delete(completion)
        except IntegrityError:
            continue
        taken += 1
    return taken


def ready_cohorts(kinds: Collection[str], *, on: date, since: date) -> list[tuple[int, str, int]]:
    """List groups that are over and wait for confirmation: id, course and number of learners.

    Over means: a session was held, none is planned from today on. A group whose last session is
    long past is left in peace: nobody met the rule there, or nobody asks.

    :param kinds: keys of the kinds of programmes that issue something.
    """
    sessions = (
        select(
            Session.cohort_id,
            func.max(Session.day).label("last_day"),
        )
        .where(Session.state.in_(HELD))
        .group_by(Session.cohort_id)
        .having(func.max(Session.day) >= since)
        .subquery()
    )
    is_ahead = (
        select(Session.id)
        .where(
            Session.cohort_id == Cohort.id,
            Session.state == SessionState.PLANNED,
            Session.day >= on,
        )
        .exists()
    )
    is_confirmed = (
        select(Completion.id)
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .where(Enrolment.cohort_id == Cohort.id)
        .exists()
    )
    found = db.session.execute(
        select(Cohort.id, Cohort.name, func.count(Enrolment.id))
        .join(sessions, sessions.c.cohort_id == Cohort.id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Programme.kind.in_(sorted(kinds)), ~is_ahead, ~is_confirmed)
        .group_by(Cohort.id, Cohort.name, sessions.c.last_day)
        .order_by(sessions.c.last_day, Cohort.id)
    ).all()
    return [(cohort_id, name, learners) for cohort_id, name, learners in found]


def count_completions(cohort_id: int) -> int:
    """Count the confirmed completions of a group."""
    return (
        db.session.scalar(
            select(func.count(Completion.id))
            .join(Enrolment, Enrolment.id == Completion.enrolment_id)
            .where(Enrolment.cohort_id == cohort_id)
        )
        or 0
    )


def _insert(model: Any) -> Any:
    return (postgresql_insert if is_postgresql() else sqlite_insert)(model)
