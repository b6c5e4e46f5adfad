"""Shares of people, and how far two of them may differ by chance.

The interval of one share is Wilson's score interval, that of a difference joins two of them:
R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics
in Medicine 17 (1998), method 10. It holds for few people and for shares near 0 and 1.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

SURE = NormalDist().inv_cdf(0.975)
"""Of a hundred intervals about ninety-five hold the true value."""


@dataclass(frozen=True)
class Share:
    """So many of `people`; at most all of them count."""

    number: int
    people: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of nobody."""
        return min(self.number / self.people, 1.0) if self.people else 0.0

    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, from 0 to 1; everything is possible of nobody."""
        if not self.people:
            return 0.0, 1.0
        value, square = self.value, SURE**2 / self.people
        middle = value + square / 2
        width = SURE * sqrt(value * (1 - value) / self.people + square / self.people / 4)
        low, high = (middle - width) / (1 + square), (middle + width) / (1 + square)
        return low if self.number else 0.0, high if self.number < self.people else 1.0


@dataclass(frozen=True)
class Difference:
    """By how much the first share is larger: what was seen, and what it may be. From -1 to 1."""

    seen: float
    least: float
    most: float

    @property
    def is_clear(self) -> bool:
        """Is it more than chance makes?"""
        return self.least > 0 or self.most < 0


def difference(first: Share, second: Share) -> Difference:
    """How much larger the first share is than the second."""
    seen = first.value - second.value
    first_low, first_high = first.interval()
    second_low, second_high = second.interval()
    down = sqrt((first.value - first_low) ** 2 + (second_high - second.value) ** 2)
    up = sqrt((first_high - first.value) ** 2 + (second.value - second_low) ** 2)
    return Difference(seen, seen - down, seen + up)
