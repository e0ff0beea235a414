"""Ages, consents and clearance as tables of cases."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.rules import (
    CheckFact,
    CheckKind,
    age_on,
    assess_clearance,
    consent_need,
    is_in_force,
    is_minor,
)

DAY = date(2022, 9, 5)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2010, 9, 5), DAY, 12),
        (date(2010, 9, 6), DAY, 11),
        (date(2010, 9, 4), DAY, 12),
        (date(2012, 2, 29), date(2022, 2, 28), 9),
        (date(2012, 2, 29), date(2022, 3, 1), 10),
        (DAY, DAY, 0),
    ],
)
def test_age_counts_full_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


@given(st.dates(date(1950, 1, 1), date(2022, 1, 1)), st.integers(0, 36_000))
def test_nobody_gets_younger(birth: date, days: int) -> None:
    day = min(birth + timedelta(days=days), date(2060, 1, 1))
    assert age_on(birth, day + timedelta(days=1)) >= age_on(birth, day)


@pytest.mark.parametrize(
    ("birth", "guardian", "assent", "own"),
    [
        (date(2008, 9, 6), True, False, False),  # thirteen, tomorrow fourteen
        (date(2008, 9, 5), True, True, False),  # fourteen today
        (date(2004, 9, 6), True, True, False),  # seventeen
        (date(2004, 9, 5), False, False, True),  # eighteen today
        (None, False, False, True),
    ],
)
def test_who_must_agree(birth: date | None, guardian: bool, assent: bool, own: bool) -> None:
    need = consent_need(birth, DAY)
    assert (need.guardian, need.assent, need.own) == (guardian, assent, own)
    assert is_minor(birth, DAY) is guardian


def _all_checks(until: date | None = date(2023, 1, 1)) -> list[CheckFact]:
    return [
        CheckFact(kind, date(2022, 1, 1), until if kind in {"background", "training"} else None)
        for kind in CheckKind
    ]


def test_every_check_in_force_clears() -> None:
    assert assess_clearance(_all_checks(), on=DAY).is_allowed


@pytest.mark.parametrize("missing", list(CheckKind))
def test_one_missing_check_is_enough_to_refuse(missing: CheckKind) -> None:
    checks = [check for check in _all_checks() if check.kind is not missing]
    (reason,) = assess_clearance(checks, on=DAY).objections
    assert (reason.code, reason.values["check"]) == ("check_missing", missing)


@pytest.mark.parametrize(
    ("on", "is_allowed"),
    [(date(2023, 1, 1), True), (date(2023, 1, 2), False), (date(2021, 12, 31), False)],
)
def test_a_check_holds_to_its_last_day(on: date, is_allowed: bool) -> None:
    assert assess_clearance(_all_checks(), on=on).is_allowed is is_allowed


def test_what_should_expire_but_has_no_date_does_not_hold() -> None:
    codes = {reason.code for reason in assess_clearance(_all_checks(until=None), on=DAY).objections}
    assert codes == {"check_expired"}


def test_a_newer_check_takes_over() -> None:
    renewed = CheckFact(CheckKind.TRAINING, date(2023, 1, 2), date(2025, 1, 1))
    background = CheckFact(CheckKind.BACKGROUND, date(2023, 1, 2), date(2025, 1, 1))
    assert assess_clearance([*_all_checks(), renewed, background], on=date(2024, 5, 1)).is_allowed


@pytest.mark.parametrize(
    ("since", "until", "is_on"),
    [
        (DAY, None, True),
        (DAY, DAY, True),
        (DAY + timedelta(1), None, False),
        (date(2022, 1, 1), DAY - timedelta(1), False),
    ],
)
def test_both_ends_of_a_dated_row_are_included(
    since: date, until: date | None, is_on: bool
) -> None:
    assert is_in_force(since, until, DAY) is is_on
