"""Draw the library's cross-stitch: the line of a page's head and the artwork of certificates.

Every pattern is a chart, as an embroiderer would draw it on squared paper: one letter for one
stitch, a dot for bare cloth. Run without arguments; the results are committed, so that nothing
is drawn while the library works::

    python tools/ornament.py
"""

from collections.abc import Iterable
from pathlib import Path

from charts import BRACES, BRACKETS, LETTERS, LINE, SUNFLOWER

STATIC = Path(__file__).resolve().parents[1] / "lms" / "static"
ARTWORK = STATIC.parent / "certificates" / "artwork"

Chart = list[str]

DAY = {"s": "#0f5e63", "w": "#d99a1e", "r": "#a3271f", "n": "#3b2a1a"}
NIGHT = {"s": "#7cc7bf", "w": "#e0b252"}
CHALK = {"s": "#fbf9f4", "w": "#e0b252"}


def rows(chart: str) -> Chart:
    r"""Split a chart into its rows and make sure that they are of one length.

    :raises ValueError: when a row is shorter or longer than the first.

    >>> rows("ab\ncd")
    ['ab', 'cd']
    """
    lines = chart.split()
    if len({len(line) for line in lines}) != 1:
        raise ValueError(f"a chart needs rows of one length: {[len(line) for line in lines]}")
    return lines


def star(size: int, *, edge: str, inside: str, heart: str = "w") -> Chart:
    """Draw the eight-pointed star of 4 × size + 1 stitches: eight slanted petals and a heart."""
    petal = {
        (x, y) for y in range(1, 2 * size + 1) for x in range(1, size + 1) if 0 <= y - x <= size
    }
    petal -= {(x, y) for x, y in petal if x == y}
    petal |= {(y, x) for x, y in petal}
    inner = {p for p in petal if {(p[0] + i, p[1] + j) for i, j in NEIGHBOURS} <= petal}
    middle = 2 * size
    chart = [["."] * (4 * size + 1) for _ in range(4 * size + 1)]
    for x, y in petal:
        for i, j in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            chart[middle + j * y][middle + i * x] = inside if (x, y) in inner else edge
    chart[middle][middle] = heart
    return ["".join(row) for row in chart]


NEIGHBOURS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def diamond(radius: int, letter: str, heart: str) -> Chart:
    """Draw a hollow diamond with a smaller full one in it."""
    span = range(-radius, radius + 1)

    def stitch(distance: int) -> str:
        return letter if distance == radius else heart if distance <= radius - 2 else "."

    return ["".join(stitch(abs(x) + abs(y)) for x in span) for y in span]


