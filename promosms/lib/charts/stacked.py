"""One stacked bar: the parts of a whole beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

THINNEST = 1.2
"""A part that exists is at least so wide, in percent, that it can be seen."""
THINNEST_IN_ROW = 5.0
"""The same for a bar of about a hundred pixels in a row of a list."""


@dataclass(frozen=True)
class Part:
    """A part: its kind, its number and what it is called.

    The kinds are good, bad, doubt, sent, next and cancelled.
    """

    kind: str
    number: int
    label: object


@dataclass(frozen=True)
class Piece:
    """A part with its place in percent of the width."""

    part: Part
    x: float
    width: float


@dataclass(frozen=True)
class Stacked:
    """A bar: the parts that exist, and their places."""

    present: Sequence[Part]
    pieces: Sequence[Piece]


def stacked(parts: Sequence[Part], thinnest: float = THINNEST) -> Stacked:
    """The bar of some parts; empty if there is nothing. Small parts take room from large ones."""
    present = [part for part in parts if part.number > 0]
    pieces: list[Piece] = []
    x = 0.0
    for part, width in zip(
        present, _widths([part.number for part in present], thinnest), strict=True
    ):
        pieces.append(Piece(part, round(x, 2), round(width, 2)))
        x += width
    return Stacked(present, pieces)


def _widths(numbers: Sequence[int], thinnest: float) -> list[float]:
    thin: set[int] = set()
    while True:
        rest = sum(number for place, number in enumerate(numbers) if place not in thin)
        room = 100 - thinnest * len(thin)
        widths = [
            thinnest if place in thin else room * number / rest
            for place, number in enumerate(numbers)
        ]
        narrow = {place for place, width in enumerate(widths) if width < thinnest}
        if not narrow:
            return widths
        thin |= narrow
