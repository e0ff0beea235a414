"""The trials of ``./run torture`` at a small fixed size."""

from pathlib import Path
from typing import Any

import pytest

from tools.damage import try_damaged
from tools.letter_trials import try_letters
from tools.trials import Ground, try_guesses, try_issuing, try_links, try_seats


@pytest.fixture
def ground(database: dict[str, Any], tmp_path: Path) -> Ground:
    """A fresh, migrated database."""
    kind = "postgresql" if "LMS_DATABASE_URL" in database else "sqlite"
    settings = {
        "TESTING": True,
        "LMS_JOBS": "worker",
        "LMS_SECRET_KEY": "for trials only",
        "LMS_DEMONSTRATION": False,
    }
    return Ground(kind, {**settings, **database})


def test_one_link_lets_one_browser_in(ground: Ground) -> None:
    counts = try_links(ground, seed=1, rounds=2, width=20)
    assert (counts["wrong"], counts["links_used"]) == (0, 2)


def test_one_place_is_given_once_and_the_rest_wait_in_order(ground: Ground) -> None:
    counts = try_seats(ground, seed=1, rounds=3, width=24)
    assert (counts["seated"], counts["waiting"], counts["lost"]) == (3, 3 * 23, 0)
    assert (counts["one_seated"], counts["in_order"], counts["wrong"]) == (3, 3, 0)


def test_a_killed_worker_loses_and_doubles_nothing(ground: Ground) -> None:
    counts = try_issuing(ground, seed=1, count=24, kills=2)
    assert (counts["issued"], counts["distinct"], counts["gaps"]) == (24, 24, 0)
    assert counts["files_that_open"] == counts["files"] == counts["ticked"] == 24


def test_a_worker_killed_while_sending_sends_nothing_twice(ground: Ground) -> None:
    counts = try_letters(ground, seed=1, count=60, kills=2)
    assert (counts["kills"], counts["letters"]) == (2, 60)
    assert (counts["doubled"], counts["lost"], counts["wrong"]) == (0, 0, 0)
    # Each kill leaves at most one letter of which nobody knows, and the log lists it.
    assert counts["unsure"] <= 2
    assert counts["sent"] == 60 - counts["unsure"]


def test_guesses_and_typing_errors_find_nothing(ground: Ground) -> None:
    counts = try_guesses(ground, seed=1, count=300, real=3)
    assert (counts["hits"], counts["mistyped_hits"], counts["real_found"]) == (0, 0, 3)
    assert counts["mistyped"] == 3 * 21 * 31


def test_broken_sheets_are_imported_wholly_or_not_at_all(ground: Ground) -> None:
    counts = try_damaged(ground, seed=1, count=40)
    assert (counts["faults"], counts["half"]) == (0, 0)
    assert counts["imported"] > 20
