"""Bars for days: texts that arrived, and above them those that did not."""

from collections.abc import Sequence
from dataclasses import dataclass

from promosms.lib.charts.scale import Scale, scale

HEIGHT = 190
HEIGHT_OF_STRIP = 84
ABOVE = 10
"""Pixels above the top tick."""
ABOVE_STRIP = 24
"""Pixels above the highest bar: its number stands there."""
THINNEST = 2.0
"""A bad share that is less high, in pixels, cannot be seen: the table has it."""
GAP = 1.5
FILLED = 0.64
"""The part of a day's width that its bar takes."""


@dataclass(frozen=True)
class Day:
    """A day with its texts: `name` in a title or table, `label` below its bar, "" for none."""

    name: str
    label: str
    good: int
    bad: int
    today: bool = False

    @property
    def texts(self) -> int:
        """All texts of the day."""
        return self.good + self.bad


@dataclass(frozen=True)
class Box:
    """The upper edge and the height of a part of a bar, in pixels."""

    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """The bar of a day: `x`, `width` and `middle` in percent, the rest in pixels."""

    day: Day
    x: float
    width: float
    middle: float
    top: float
    good: Box | None
    bad: Box | None


@dataclass(frozen=True)
class Bars:
    """A chart of days. `base` is the y of its base line; `lines` are ticks with their y."""

    bars: Sequence[Bar]
    base: int
    lines: Sequence[tuple[int, float]]
    scale: Scale

    @property
    def days(self) -> Sequence[Day]:
        """The days of the bars."""
        return [bar.day for bar in self.bars]

    @property
    def good(self) -> int:
        """What arrived on all days."""
        return sum(day.good for day in self.days)

    @property
    def bad(self) -> int:
        """What did not arrive on all days."""
        return sum(day.bad for day in self.days)

    @property
    def greatest(self) -> Day:
        """The first day with the most texts."""
        return max(self.days, key=lambda day: day.texts)


def bars(days: Sequence[Day], height: int = HEIGHT, above: int = ABOVE) -> Bars:
    """Bars of days beside a scale."""
    fitting = scale(max(day.texts for day in days))
    base = height + above
    lines = [(tick, round(base - fitting.pixels(tick, height), 1)) for tick in fitting.ticks]
    placed = [_bar(day, n, len(days), fitting, height, base) for n, day in enumerate(days)]
    return Bars(placed, base, lines, fitting)


def strip(days: Sequence[Day]) -> Bars:
    """Bars of few days for a phone: the number stands on each, so that no scale is needed."""
    greatest = max(day.texts for day in days)
    fitting = Scale(max(greatest, 1), max(greatest, 1), scale(greatest).unit)
    base = HEIGHT_OF_STRIP + ABOVE_STRIP
    placed = [_bar(day, n, len(days), fitting, HEIGHT_OF_STRIP, base) for n, day in enumerate(days)]
    return Bars(placed, base, [], fitting)


def _bar(day: Day, place: int, number: int, fitting: Scale, height: int, base: int) -> Bar:
    good, bad = fitting.pixels(day.good, height), fitting.pixels(day.bad, height)
    if bad < THINNEST:
        bad = 0.0
    gap = GAP if good and bad else 0.0
    every = 100 / number
    return Bar(
        day,
        x=round(every * (place + (1 - FILLED) / 2), 2),
        width=round(every * FILLED, 2),
        middle=round(every * (place + 0.5), 2),
        top=round(base - good - bad, 1),
        good=_box(base, max(good - gap, 1.0)) if day.good else None,
        bad=_box(base - good, bad) if bad else None,
    )


def _box(bottom: float, height: float) -> Box:
    return Box(round(bottom - height, 1), round(height, 1))
