"""Drawings that are drawn once: ready PDF objects which the layout engine reuses.

The engine keeps images by address in a dictionary that a caller may fill beforehand. What lies
here in it answers the same two questions as the engine's own images (how large, and draw
yourself) but hands out a finished object. Those two questions are no public promise of the
engine, which is why its version is pinned below the next major one and a test compares pictures.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pydyf


@dataclass(frozen=True)
class Frozen:
    """A drawing ready for the file: its size in its own units and the operators that draw it."""

    id: str
    width: float
    height: float
    operators: bytes

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, ...]:
        """Answer the engine: width, height and their ratio."""
        return self.width, self.height, self.width / self.height

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Draw the object, from its own units with y upwards to the size the engine asks for."""
        name = stream.add_image(self, interpolate=False, ratio=1)
        stream.transform(width / self.width, 0, 0, -height / self.height, 0, height)
        stream.draw_x_object(name)

    def get_x_object(self, _interpolate: object, _ratio: object) -> pydyf.Stream:
        """Give the object for a file; a fresh one each time, since the engine numbers it."""
        box = pydyf.Array([0, 0, self.width, self.height])
        extra = {"Type": "/XObject", "Subtype": "/Form", "BBox": box, "Filter": "/FlateDecode"}
        extra["Resources"] = pydyf.Dictionary()
        return pydyf.Stream([self.operators], pydyf.Dictionary(extra))


def freeze_squares(name: str, matrix: Sequence[bytes], *, border: int) -> Frozen:
    """Draw the dark squares of a matrix, neighbours in a row joined, with a bare border."""
    side = len(matrix) + 2 * border
    operators = [b"0 g"]
    for y, row in enumerate(matrix):
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            bottom = side - border - y - 1
            operators.append(b"%d %d %d 1 re" % (start + border, bottom, end - start))
            start = end
    return Frozen(name, side, side, zlib.compress(b"\n".join([*operators, b"f"]), 9))
