"""The pace of a line: parts per second, slower while the gateway finds us too fast."""

import time
from collections.abc import Callable

BURST = 0.25  # seconds: so much of an unused rate may be made up for
MOMENT = 0.05  # seconds
SLOWEST = 1.0  # parts per second, or
LEAST = 0.02  # of the full rate, if that is more
HOLD = 1.0  # seconds without any submission after the gateway found us too fast
GROWTH = 1.08
GROWS_EVERY = 10.0  # seconds


class Pace:
    """Tokens flow in at the rate of now; halved by each complaint, then growing back.

    Submissions of one window complain together: what complains within a hold counts once.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.full = max(rate, SLOWEST)
        self.rate = self.full
        self.clock = clock
        self.tokens = 1.0
        self.filled_at = self.grown_at = clock()
        self.held_until = 0.0

    def wait(self, parts: int = 1) -> float:
        """Seconds until so many parts may go, or what passes in a moment; 0 if they may now."""
        moment = self.clock()
        if moment < self.held_until:
            return self.held_until - moment
        self._fill(moment)
        wanted = max(1.0, min(parts, self.rate * MOMENT))
        return 0.0 if self.tokens >= wanted else (wanted - self.tokens) / self.rate

    def allowance(self) -> float:
        """How many parts may go now."""
        return max(0.0, self.tokens) if self.clock() >= self.held_until else 0.0

    def take(self, parts: int) -> None:
        """Count parts that go now; a long text may overdraw, so that it goes as a whole."""
        self.tokens -= parts

    def slow_down(self, seconds: float | None = None) -> None:
        """The gateway finds us too fast; `seconds` is how long it wants to be left alone."""
        moment = self.clock()
        if moment >= self.held_until:
            self.rate = max(SLOWEST, self.full * LEAST, self.rate / 2)
            self.tokens = min(self.tokens, 1.0)
        self.held_until = max(self.held_until, moment + (HOLD if seconds is None else seconds))
        self.filled_at = self.grown_at = self.held_until

    def _fill(self, moment: float) -> None:
        while self.rate < self.full and moment - self.grown_at >= GROWS_EVERY:
            self.rate = min(self.full, self.rate * GROWTH)
            self.grown_at += GROWS_EVERY
        gained = max(0.0, moment - self.filled_at) * self.rate
        self.tokens = min(max(1.0, self.rate * BURST), self.tokens + gained)
        self.filled_at = max(self.filled_at, moment)
