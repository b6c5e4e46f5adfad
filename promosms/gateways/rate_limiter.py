"""The rate of a gateway connection in parts per second, lower while the gateway throttles us."""

import time
from collections.abc import Callable

BURST = 0.25  # seconds of unused rate that can be made up for
WAIT_SECONDS = 0.05
SLOWEST = 1.0  # parts per second that throttling leaves, or the full rate, if that is lower, or
LEAST = 0.02  # of the full rate, if that is higher
HOLD = 1.0  # seconds without a submission after the gateway has throttled us
RECENT = 75  # parts among which the share of throttled ones is found, or
RECENT_SECONDS = 1 / 3  # those of this time at the full rate, if they are more
TOLERATED = 0.25  # a smaller share is no reason to halve the rate: some throttle at random,
USUAL = 0.2  # but only below this one it may grow
LAST_GOOD = 0.8  # of the rate at which we were throttled: so much was taken before
DOUBLES_EVERY = 1.0  # seconds, below the last good rate
GROWTH = 1.02  # times as much in a second, above the last good rate
LIGHT = 0.99  # of the rate, at most once in a second, for a single part that is throttled
BEFORE = 0.1  # of those RECENT parts count as taken when the rate was halved, or
BEFORE_SECONDS = 2.0  # those of this time, if they are fewer


class RateLimiter:
    """A token bucket. Throttling halves the rate, which comes back in seconds, then carefully.

    As TCP does: below the last good rate it doubles every second, above it grows by a fiftieth.
    All texts of a window are throttled together, so only the first within a hold counts. A few
    throttled parts among many (TOLERATED) neither hold nor halve it. When it was halved, the share
    is found anew: the old one says nothing about the new rate.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.full_rate = rate
        self.rate = self.good_rate = self.full_rate
        self.kept = 1 - 1 / max(RECENT, self.full_rate * RECENT_SECONDS)
        self.clock = clock
        self.tokens = 1.0
        self.filled_at = clock()
        self.held_until = self.light_until = 0.0
        self.sent = self.throttled = 0.0
        """Of the last parts, the older the less: how many were submitted, how many throttled."""
        self.taken = True
        """Was a text taken since the last hold?"""

    def wait(self, parts: int = 1) -> float:
        """Seconds until so many parts may be sent, or those of 50 ms; 0 if they may now."""
        moment = self.clock()
        if moment < self.held_until:
            return self.held_until - moment
        self._fill(moment)
        wanted = max(1.0, min(parts, self.rate * WAIT_SECONDS))
        return 0.0 if self.tokens >= wanted else (wanted - self.tokens) / self.rate

    @property
    def holds(self) -> bool:
        """Must nothing be sent now, because the gateway has throttled us?"""
        return self.clock() < self.held_until

    def allowance(self) -> float:
        """How many parts may be sent now."""
        return 0.0 if self.holds else max(0.0, self.tokens)

    def take(self, parts: int) -> None:
        """Count parts that are sent now. A long text may overdraw: its parts go together."""
        self.tokens -= parts
        kept = self.kept**parts
        self.sent = self.sent * kept + (1 - kept) / (1 - self.kept)
        self.throttled *= kept

    def slow_down(self, seconds: float | None = None, parts: int = 1) -> None:
        """The gateway has throttled these parts; `seconds` is how long it asks us to wait."""
        moment = self.clock()
        if moment >= self.held_until:
            self.throttled += parts
            too_fast = not self.taken or self.throttled > TOLERATED * self.sent
            if seconds is None and not too_fast:
                self._go_lightly(moment)
                return
            self._hold(halve=too_fast)
        self.held_until = max(self.held_until, moment + (HOLD if seconds is None else seconds))
        self.filled_at = self.held_until

    def _hold(self, *, halve: bool) -> None:
        """Begin a hold. Where nothing was taken since the last one, its good rate still counts."""
        if halve:
            if self.taken:
                self.good_rate = max(self._floor, self.rate * LAST_GOOD)
            self.rate = max(self._floor, self.rate / 2)
            self.sent = min(BEFORE / (1 - self.kept), self.rate * BEFORE_SECONDS)
            self.throttled = 0.0
        self.tokens = min(self.tokens, 1.0)
        self.taken = False

    def _go_lightly(self, moment: float) -> None:
        """Slower by as much as it grows in a second, or by half of that for the usual share."""
        if moment >= self.light_until:
            light = LIGHT if self.throttled <= USUAL * self.sent else 1 / GROWTH
            self.rate = self.good_rate = max(self._floor, self.rate * light)
            self.light_until = moment + 1.0

    @property
    def _floor(self) -> float:
        return min(self.full_rate, max(SLOWEST, self.full_rate * LEAST))

    def _fill(self, moment: float) -> None:
        passed = max(0.0, moment - self.filled_at)
        self.filled_at = max(self.filled_at, moment)
        if passed and self.rate < self.full_rate:
            self._grow(passed)
        self.tokens = min(max(1.0, self.rate * BURST), self.tokens + passed * self.rate)

    def _grow(self, seconds: float) -> None:
        if self.rate < self.good_rate:
            self.rate = min(self.good_rate, self.rate * 2.0 ** (seconds / DOUBLES_EVERY))
        else:
            self.rate = min(self.full_rate, self.rate * GROWTH**seconds)
