"""Shares of sessions: nobody's share is lowered by a raid, a late start or an illness."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.courses.rules import (
    ApplicantFacts,
    AttendancePolicy,
    ProgressFacts,
    assess_age,
    assess_attendance,
    share_percent,
)

DAYS = tuple(date(2022, 11, 1) + timedelta(weeks=week) for week in range(8))
DAY = date(2022, 9, 5)


@pytest.mark.parametrize(
    ("facts", "is_met", "code", "needed", "on"),
    [
        (ProgressFacts(held=8, attended=6), True, "attendance_enough", 6, None),
        (ProgressFacts(held=8, attended=5), False, "attendance_short", 6, None),
        (
            ProgressFacts(held=6, attended=4, remaining=DAYS[:2]),
            False,
            "attendance_reachable",
            6,
            DAYS[1],
        ),
        (
            ProgressFacts(held=7, attended=5, remaining=DAYS[:1]),
            False,
            "attendance_reachable",
            6,
            DAYS[0],
        ),
        (ProgressFacts(held=7, attended=6, remaining=DAYS[:1]), True, "attendance_enough", 6, None),
        (ProgressFacts(held=6, attended=3, remaining=DAYS[:2]), False, "attendance_short", 6, None),
        # Cancelled sessions are in nobody's way: 7 remain, 6 are needed.
        (ProgressFacts(held=7, attended=6, not_held=1), True, "attendance_enough", 6, None),
        # Excused leaves the denominator, for up to half of the sessions.
        (ProgressFacts(held=8, attended=4, excused=3), True, "attendance_enough", 4, None),
        (ProgressFacts(held=8, attended=2, excused=6), False, "attendance_short", 3, None),
        (ProgressFacts(held=8, attended=3, excused=5), True, "attendance_enough", 3, None),
        # Made up counts for completion.
        (ProgressFacts(held=8, attended=5, made_up=1), True, "attendance_enough", 6, None),
        (ProgressFacts(remaining=DAYS), False, "attendance_not_started", 6, DAYS[5]),
        (ProgressFacts(), False, "attendance_nothing_held", 0, None),
        (ProgressFacts(not_held=8), False, "attendance_nothing_held", 0, None),
    ],
)
def test_the_share_asked_for(
    facts: ProgressFacts, is_met: bool, code: str, needed: int, on: date | None
) -> None:
    answer = assess_attendance(AttendancePolicy(share=75), facts)
    reason = answer.reasons[0]
    assert (answer.is_met, reason.code) == (is_met, code)
    assert (reason.values["needed"], reason.values["on"]) == (needed, on)
    assert reason.is_met is is_met


@pytest.mark.parametrize(("is_shown", "is_met"), [(True, True), (False, False)])
def test_the_project_is_asked_for_where_the_policy_does(is_shown: bool, is_met: bool) -> None:
    facts = ProgressFacts(held=8, attended=8, is_project_shown=is_shown)
    answer = assess_attendance(AttendancePolicy(75, needs_project=True), facts)
    assert answer.is_met is is_met
    assert answer.can_still_be_met is not is_met
    assert assess_attendance(AttendancePolicy(75), facts).is_met


@pytest.mark.parametrize("share", [-1, 101])
def test_a_share_outside_the_scale_is_refused(share: int) -> None:
    with pytest.raises(ValueError, match="percent"):
        assess_attendance(AttendancePolicy(share=share), ProgressFacts())


facts = st.builds(
    lambda marks, remaining, not_held: ProgressFacts(
        held=len(marks),
        attended=marks.count("a"),
        excused=marks.count("e"),
        made_up=marks.count("m"),
        not_held=not_held,
        remaining=DAYS[:remaining],
    ),
    st.lists(st.sampled_from("aemn"), max_size=20),
    st.integers(0, 8),
    st.integers(0, 5),
)
policies = st.builds(AttendancePolicy, share=st.integers(0, 100))


@given(facts)
def test_a_share_is_between_nothing_and_all(known: ProgressFacts) -> None:
    percent = share_percent(known)
    assert percent is None or 0 <= percent <= 100


@given(policies, facts)
def test_cancelling_a_planned_session_takes_nothing_away(
    policy: AttendancePolicy, known: ProgressFacts
) -> None:
    before = assess_attendance(policy, known)
    cancelled = replace(known, remaining=known.remaining[:-1], not_held=known.not_held + 1)
    if known.remaining and known.excused <= len(known.remaining) + known.held - 2 // 2:
        after = assess_attendance(policy, cancelled)
        assert (
            not before.is_met
            or after.is_met
            or known.excused > (known.held + len(known.remaining) - 1) // 2
        )


@given(policies, facts)
def test_one_more_visit_never_makes_it_worse(
    policy: AttendancePolicy, known: ProgressFacts
) -> None:
    if known.remaining:
        better = replace(
            known, held=known.held + 1, attended=known.attended + 1, remaining=known.remaining[1:]
        )
        assert assess_attendance(policy, better).is_met >= assess_attendance(policy, known).is_met


@given(policies, facts)
def test_what_is_met_stays_met_when_the_rest_is_missed(
    policy: AttendancePolicy, known: ProgressFacts
) -> None:
    if assess_attendance(policy, known).is_met:
        missed = replace(known, held=known.held + len(known.remaining), remaining=())
        assert assess_attendance(policy, missed).is_met


@pytest.mark.parametrize(
    ("birth", "limits", "codes"),
    [
        (date(2014, 9, 5), (8, 17), []),
        (date(2014, 9, 6), (8, 17), ["too_young"]),
        (date(2004, 9, 6), (8, 17), []),
        (date(2004, 9, 5), (8, 17), ["too_old"]),
        (None, (8, 17), ["birth_date_needed"]),
        (None, (18, 120), []),
        (None, (None, None), []),
        (date(2023, 1, 1), (8, 17), ["birth_date_ahead"]),
    ],
)
def test_ages_are_checked_on_the_stated_day(
    birth: date | None, limits: tuple[int | None, int | None], codes: list[str]
) -> None:
    verdict = assess_age(ApplicantFacts(birth, *limits), on=DAY)
    assert [reason.code for reason in verdict.objections] == codes
