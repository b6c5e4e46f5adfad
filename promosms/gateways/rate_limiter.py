"""The rate of a gateway connection in parts per second, lower while the gateway throttles us."""

import time
from collections.abc import Callable

BURST = 0.25  # seconds of unused rate that can be made up for
WAIT_SECONDS = 0.05
SLOWEST = 1.0  # parts per second, or
LEAST = 0.02  # of the full rate, if that is higher
HOLD = 1.0  # seconds without a submission after the gateway has throttled us
GROWTH = 1.08
GROWS_EVERY = 10.0  # seconds


class RateLimiter:
    """A token bucket. Throttling halves the rate, which then grows back.

    All texts of a window are throttled together, so only the first within a hold counts.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.full_rate = max(rate, SLOWEST)
        self.rate = self.full_rate
        self.clock = clock
        self.tokens = 1.0
        self.filled_at = self.grown_at = clock()
        self.held_until = 0.0

    def wait(self, parts: int = 1) -> float:
        """Seconds until so many parts may be sent, or those of 50 ms; 0 if they may now."""
        moment = self.clock()
        if moment < self.held_until:
            return self.held_until - moment
        self._fill(moment)
        wanted = max(1.0, min(parts, self.rate * WAIT_SECONDS))
        return 0.0 if self.tokens >= wanted else (wanted - self.tokens) / self.rate

    def allowance(self) -> float:
        """How many parts may be sent now."""
        return max(0.0, self.tokens) if self.clock() >= self.held_until else 0.0

    def take(self, parts: int) -> None:
        """Count parts that are sent now. A long text may overdraw: its parts go together."""
        self.tokens -= parts

    def slow_down(self, seconds: float | None = None) -> None:
        """The gateway has throttled us; `seconds` is how long it asks us to wait."""
        moment = self.clock()
        if moment >= self.held_until:
            self.rate = max(SLOWEST, self.full_rate * LEAST, self.rate / 2)
            self.tokens = min(self.tokens, 1.0)
        self.held_until = max(self.held_until, moment + (HOLD if seconds is None else seconds))
        self.filled_at = self.grown_at = self.held_until

    def _fill(self, moment: float) -> None:
        while self.rate < self.full_rate and moment - self.grown_at >= GROWS_EVERY:
            self.rate = min(self.full_rate, self.rate * GROWTH)
            self.grown_at += GROWS_EVERY
        gained = max(0.0, moment - self.filled_at) * self.rate
        self.tokens = min(max(1.0, self.rate * BURST), self.tokens + gained)
        self.filled_at = max(self.filled_at, moment)
