"""Ages, sight and steps: tables of cases, and the texts of consents."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.families.rules import (
    Sight,
    Step,
    Tie,
    first_of,
    is_asked_again,
    is_invitation_open,
    is_last_legal,
    sight_of,
    step_near,
)
from lms.families.wording import Wording, is_outdated, versions
from lms.people.rules import Purpose, age_on, birthday_of, consent_need, latest_birth_of
from lms.people.services import CONSENT_VERSION

ON = date(2022, 9, 5)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(birth=DAYS, day=DAYS, age=st.integers(1, 30))
def test_a_query_and_the_rule_agree_about_every_birthday(birth: date, day: date, age: int) -> None:
    assert (birth <= latest_birth_of(age, day)) is (age_on(birth, day) >= age)


@given(birth=DAYS, age=st.integers(1, 30))
def test_a_birthday_is_the_first_day_of_an_age(birth: date, age: int) -> None:
    day = birthday_of(birth, age)
    assert age_on(birth, day) == age
    assert age_on(birth, day - timedelta(days=1)) == age - 1


@pytest.mark.parametrize(
    ("birth", "on", "is_settled", "step"),
    [
        (date(2008, 10, 6), ON, False, (Step.ASSENT, date(2022, 10, 6))),
        (date(2008, 10, 7), ON, False, None),
        (date(2008, 9, 5), ON, False, (Step.ASSENT, date(2022, 9, 5))),
        (date(2008, 9, 5), ON, True, None),
        (date(2004, 10, 6), ON, True, (Step.OWN, date(2022, 10, 6))),
        (date(2004, 2, 29), date(2022, 2, 28), True, (Step.OWN, date(2022, 3, 1))),
        (date(2004, 2, 29), date(2022, 3, 1), False, (Step.OWN, date(2022, 3, 1))),
        (date(2004, 2, 29), date(2022, 3, 1), True, None),
        (date(2012, 1, 1), ON, False, None),
    ],
)
def test_a_step_is_seen_a_month_before_and_until_it_is_settled(
    birth: date, on: date, is_settled: bool, step: tuple[Step, date] | None
) -> None:
    assert step_near(birth, on=on, is_settled=is_settled) == step


@pytest.mark.parametrize(
    ("day", "need"),
    [
        (date(2022, 2, 28), (True, False, False)),
        (date(2022, 3, 1), (True, True, False)),
        (date(2026, 2, 28), (True, True, False)),
        (date(2026, 3, 1), (False, False, True)),
    ],
)
def test_whose_yes_is_needed_changes_on_the_day(day: date, need: tuple[bool, bool, bool]) -> None:
    asked = consent_need(date(2008, 2, 29), day)
    assert (asked.guardian, asked.assent, asked.own) == need


MOTHER = Tie(5, 50, date(2022, 1, 1), is_legal=True, sees_place=True)
FATHER = Tie(7, 70, date(2022, 2, 1), is_legal=True, sees_place=False)
AUNT = Tie(9, 90, date(2021, 1, 1), is_legal=False, sees_place=True)
ALL = [AUNT, FATHER, MOTHER]


@pytest.mark.parametrize(
    ("tie", "sight"),
    [
        (MOTHER, Sight(place=True, progress=True, consents=True, others=True)),
        (FATHER, Sight(place=False, progress=True, consents=True, others=False)),
        (AUNT, Sight(place=True, progress=False, consents=False, others=False)),
        (None, Sight()),
    ],
)
def test_each_adult_sees_only_their_own_part(tie: Tie | None, sight: Sight) -> None:
    assert sight_of(tie, ALL) == sight
    assert sight_of(tie, ALL).link is (tie is MOTHER)


def test_a_second_guardian_with_the_place_is_not_the_first() -> None:
    shown = Tie(7, 70, date(2022, 2, 1), is_legal=True, sees_place=True)
    assert first_of([shown, MOTHER]) == MOTHER
    assert sight_of(shown, [shown, MOTHER]).others is False
    # Where the first one has gone, nobody who sees no place becomes the first.
    assert first_of([FATHER]) is None


def test_the_last_legal_guardian_is_known() -> None:
    assert is_last_legal(MOTHER, [MOTHER, AUNT])
    assert not is_last_legal(MOTHER, ALL)
    assert not is_last_legal(AUNT, [AUNT])


@pytest.mark.parametrize(
    ("minutes", "is_used", "is_cancelled", "is_open"),
    [
        (-1, False, False, True),
        (0, False, False, False),
        (-1, True, False, False),
        (-1, False, True, False),
    ],
)
def test_an_invitation_lives_once_and_for_its_hours(
    minutes: int, is_used: bool, is_cancelled: bool, is_open: bool
) -> None:
    ends = datetime(2022, 9, 5, 12, 0, tzinfo=UTC)
    at = ends + timedelta(minutes=minutes)
    answer = is_invitation_open(ends, now=at, is_used=is_used, is_cancelled=is_cancelled)
    assert answer is is_open


@pytest.mark.parametrize(
    ("expires_on", "needed_until", "is_asked"),
    [
        (ON, date(2022, 12, 20), True),
        (ON + timedelta(days=30), date(2022, 12, 20), True),
        (ON + timedelta(days=31), date(2022, 12, 20), False),
        (ON - timedelta(days=1), date(2022, 12, 20), False),
        (ON + timedelta(days=9), ON + timedelta(days=9), False),
        (ON + timedelta(days=9), None, False),
        (None, date(2022, 12, 20), False),
    ],
)
def test_a_consent_is_asked_again_within_its_last_month_while_needed(
    expires_on: date | None, needed_until: date | None, is_asked: bool
) -> None:
    assert is_asked_again(expires_on, needed_until=needed_until, on=ON) is is_asked


def test_every_version_has_a_text_for_every_purpose_and_language() -> None:
    assert versions()[-1].version == CONSENT_VERSION
    for wording in versions():
        for purpose in Purpose:
            for is_child in (True, False):
                for locale in ("uk", "en"):
                    assert len(wording.text(purpose, is_child=is_child, locale=locale)) > 40


@pytest.mark.parametrize(
    ("version", "purpose", "is_old"),
    [
        ("1", Purpose.PHOTOGRAPHS, True),
        ("1", Purpose.TAKING_PART, False),
        ("2", Purpose.PHOTOGRAPHS, False),
        ("of nobody", Purpose.TAKING_PART, True),
    ],
)
def test_only_a_changed_meaning_is_asked_anew(version: str, purpose: Purpose, is_old: bool) -> None:
    first = Wording("1", date(2022, 1, 1), frozenset(), {})
    second = Wording("2", date(2023, 1, 1), frozenset({Purpose.PHOTOGRAPHS}), {})
    assert is_outdated(purpose, version, [first, second]) is is_old
