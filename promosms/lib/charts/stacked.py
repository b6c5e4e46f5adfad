"""One stacked bar: the parts of a whole beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

THINNEST = 1.2
"""A part that exists is at least so wide, in percent, that it can be seen."""


@dataclass(frozen=True)
class Part:
    """A part: its kind (good, bad, doubt or wait), its number and what it is called."""

    kind: str
    number: int
    label: str


@dataclass(frozen=True)
class Piece:
    """A part with its place in percent of the width."""

    part: Part
    x: float
    width: float


def stacked(parts: Sequence[Part]) -> list[Piece]:
    """The pieces of a bar; empty if there is nothing. Small parts take room from large ones."""
    present = [part for part in parts if part.number > 0]
    pieces, x = [], 0.0
    for part, width in zip(present, _widths([part.number for part in present]), strict=True):
        pieces.append(Piece(part, round(x, 2), round(width, 2)))
        x += width
    return pieces


def _widths(numbers: Sequence[int]) -> list[float]:
    thin: set[int] = set()
    while True:
        rest = sum(number for place, number in enumerate(numbers) if place not in thin)
        room = 100 - THINNEST * len(thin)
        widths = [
            THINNEST if place in thin else room * number / rest
            for place, number in enumerate(numbers)
        ]
        narrow = {place for place, width in enumerate(widths) if width < THINNEST}
        if not narrow:
            return widths
        thin |= narrow
