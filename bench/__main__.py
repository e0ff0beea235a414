"""``./run bench``: the whole table, or one part of it; ``--json`` for programs."""

import argparse
import sys

from bench import pages, register
from bench.client import Unexpected
from bench.table import Line, show

PARTS = {"register": register.measure, "pages": pages.measure}


def main() -> int:
    """Measure and print; fail when a limit does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), help="only this part")
    parser.add_argument("--json", action="store_true", help="one JSON object on each line")
    chosen = parser.parse_args()
    names = [chosen.part] if chosen.part else ["pages", "register"]
    try:
        lines: list[Line] = [line for name in names for line in PARTS[name]()]
    except Unexpected as unexpected:
        print(unexpected, file=sys.stderr)
        return 1
    show(lines, is_json=chosen.json)
    return 0 if all(line.holds is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
