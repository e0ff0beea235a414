"""Whole numbers with a given sum: how a figure of the report becomes many believable rows."""

from collections.abc import Sequence
from random import Random

from lms.demonstration.year import PlanMismatch

# How firmly the parts keep to their mean; small numbers scatter them from nothing to all.
FIRMNESS = 6.0


def spread(total: int, caps: Sequence[int], *, rng: Random, floor: int = 0) -> list[int]:
    """Split a total into parts between ``floor`` and each part's cap, scattered around the mean.

    :raises PlanMismatch: when no such parts exist.

    >>> parts = spread(20, [8, 8, 8], rng=Random(1), floor=1)
    >>> sum(parts), all(1 <= part <= 8 for part in parts)
    (20, True)
    >>> spread(3, [1, 1, 1], rng=Random(1))
    [1, 1, 1]
    """
    room = sum(caps)
    if any(cap < floor for cap in caps) or not floor * len(caps) <= total <= room:
        raise PlanMismatch(f"{total} cannot be split into {len(caps)} parts of at most {room}")
    share = min(max(total / room, 0.01), 0.99) if room else 0.5
    parts = [
        min(cap, max(floor, round(cap * rng.betavariate(share * FIRMNESS, (1 - share) * FIRMNESS))))
        for cap in caps
    ]
    difference = total - sum(parts)
    while difference:
        step = 1 if difference > 0 else -1
        place = rng.randrange(len(parts))
        if floor <= parts[place] + step <= caps[place]:
            parts[place] += step
            difference -= step
    return parts
