"""Who gets the mentor's credential, hours, and checks that run out: rules as tables."""

from datetime import date

import pytest

from lms.contracts import Reason, Verdict
from lms.mentors.rules import LedFacts, academic_hours, assess_credential, expiring_checks
from lms.people.rules import CheckFact, CheckKind

ON = date(2022, 9, 5)
LED = LedFacts(sessions=8, minutes=480, first=ON, last=date(2022, 10, 24))
EXPIRED = Verdict((Reason("check_expired", {"check": "training", "on": ON}),))


@pytest.mark.parametrize(
    ("facts", "clearance", "letters", "is_met", "codes"),
    [
        (LedFacts(), Verdict(), "", False, ["mentor_led_nothing"]),
        (LedFacts(), EXPIRED, "", False, ["mentor_led_nothing"]),
        (LED, Verdict(), "", True, ["mentor_led", "mentor_was_cleared"]),
        (LedFacts(1, 60, ON, ON), Verdict(), "", True, ["mentor_led", "mentor_was_cleared"]),
        (LED, EXPIRED, "", False, ["mentor_led", "check_expired"]),
        (LED, Verdict(), "李", False, ["mentor_led", "mentor_name_unprintable"]),
    ],
)
def test_the_credential_is_earned_by_a_held_session_of_a_cleared_adult(
    facts, clearance, letters, is_met, codes
):
    answer = assess_credential(facts, clearance, unprintable=letters)
    assert (answer.is_met, [reason.code for reason in answer.reasons]) == (is_met, codes)
    assert answer.is_met == all(reason.is_met for reason in answer.reasons)


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, 0), (59, 0), (60, 1), (119, 1), (120, 2), (8 * 60, 8), (5 * 90, 7)]
)
def test_hours_never_claim_more_than_was_held(minutes, hours):
    assert academic_hours(minutes) == hours


def training(done: date, until: date | None) -> CheckFact:
    return CheckFact(CheckKind.TRAINING, done, until)


@pytest.mark.parametrize(
    ("checks", "expiring"),
    [
        ([], 0),
        ([training(date(2021, 9, 1), date(2022, 9, 4))], 0),
        ([training(date(2021, 9, 1), date(2022, 9, 5))], 1),
        ([training(date(2021, 9, 1), date(2022, 10, 5))], 1),
        ([training(date(2021, 9, 1), date(2022, 10, 6))], 0),
        ([training(date(2021, 9, 1), date(2022, 9, 20)), training(ON, date(2023, 9, 5))], 0),
        ([training(ON, date(2023, 9, 5)), training(date(2021, 9, 1), date(2022, 9, 20))], 0),
        ([training(date(2022, 9, 6), date(2022, 9, 20))], 0),
        ([training(date(2021, 9, 1), None), training(date(2021, 9, 1), date(2022, 9, 20))], 1),
        (
            [
                CheckFact(CheckKind.IDENTITY, date(2021, 9, 1), date(2022, 9, 20)),
                CheckFact(CheckKind.IDENTITY, date(2021, 9, 1), None),
            ],
            0,
        ),
        (
            [
                training(date(2021, 9, 1), date(2022, 9, 20)),
                CheckFact(CheckKind.BACKGROUND, date(2021, 9, 1), date(2022, 9, 21)),
            ],
            2,
        ),
    ],
)
def test_a_check_is_told_of_thirty_days_before_it_runs_out_unless_renewed(checks, expiring):
    assert len(expiring_checks(checks, on=ON)) == expiring
