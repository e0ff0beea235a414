"""What the kinds reckon with: ages on a day, shares of sessions, and sentences' worth of reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from lms.contracts import Reason, Value, Verdict
from lms.people.rules import ADULT_AGE, age_on


class Participation(StrEnum):
    """How people take part: with a place in a group, or by coming."""

    ENROLLED = "enrolled"
    DROP_IN = "drop_in"


@dataclass(frozen=True)
class ApplicantFacts:
    """What is known of whoever applies, with the age limits in force on the day of the check.

    ``is_age_waived`` is the coordinator's reasoned word that the limits do not bind this person.
    """

    birth_date: date | None
    from_age: int | None = None
    to_age: int | None = None
    is_age_waived: bool = False


@dataclass(frozen=True)
class ProgressFacts:
    """What one learner's membership held: sessions of the group between joining and leaving.

    :param held: sessions held, broken-off ones that count included.
    :param attended: of them present or late.
    :param excused: of them with a good reason.
    :param made_up: of them made up later, confirmed by the mentor.
    :param not_held: sessions cancelled or moved.
    :param remaining: days of the sessions still planned, in order.
    """

    held: int = 0
    attended: int = 0
    excused: int = 0
    made_up: int = 0
    not_held: int = 0
    remaining: tuple[date, ...] = ()
    is_project_shown: bool = False


@dataclass(frozen=True)
class AttendancePolicy:
    """The share of sessions asked for, in percent, and whether a final project is."""

    share: int = 75
    needs_project: bool = False


@dataclass(frozen=True)
class Assessment:
    """The answer of a completion rule: met or not, with reasons a family can read."""

    is_met: bool
    reasons: tuple[Reason, ...] = ()
    can_still_be_met: bool = False
    percent: int | None = None


def assess_age(facts: ApplicantFacts, *, on: date) -> Verdict:
    """Tell whether an age is within the limits in force on a day.

    An unknown birth date passes only where the programme is for adults or has no limits.

    >>> assess_age(ApplicantFacts(date(2012, 5, 1), 8, 17), on=date(2022, 9, 5)).is_allowed
    True
    >>> assess_age(ApplicantFacts(date(2015, 5, 1), 8, 17), on=date(2022, 9, 5)).objections[0].code
    'too_young'
    >>> waived = ApplicantFacts(date(2015, 5, 1), 8, 17, is_age_waived=True)
    >>> assess_age(waived, on=date(2022, 9, 5)).is_allowed
    True
    """
    if facts.from_age is None or facts.to_age is None or facts.is_age_waived:
        return Verdict()
    if facts.birth_date is None:
        if facts.from_age >= ADULT_AGE:
            return Verdict()
        return Verdict((Reason("birth_date_needed"),))
    if facts.birth_date > on:
        return Verdict((Reason("birth_date_ahead"),))
    age = age_on(facts.birth_date, on)
    values: dict[str, Value] = {
        "age": age,
        "from_age": facts.from_age,
        "to_age": facts.to_age,
        "on": on,
    }
    if age < facts.from_age:
        return Verdict((Reason("too_young", values),))
    if age > facts.to_age:
        return Verdict((Reason("too_old", values),))
    return Verdict()


def assess_attendance(policy: AttendancePolicy, facts: ProgressFacts) -> Assessment:
    """Tell whether enough of the sessions open to this learner were attended.

    Only sessions within the learner's membership that were held or are still planned count, so
    joining late or a session lost to an air raid lowers nobody's share. Excused sessions leave
    the denominator for up to half of the sessions; made-up ones count as attended. The rule is
    met only when missing every session still planned could not change the answer.

    :param policy: the share asked for, in percent of sessions, 0–100.
    :raises ValueError: if the policy asks for a share outside 0–100.

    >>> assess_attendance(AttendancePolicy(share=75), ProgressFacts(held=8, attended=6)).is_met
    True
    >>> assess_attendance(AttendancePolicy(share=75), ProgressFacts(held=8, attended=5)).is_met
    False
    """
    if not 0 <= policy.share <= 100:
        raise ValueError("a share is between 0 and 100 percent")
    total = facts.held + len(facts.remaining)
    forgiven = min(facts.excused, total // 2)
    base = total - forgiven
    needed = -(-policy.share * base // 100)
    earned = facts.attended + facts.made_up
    missing = needed - earned
    is_enough = facts.held > 0 and missing <= 0
    reachable = missing <= len(facts.remaining) and total > 0
    values: dict[str, Value] = {
        "attended": earned,
        "total": base,
        "needed": needed,
        "missing": max(0, missing),
        "on": facts.remaining[missing - 1] if 0 < missing <= len(facts.remaining) else None,
    }
    reasons = [
        Reason(
            _attendance_code(facts, is_enough=is_enough, reachable=reachable),
            values,
            is_met=is_enough,
        )
    ]
    reasons += _remarks(facts, forgiven)
    if policy.needs_project:
        code = "project_shown" if facts.is_project_shown else "project_missing"
        reasons.append(Reason(code, {}, is_met=facts.is_project_shown))
    is_met = is_enough and (facts.is_project_shown or not policy.needs_project)
    return Assessment(
        is_met=is_met,
        reasons=tuple(reasons),
        can_still_be_met=not is_met and (is_enough or reachable),
        percent=share_percent(facts),
    )


def _attendance_code(facts: ProgressFacts, *, is_enough: bool, reachable: bool) -> str:
    if is_enough:
        return "attendance_enough"
    if facts.held == 0:
        return "attendance_not_started" if facts.remaining else "attendance_nothing_held"
    return "attendance_reachable" if reachable else "attendance_short"


def _remarks(facts: ProgressFacts, forgiven: int) -> list[Reason]:
    counted = (
        ("remark_not_held", facts.not_held),
        ("remark_excused", forgiven),
        ("remark_made_up", facts.made_up),
    )
    return [Reason(code, {"count": number}, is_met=True) for code, number in counted if number]


def share_percent(facts: ProgressFacts) -> int | None:
    """Give the share so far in whole percent, or ``None`` before the first held session.

    >>> share_percent(ProgressFacts(held=3, attended=1, excused=1)), share_percent(ProgressFacts())
    (50, None)
    """
    base = facts.held - min(facts.excused, (facts.held + len(facts.remaining)) // 2)
    if facts.held == 0:
        return None
    if base <= 0:
        return 100
    return min(100, 100 * (facts.attended + facts.made_up) // base)


@dataclass(frozen=True)
class Rhythmic:
    """A weekly meeting on the wall of its zone, from a day to a day (weekday 0 is Monday)."""

    weekday: int
    starts_at: time
    minutes: int
    from_day: date
    until_day: date


def last_times(patterns: Iterable[Rhythmic]) -> tuple[Rhythmic, ...]:
    """Choose the weekly times that a group kept in its last fortnight, each weekday and hour once.

    >>> old = Rhythmic(0, time(16), 60, date(2022, 9, 5), date(2022, 10, 3))
    >>> new = Rhythmic(2, time(17), 60, date(2022, 10, 5), date(2022, 12, 14))
    >>> [one.weekday for one in last_times([old, new])]
    [2]
    """
    known = sorted(patterns, key=lambda one: (one.until_day, one.weekday, one.starts_at))
    if not known:
        return ()
    since = known[-1].until_day - timedelta(days=13)
    kept = {(one.weekday, one.starts_at): one for one in known if one.until_day >= since}
    return tuple(kept[key] for key in sorted(kept))


@dataclass(frozen=True)
class NextDays:
    """The days proposed for the module after this one."""

    starts_on: date
    ends_on: date
    opens_on: date


def propose_days(starts_on: date, ends_on: date, *, on: date) -> NextDays:
    """Propose when the next module runs: as long as this one, from a Monday after it and after today.

    Families of this module come first for a week before everybody else may enrol.

    >>> propose_days(date(2022, 9, 5), date(2022, 12, 20), on=date(2022, 12, 1)).starts_on
    datetime.date(2023, 1, 2)
    """
    after = max(ends_on + timedelta(days=7), on + timedelta(days=14))
    first = after + timedelta(days=-after.weekday() % 7)
    return NextDays(first, first + (ends_on - starts_on), on + timedelta(days=7))
