"""The scale of a chart: round ticks, and a unit that keeps their labels short."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

MOST_STEPS = 5
UNITS = (1, 1_000, 1_000_000)
LONGEST = 10_000
"""In the unit of a scale all labels are below this: they have four digits at most."""

FEW = 10


@dataclass(frozen=True)
class Scale:
    """Ticks from 0 to `top`, `step` apart; labels are written in `unit` (1, 1,000 or a million)."""

    top: int
    step: int
    unit: int

    @property
    def ticks(self) -> range:
        """The values of the ticks, from 0 to the top."""
        return range(0, self.top + 1, self.step)

    def pixels(self, value: float, height: int) -> float:
        """How high a bar of this value is, if that of the top has this height."""
        return round(height * value / self.top, 1)

    def in_unit(self, value: int) -> float:
        """A value in the unit, for its label: a small one keeps one decimal place."""
        exact = value / self.unit
        return round(exact, 1) if exact < FEW else round(exact)


def scale(greatest: int) -> Scale:
    """The scale for values of 0 to `greatest`: steps of 1, 2 or 5 and zeros, five at most."""
    step = next(step for step in _round_steps() if step * MOST_STEPS >= greatest)
    top = step * max(-(-greatest // step), 1)
    unit = next((unit for unit in UNITS if greatest < LONGEST * unit), UNITS[-1])
    return Scale(top, step, unit)


def _round_steps() -> Iterator[int]:
    return (factor * 10**power for power in count() for factor in (1, 2, 5))
