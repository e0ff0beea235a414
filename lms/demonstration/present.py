"""Beside 2022: groups of today, laid once and moved at each start. Never touches the year 2022."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from lms.attendance.register import HELD, NOT_HELD
from lms.completion.models import Completion
from lms.courses.models import Cohort, Session, SessionState
from lms.courses.services import plan_session
from lms.db import db
from lms.demonstration.cast import Part, player_of
from lms.demonstration.laying import Wanted, ensure_clearance, lay
from lms.demonstration.moving import move, sessions_of
from lms.demonstration.plan import Plan, read_plan
from lms.demonstration.teaching import ROOM
from lms.demonstration.week import lay_week
from lms.demonstration.year import read_figures
from lms.enrolment.models import Enrolment

MEETING_TODAY = ("today", "circle")
FULL = "full"
OPEN = ("open", "training", FULL)
READY = "ready"
# Whoever looks at a group of today sees at least this many meetings ahead of it.
AHEAD = 3


def refresh(*, on: date) -> None:
    """See to it that there is a group that meets today, one to be completed, and two to join.

    Doing it twice on a day changes nothing. What visitors of the demonstration did stays: a
    group that was completed, or begun, gets a successor instead of being moved. The caller commits.

    :param on: today, on the wall of the library.
    """
    plan = read_plan(read_figures())
    if on.year <= plan.period + 1:
        # The groups of today would stand among the rows of the year.
        return
    for key in MEETING_TODAY:
        _meet_today(plan, key, on=on)
    _have_one_ready(plan, on=on)
    for key in OPEN:
        _have_one_open(plan, key, on=on)
    ensure_clearance(player_of(Part.MENTOR), days=(on,))
    db.session.flush()


def group_of(key: str) -> Cohort | None:
    """Find the newest group of today of a sort; one that was copied from it keeps the same link."""
    return db.session.scalar(
        select(Cohort)
        .where(Cohort.link.startswith(f"{ROOM}{key}-"))
        .order_by(func.length(Cohort.link).desc(), Cohort.link.desc(), Cohort.id)
        .limit(1)
    )


def _successor(key: str, before: Cohort | None) -> str:
    number = int(before.link.rsplit("-", 1)[1]) + 1 if before else 1
    return f"{key}-{number}"


def _meet_today(plan: Plan, key: str, *, on: date) -> None:
    spec = plan["present"][key]
    cohort = group_of(key)
    if cohort is None:
        first = on - timedelta(weeks=spec["held"])
        lay(plan, Wanted(_successor(key, None), spec, first), on=on)
        return
    sessions = sessions_of(cohort)
    if not any(session.day == on and session.state in HELD for session in sessions):
        # The first meeting that nobody has marked is today's, however long nobody looked.
        planned = [each.day for each in sessions if each.state is SessionState.PLANNED]
        turn = planned[0] if planned else sessions[-1].day + timedelta(weeks=1)
        move(cohort, days=(on - turn).days, not_before=_after(plan))
    _look_ahead(cohort, Wanted(key, spec, on), on=on)


def _look_ahead(cohort: Cohort, wanted: Wanted, *, on: date) -> None:
    """Plan further meetings where the group runs out of them."""
    days = {session.day for session in sessions_of(cohort) if session.state not in NOT_HELD}
    for weeks in range(AHEAD + 1):
        day = on + timedelta(weeks=weeks)
        if day not in days:
            minutes = wanted.spec.get("minutes", 60)
            plan_session(cohort, day=day, starts_at=wanted.at, minutes=minutes)
            cohort.module.ends_on = max(cohort.module.ends_on, day + timedelta(weeks=1))


def _have_one_ready(plan: Plan, *, on: date) -> None:
    spec = plan["present"][READY]
    cohort = group_of(READY)
    last = on - timedelta(days=spec["ended_days_ago"])
    if cohort is None or _is_completed(cohort):
        first = last - timedelta(weeks=spec["sessions"] - 1)
        lay(plan, Wanted(_successor(READY, cohort), spec, first), on=on)
        return
    ended = sessions_of(cohort)[-1].day
    if not 0 <= (on - ended).days <= spec["again_after_days"]:
        move(cohort, days=(last - ended).days, not_before=_after(plan))


def _is_completed(cohort: Cohort) -> bool:
    found = select(Completion.id).join(Enrolment).where(Enrolment.cohort_id == cohort.id).limit(1)
    return db.session.scalar(found) is not None


def _have_one_open(plan: Plan, key: str, *, on: date) -> None:
    spec = plan["present"][key]
    cohort = group_of(key)
    begins = on + timedelta(days=spec["begins_in_days"])
    if cohort is None or _has_begun(sessions_of(cohort)):
        made = lay(plan, Wanted(_successor(key, cohort), spec, begins), on=on)
        if key == FULL:
            lay_week(plan, made, on=on)
        return
    first = sessions_of(cohort)[0].day
    if not spec["again_before_days"] <= (first - on).days <= spec["begins_in_days"]:
        move(cohort, days=(begins - first).days, not_before=_after(plan))


def _has_begun(sessions: list[Session]) -> bool:
    return any(session.state is not SessionState.PLANNED for session in sessions)


def _after(plan: Plan) -> datetime:
    return datetime(plan.period + 1, 1, 1, tzinfo=UTC)
