"""How a name is set: as large as it fits, on one line, two or three, never too small to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.certificates.faces import Metrics
from lms.contracts import LMSError

SMALLEST = 16.0
"""Points on an A4 sheet; below this a name on a wall cannot be read from a step away."""

SAFETY = 0.985
COMFORT = (0.68, 0.5, 0.0)
"""From which part of the largest size one line, two lines, three lines are good enough."""


class NameTooLongError(LMSError):
    """A name does not fit on the paper even at the smallest size that can be read."""

    code = "name_too_long"


@dataclass(frozen=True)
class Slot:
    """The room for a name: width and type sizes in points."""

    width: float
    largest: float
    smallest: float = SMALLEST


@dataclass(frozen=True)
class Setting:
    """How a name is set: its lines and the size of the type in points."""

    lines: tuple[str, ...]
    size: float


def fit_name(name: str, slot: Slot, metrics: Metrics) -> Setting:
    """Set a name as large as it fits its slot: fewest lines first, balanced, whole words.

    A line is broken after a space, or after a hyphen where that lets the type be larger; a
    single word that is wider than the slot is broken anywhere, which no real name has needed.

    :raises NameTooLongError: when three lines of the smallest type do not hold it.

    >>> mono = Metrics({letter: 0.5 for letter in "abcd -"})
    >>> fit_name("ab cd", Slot(width=300, largest=40.0), mono)
    Setting(lines=('ab cd',), size=40.0)
    >>> fit_name("abcdabcdabcd abcdabcdabcd abcd", Slot(width=200, largest=40), mono).lines
    ('abcdabcdabcd', 'abcdabcdabcd abcd')
    """
    words = " ".join(name.split())
    if metrics.width(words) * slot.smallest > len(COMFORT) * slot.width:
        raise NameTooLongError(f"This name is too long to be printed: {len(words)} characters.")
    settings = []
    for count, comfort in enumerate(COMFORT, start=1):
        for breaks in (r"(?<= )", r"(?<= )|(?<=-)", ""):
            pieces = re.split(breaks, words) if breaks else list(words)
            setting = widest(pieces, count, slot, metrics)
            if setting.size >= max(slot.smallest, comfort * slot.largest):
                return setting
            settings.append(setting)
            if setting.size >= slot.smallest:
                break
    best = max(settings, key=lambda setting: setting.size)
    if best.size < slot.smallest:
        raise NameTooLongError(f"This name is too long to be printed: {len(words)} characters.")
    return best


def widest(pieces: list[str], count: int, slot: Slot, metrics: Metrics) -> Setting:
    """Find the break into at most so many lines whose widest line is narrowest."""
    measured = [(piece, metrics.width(piece), metrics.width(piece.rstrip())) for piece in pieces]
    best = Setting(("".join(pieces),), 0.0)
    for lines, width in parted(measured, count):
        size = min(slot.largest, slot.width * SAFETY / (width or 1.0))
        if size > best.size:
            best = Setting(lines, round(size, 2))
    return best


def parted(
    measured: list[tuple[str, float, float]], count: int
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Part measured pieces into at most so many lines, each filled up to a tried width.

    Sixty widths between an even share and the whole are tried; a finer one would change the
    size of the type by less than the eye sees.
    """
    total = sum(width for _piece, width, _bare in measured)
    for step in range(61):
        limit = total / count * (1 + step / 60 * (count - 1)) + 1e-9
        lines, widest_line = [""], 0.0
        reached = 0.0
        for piece, width, bare in measured:
            if lines[-1] and reached + bare > limit:
                lines.append("")
                reached = 0.0
            lines[-1] += piece
            widest_line = max(widest_line, reached + bare)
            reached += width
        if len(lines) <= count:
            yield tuple(line.rstrip() for line in lines), widest_line
