"""How figures become rows: sums hold, bounds hold, and names agree within a family."""

import random
from dataclasses import replace
from datetime import date

import pytest

from lms.demonstration import plan as plans
from lms.demonstration.pool import Pool, daughters_patronymic
from lms.demonstration.spread import spread
from lms.demonstration.year import PlanMismatch, Share, read_figures
from lms.people.models import Gender


@pytest.mark.parametrize(
    ("total", "caps", "floor"),
    [(832, [8] * 130, 1), (800, [11] * 90, 1), (90, [1] * 96, 0), (5, [5], 0), (0, [3, 3], 0)],
)
def test_parts_sum_to_the_total_and_keep_their_bounds(
    total: int, caps: list[int], floor: int
) -> None:
    for seed in range(20):
        parts = spread(total, caps, rng=random.Random(seed), floor=floor)
        assert sum(parts) == total
        assert all(floor <= part <= cap for part, cap in zip(parts, caps, strict=True))


def test_parts_are_scattered() -> None:
    assert len(set(spread(640, [8] * 100, rng=random.Random(1)))) > 3


@pytest.mark.parametrize(
    ("total", "caps", "floor"), [(9, [4, 4], 0), (1, [4, 4], 1), (2, [0, 4], 1)]
)
def test_an_impossible_split_is_refused(total: int, caps: list[int], floor: int) -> None:
    with pytest.raises(PlanMismatch):
        spread(total, caps, rng=random.Random(1), floor=floor)


def test_the_plan_adds_up_to_the_report() -> None:
    figures = read_figures()
    plan = plans.read_plan(figures)
    assert (
        sum(programme.attendance for programme in plan.programmes)
        + figures.split["other_events"].attendance
        == figures["event_attendance"]
    )


def test_a_plan_that_does_not_add_up_is_refused() -> None:
    figures = read_figures()
    share = figures.split["code_club"]
    wrong = replace(figures, split={**figures.split, "code_club": Share(share.sessions + 1, 0)})
    with pytest.raises(PlanMismatch, match="code_club"):
        plans.read_plan(wrong)


def test_the_pool_draws_the_same_people_every_time() -> None:
    drawn = [[pool.adult(women=50) for _ in range(40)] for pool in (Pool("seed"), Pool("seed"))]
    assert drawn[0] == drawn[1]
    assert len({(new.family_name, new.given_name) for new in drawn[0]}) == 40


def test_names_agree_in_gender() -> None:
    pool = Pool("seed", rare=frozenset({"Аврелій"}))
    for _ in range(200):
        child = pool.child(pool.family_name(), pool.patronymic(), born=date(2012, 1, 1))
        is_girl = child.gender is Gender.FEMALE
        assert child.patronymic.endswith(("івна", "ївна") if is_girl else ("ович", "йович"))
        assert not (is_girl and child.family_name.endswith("ий"))
        assert child.given_name != "Аврелій"


def test_patronymics() -> None:
    assert daughters_patronymic("Юрійович") == "Юріївна"
