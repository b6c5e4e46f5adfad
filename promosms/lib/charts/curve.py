"""A curve that rises over time: the share that had arrived by known moments."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 150
ABOVE = 14
"""Pixels above 100%."""
TICKS = (0, 50, 100)
PLACES = (0, 29, 49, 70, 100)
"""Where the start and up to four moments stand: those at the right have longer labels."""


@dataclass(frozen=True)
class Moment:
    """A moment: what it is called, in its chart and in a sentence, and the share then, 0 to 1."""

    label: str
    share: float


@dataclass(frozen=True)
class Point:
    """A moment with its place: `x` in percent, `y` in pixels."""

    moment: Moment
    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """Points from left to right, beginning at nothing; `base` is the y of the base line."""

    points: Sequence[Point]
    base: int
    lines: Sequence[tuple[int, float]]

    @property
    def line(self) -> str:
        """The path through the points, in percent across and pixels down."""
        return "M" + " L".join(f"{point.x:g} {point.y:g}" for point in self.points)

    @property
    def area(self) -> str:
        """The path around what is below the line."""
        return f"{self.line} L{self.points[-1].x:g} {self.base} Z"


def curve(start: str, moments: Sequence[Moment]) -> Curve:
    """The curve of at most four moments; `start` is the label of the beginning.

    The distances are no scale: from a minute to a day there is none that could be read.
    """
    base = HEIGHT + ABOVE
    placed = [Moment(start, 0.0), *moments]
    last = PLACES[max(len(moments), 1)]
    points = [
        Point(moment, round(100 * PLACES[place] / last, 2), _down(moment.share, base))
        for place, moment in enumerate(placed)
    ]
    return Curve(points, base, [(tick, _down(tick / 100, base)) for tick in TICKS])


def _down(share: float, base: int) -> float:
    return round(base - HEIGHT * share, 1)
