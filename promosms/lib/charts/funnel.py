"""A funnel: how many are left after each step, as thin bars below each other."""

from collections.abc import Sequence
from dataclasses import dataclass

THINNEST = 1.2
"""A step that somebody has reached is at least so wide, in percent, that it can be seen."""


@dataclass(frozen=True)
class Step:
    """How many have reached a step; `of` are those who could have, None if that says nothing."""

    label: str
    number: int
    of: int | None = None

    @property
    def share(self) -> float | None:
        """The share, 0 to 1, of those who could have reached it."""
        return self.number / self.of if self.of else None


@dataclass(frozen=True)
class Bar:
    """A step with the width of its bar, in percent of the widest one."""

    step: Step
    width: float


def funnel(steps: Sequence[Step]) -> list[Bar]:
    """The bars of some steps. Nobody is no bar; few are wide enough to be seen."""
    widest = max((step.number for step in steps), default=0)
    return [Bar(step, _width(step.number, widest)) for step in steps]


def _width(number: int, widest: int) -> float:
    return round(max(100 * number / widest, THINNEST), 2) if number else 0.0