class Cloth:
    """A piece of bare cloth on which charts are stitched."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.stitches: dict[tuple[int, int], str] = {}

    def stitch(self, chart: Chart, x: int, y: int) -> None:
        """Stitch a chart with its middle at a place; stitches off the cloth are an error."""
        left, top = x - len(chart[0]) // 2, y - len(chart) // 2
        for dy, row in enumerate(chart):
            for dx, letter in enumerate(row):
                if letter != ".":
                    if not (0 <= left + dx < self.width and 0 <= top + dy < self.height):
                        raise ValueError(f"a stitch off the cloth: {left + dx}, {top + dy}")
                    self.stitches[left + dx, top + dy] = letter

    def four(self, chart: Chart, x: int, y: int) -> None:
        """Stitch a chart at a place and at its mirrors across both middles."""
        for place_x in {x, self.width - 1 - x}:
            for place_y in {y, self.height - 1 - y}:
                self.stitch(chart, place_x, place_y)

    def edging(self, letter: str, dots: str) -> None:
        """Stitch a line with dots inside it along both long edges."""
        is_tall = self.height > self.width
        length = self.height if is_tall else self.width
        for along in range(length):
            for across, thread in ((0, letter), (2, dots)):
                if across and along % 4 != (length // 2) % 4:
                    continue
                self.four([thread], *((across, along) if is_tall else (along, across)))

    def svg(self, threads: dict[str, str], *, size: float) -> str:
        """Give the drawing, each stitch a cross of two threads; ``size`` is a stitch in mm."""
        paths = []
        for letter, colour in threads.items():
            places = sorted((y, x) for (x, y), used in self.stitches.items() if used == letter)
            crosses = "".join(f"M{x}.1 {y}.1l.8 .8M{x}.9 {y}.1l-.8 .8" for y, x in places)
            if crosses:
                paths.append(f'<path stroke="{colour}" d="{crosses}"/>')
        box = f'width="{self.width * size:g}mm" height="{self.height * size:g}mm"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {box} '
            f'viewBox="0 0 {self.width} {self.height}">'
            f'<g fill="none" stroke-width=".4" stroke-linecap="square">{"".join(paths)}</g></svg>\n'
        )


def code_club() -> Cloth:
    """Stars with brackets and braces between them: code hidden in embroidery."""
    cloth = Cloth(33, 121)
    cloth.edging("s", "w")
    middle = cloth.width // 2
    for x in range(cloth.width):
        cloth.four(["s"], x, 0)
    for x in range(6, middle + 1, 4):
        cloth.four(rows("w.w .w. s.s .s."), x, 4)
    cloth.stitch(star(6, edge="r", inside="w"), middle, 60)
    cloth.four(star(6, edge="s", inside="w", heart="r"), middle, 22)
    for y, thread in ((12, "r"), (32, "r"), (50, "s")):
        cloth.four(diamond(2, thread, "w"), 6, y)
    cloth.stitch(rows(BRACKETS), middle, 41)
    cloth.stitch(rows(BRACES), middle, 79)
    return cloth


def it_school() -> Cloth:
    """Sunflowers and ears of wheat: July in the steppe."""
    cloth = Cloth(19, 121)
    cloth.edging("w", "s")
    for y in (12, 60):
        cloth.four(rows(SUNFLOWER), 9, y)
    cloth.four(rows(SUNFLOWER), 9, 36)
    for y in (24, 48):
        cloth.four(rows(DIAMONDS), 9, y)
    return cloth


DIAMONDS = """
..s.....s..
.sws...sws.
swrws.swrws
.sws...sws.
..s.....s..
"""


def participation() -> Cloth:
    """The letters that Ukrainian is known by, between stars."""
    cloth = Cloth(177, 17)
    cloth.edging("s", "w")
    middle = cloth.width // 2
    for place, letter in enumerate(LETTERS):
        x = middle + (place - len(LETTERS) // 2) * 22
        cloth.stitch(rows(LETTERS[letter]), x, 8)
        cloth.stitch(star(2, edge="s", inside="s", heart="w"), x + 11, 8)
    cloth.stitch(star(2, edge="s", inside="s", heart="w"), middle - 77, 8)
    cloth.four(diamond(2, "r", "w"), 3, 8)
    return cloth


def participation_foot() -> Cloth:
    """The foot of the same sheet: stars and diamonds, quieter than the letters."""
    cloth = Cloth(177, 11)
    middle = cloth.width // 2
    for place in range(10):
        piece = diamond(3, "r", "w") if place % 2 else star(2, edge="s", inside="s", heart="w")
        for x in {middle - place * 9, middle + place * 9}:
            cloth.stitch(piece, x, 5)
    return cloth


def training() -> Cloth:
    """One calm column of stars and diamonds in one thread."""
    cloth = Cloth(11, 121)
    for place, y in enumerate(range(6, 61, 9)):
        piece = diamond(3, "s", "w") if place % 2 else star(2, edge="s", inside="s", heart="w")
        cloth.four(piece, 5, y)
    return cloth


def card() -> Cloth:
    """A band of stars and leaves for the head of the mentor's card."""
    cloth = Cloth(119, 11)
    for place in range(-5, 6):
        x = cloth.width // 2 + place * 11
        piece = diamond(4, "s", "w") if place % 2 else star(2, edge="s", inside="s", heart="w")
        cloth.stitch(piece, x, 5)
    return cloth


def squares(chart: Chart, letter: str, size: float) -> str:
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


def web_line(threads: dict[str, str]) -> str:
    """Give the repeating line of a page's head: 240 × 12 units, nine rows of stitches."""
    chart = [row * 9 for row in rows(LINE)]
    size = 12 / len(chart)
    paths: Iterable[str] = (
        f'<path fill="{threads[letter]}" d="{squares(chart, letter, size)}"/>' for letter in "sw"
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="12" viewBox="0 0 240 12">'
        f"{''.join(paths)}</svg>\n"
    )


def main() -> None:
    """Write every drawing to its place."""
    (STATIC / "ornament.svg").write_text(web_line(DAY))
    (STATIC / "ornament-dark.svg").write_text(web_line(NIGHT))
    for draw in (code_club, it_school, participation, participation_foot, training):
        (ARTWORK / f"{draw.__name__}.svg").write_text(draw().svg(DAY, size=1.6))
    (ARTWORK / "mentor_credential.svg").write_text(card().svg(CHALK, size=0.72))


if __name__ == "__main__":
    main()
