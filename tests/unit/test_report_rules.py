"""Two years beside each other, and people counted once: tables of cases."""

from datetime import date
from decimal import Decimal

import pytest

from lms.reports.rules import (
    Comparison,
    Outcome,
    Overlap,
    compare,
    last_complete_year,
    overlap_of,
)


@pytest.mark.parametrize(
    ("figure", "previous", "difference", "percent"),
    [
        (363, 356, 7, "2.0"),
        (4560, 7400, -2840, "-38.4"),
        (0, 7, -7, "-100.0"),
        (7, 7, 0, "0.0"),
        (14, 7, 7, "100.0"),
        # A half is rounded up, away from nought, from the exact fraction.
        (2001, 2000, 1, "0.1"),
        (1999, 2000, -1, "-0.1"),
        (20009, 20000, 9, "0.0"),
        (3, 7, -4, "-57.1"),
        (10**9, 1, 10**9 - 1, "99999999900.0"),
    ],
)
def test_a_figure_is_set_against_the_year_before(figure, previous, difference, percent):
    assert compare(figure, previous) == Comparison(Outcome.COMPARED, difference, Decimal(percent))


@pytest.mark.parametrize(("figure", "previous"), [(None, 5), (5, None), (None, None), (None, 0)])
def test_nothing_is_compared_with_the_unknown(figure, previous):
    assert compare(figure, previous) == Comparison(Outcome.NO_DATA)


def test_nothing_is_compared_with_nought():
    assert compare(5, 0) == Comparison(Outcome.NOT_COMPARED, 5)
    assert compare(0, 0) == Comparison(Outcome.NOT_COMPARED, 0)


def test_figures_of_different_rules_are_not_compared():
    assert compare(363, 356, is_same_rule=False) == Comparison(Outcome.NOT_COMPARED)


def test_no_difference_has_no_negative_sign():
    assert str(compare(7, 7).percent) == "0.0"
    assert str(compare(20000, 20001).percent) == "0.0"


@pytest.mark.parametrize(
    ("years", "shown"),
    [([2022], 2022), ([2021, 2022, 2026], 2022), ([2026], 2025), ([], 2025), ([2025, 2026], 2025)],
)
def test_the_last_complete_year_is_shown_first(years, shown):
    assert last_complete_year(years, on=date(2026, 11, 23)) == shown


@pytest.mark.parametrize(
    ("pairs", "overlap"),
    [
        ([], Overlap(0, 0, 0)),
        ([(1, 7)], Overlap(1, 1, 0)),
        ([(1, 7), (1, 7)], Overlap(1, 1, 0)),
        ([(1, 7), (2, 7)], Overlap(1, 2, 1)),
        ([(1, 7), (2, 7), (3, 7), (1, 8)], Overlap(2, 4, 1)),
    ],
)
def test_a_person_counts_once_however_many_groups(pairs, overlap):
    assert overlap_of(pairs) == overlap


def test_repeats_are_the_places_beyond_the_first():
    assert overlap_of([(1, 7), (2, 7), (3, 7), (1, 8)]).repeats == 2
