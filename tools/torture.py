"""Hold the trials at full size: python -m tools.torture [NAME …] [--seed N].

Prints one JSON object on one line for each trial and database; ends with 1 when something was
lost, doubled or let in.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.postgresql import on_server, postgresql
from tools import letter_trials, trials
from tools.damage import try_damaged
from tools.erasing_trial import try_erasing
from tools.trials import Counts, Ground

FULL: dict[str, Callable[[Ground, int], Counts]] = {
    "links": lambda ground, seed: trials.try_links(ground, seed=seed, rounds=20, width=100),
    "seats": lambda ground, seed: trials.try_seats(ground, seed=seed, rounds=50, width=200),
    "issuing": lambda ground, seed: trials.try_issuing(ground, seed=seed, count=300, kills=20),
    "erasing": lambda ground, seed: try_erasing(ground, seed=seed, people=100),
    "letters": lambda ground, seed: letter_trials.try_letters(
        ground, seed=seed, count=300, kills=30
    ),
    "damaged": lambda ground, seed: try_damaged(ground, seed=seed, count=1000),
    "guesses": lambda ground, seed: trials.try_guesses(ground, seed=seed, count=100_000, real=200),
}
MUST_BE_ZERO = (
    "wrong",
    "lost",
    "doubled",
    "gaps",
    "hits",
    "mistyped_hits",
    "left",
    "figures_changed",
)


def grounds(name: str) -> Iterator[Ground]:
    """Give a fresh database of each kind for a trial."""
    with tempfile.TemporaryDirectory(prefix="lms-torture-") as folder:
        yield trials.sqlite_ground(Path(folder))
    with tempfile.TemporaryDirectory(prefix="lms-torture-") as folder, postgresql() as server:
        on_server(server, f"CREATE DATABASE {name}")
        yield trials.postgresql_ground(Path(folder), f"{server}/{name}")


def main() -> int:
    """Hold the trials named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FULL))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true", help="what is printed is JSON in any case")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(FULL)
    if unknown:
        parser.error(
            f"no trial is called {', '.join(sorted(unknown))}; there are {', '.join(FULL)}"
        )
    is_bad = False
    for name in asked.names or FULL:
        for ground in grounds(name):
            counts = FULL[name](ground, asked.seed)
            print(json.dumps(counts), flush=True)
            is_bad |= any(counts.get(key, 0) for key in MUST_BE_ZERO)
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
