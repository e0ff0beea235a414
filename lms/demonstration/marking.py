"""Who came and who did not: believable marks and head-counts that sum to the report's figures."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from lms.attendance.rules import Heads, Mark, Mode, Status
from lms.courses.models import Session
from lms.demonstration.learners import Member
from lms.demonstration.plan import Plan, ProgrammePlan
from lms.demonstration.registers import Save, Sheet
from lms.demonstration.spread import spread
from lms.demonstration.teaching import Group

BEFORE_THE_END = timedelta(minutes=5)
MADE_UP_AFTER = timedelta(days=2)
FEWEST_HEADS = 2


def mark_members(
    programme: ProgrammePlan, members: Sequence[Member], *, plan: Plan, rng: Random
) -> list[Sheet]:
    """Mark everybody of a programme so that its attendance is the report's.

    The cast misses nothing; every child comes at least once, since the report counts whoever did.
    """
    pinned = [member for member in members if member.is_cast]
    others = [member for member in members if not member.is_cast]
    caps = [len(member.open) for member in others]
    rest = programme.attendance - sum(len(member.open) for member in pinned)
    floor = 0 if programme.kind == "training" else 1
    visits = dict(zip(others, spread(rest, caps, rng=rng, floor=floor), strict=True))
    marks: dict[int, dict[int, Mark]] = {}
    made_up: dict[int, dict[int, Mark]] = {}
    for member in members:
        number = visits.get(member, len(member.open))
        came = {session.id for session in rng.sample(member.open, number)}
        for session in member.open:
            mark = _mark(member, is_there=session.id in came, plan=plan, rng=rng)
            at_first = mark
            if mark.status is Status.MADE_UP:
                at_first = Mark(Status.ABSENT, mark.mode)
                made_up.setdefault(session.id, {})[member.enrolment.person_id] = mark
            marks.setdefault(session.id, {})[member.enrolment.person_id] = at_first
    groups = {member.group.cohort.id: member.group for member in members}
    return [
        _sheet(group, session, marks.get(session.id, {}), made_up.get(session.id, {}))
        for group in groups.values()
        for session in group.held
    ]


def _mark(member: Member, *, is_there: bool, plan: Plan, rng: Random) -> Mark:
    mode = _mode(member.group, rng)
    shares: Mapping[str, int] = plan["marks"]
    drawn = rng.randrange(100)
    if is_there:
        return Mark(Status.LATE if drawn < shares["late"] else Status.PRESENT, mode)
    if drawn < shares["excused"]:
        return Mark(Status.EXCUSED, mode)
    is_made_up = drawn < shares["excused"] + shares["made_up"]
    return Mark(Status.MADE_UP if is_made_up else Status.ABSENT, mode)


def _mode(group: Group, rng: Random) -> Mode:
    if group.plan.is_hybrid:
        return rng.choice(list(Mode))
    return Mode.ONLINE if group.plan.place == "online" else Mode.IN_PERSON


def _sheet(
    group: Group, session: Session, marks: Mapping[int, Mark], made_up: Mapping[int, Mark]
) -> Sheet:
    end = session.starts_at + timedelta(minutes=session.minutes)
    saves = [Save(group.lead.id, end - BEFORE_THE_END, marks, finishes=True)]
    if made_up:
        saves.append(Save(group.lead.id, end + MADE_UP_AFTER, made_up))
    return Sheet(session, tuple(saves))


def count_heads(programme: ProgrammePlan, groups: Sequence[Group], *, rng: Random) -> list[Sheet]:
    """Count the heads of a drop-in programme so that they sum to the report's attendance."""
    held = [(group, session) for group in groups for session in group.held]
    mean = programme.attendance // len(held)
    totals = spread(programme.attendance, [2 * mean + 1] * len(held), rng=rng, floor=FEWEST_HEADS)
    firsts = spread(programme.first_time or 0, totals, rng=rng)
    sheets: list[Sheet] = []
    for (group, session), total, first_time in zip(held, totals, firsts, strict=True):
        is_online = _mode(group, rng) is Mode.ONLINE
        heads = Heads(
            in_person=0 if is_online else total,
            online=total if is_online else 0,
            first_time=first_time,
        )
        end = session.starts_at + timedelta(minutes=session.minutes)
        save = Save(group.lead.id, end - BEFORE_THE_END, heads=heads, finishes=True)
        sheets.append(Sheet(session, (save,)))
    return sheets
