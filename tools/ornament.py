"""Draw the library's cross-stitch: the line of a page's head and the artwork of certificates.

Every pattern is a chart, as an embroiderer would draw it on squared paper: one letter for one
stitch, a dot for bare cloth. Run without arguments; the results are committed, so that nothing
is drawn while the library works::

    python tools/ornament.py
"""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "lms" / "static"

STEPPE, WHEAT = "#0f5e63", "#d99a1e"
NIGHT_STEPPE, NIGHT_WHEAT = "#7cc7bf", "#e0b252"

LINE = """
..s...s.......s.....
..ss.ss......s.s....
ss.s.s.ss...s.w.s...
.ss...ss...s.w.w.s..
....w.....s.w.w.w.s.
.ss...ss...s.w.w.s..
ss.s.s.ss...s.w.s...
..ss.ss......s.s....
..s...s.......s.....
"""


def rows(chart: str) -> list[str]:
    """Split a chart into its rows and make sure that they are of one length.

    :raises ValueError: when a row is shorter or longer than the first.

    >>> rows("ab\\ncd")
    ['ab', 'cd']
    """
    lines = chart.split()
    if len({len(line) for line in lines}) != 1:
        raise ValueError(f"a chart needs rows of one length: {[len(line) for line in lines]}")
    return lines


def squares(chart: list[str], letter: str, size: float) -> str:
    """Give the path of all stitches of one letter, neighbours in a row joined."""
    path = []
    for y, row in enumerate(chart):
        x = 0
        while x < len(row):
            run = len(row[x:]) - len(row[x:].lstrip(letter))
            if run:
                w = run * size
                path.append(f"M{x * size:.4g} {y * size:.4g}h{w:.4g}v{size:.4g}h-{w:.4g}z")
            x += run or 1
    return "".join(path)


def web_line(steppe: str, wheat: str) -> str:
    """Give the repeating line of a page's head: 240 × 12 units, nine rows of stitches."""
    chart = [row * 9 for row in rows(LINE)]
    size = 12 / len(chart)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="12" viewBox="0 0 240 12">'
        f'<path fill="{steppe}" d="{squares(chart, "s", size)}"/>'
        f'<path fill="{wheat}" d="{squares(chart, "w", size)}"/></svg>\n'
    )


def main() -> None:
    """Write every drawing to its place."""
    (STATIC / "ornament.svg").write_text(web_line(STEPPE, WHEAT))
    (STATIC / "ornament-dark.svg").write_text(web_line(NIGHT_STEPPE, NIGHT_WHEAT))


if __name__ == "__main__":
    main()
