"""The circuit breaker of a gateway connection: says when a provider is ill. Without IO.

The usual states of a circuit breaker are closed (all texts), open (none) and half open (a few texts
as probes). Here is the rule for opening it. The state itself is stored with the gateway, because
all its workers obey it: `services/gateways/breaker.py`.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from promosms.gateways.base import Answer, ErrorClass

REFUSALS = 20
"""Equal refusals in a row, of different numbers."""
UNKNOWNS = 10
"""Texts in a row without a clear answer. Fewer, because nobody can send these again by itself."""
LAST = 100
"""Of so many last answers most must be good: more than half."""
LEAST = 3
"""A worker needs so many bad answers itself, however many connections share the numbers above."""
SILENT_SECONDS = 30.0
"""With few texts in flight: so long LEAST of them in a row may be without a clear answer."""
THROTTLED_SECONDS = 60.0
"""So long a provider may take nothing because we are too fast, or ask us to wait."""
RECONNECTING_SECONDS = 60.0
"""So long a text may find no session: connections break, and come back."""
AT_ONCE = frozenset({"credentials", "no_credit"})
OF_TEXTS = frozenset({"malformed", "alphabet", "too_long", "partly", "opted_out"})
"""Refusals that are about a text or a person, wherever it is sent."""
NOT_SENT = "not_sent"


class Sign(Enum):
    """What an answer says about the gateway."""

    GOOD = "it takes texts"
    BAD = "it may be ill"
    NONE = "nothing"


class Bad(NamedTuple):
    """An answer that speaks against the gateway: our reference, the number, what was said."""

    our_reference: str
    number: str
    error_class: ErrorClass
    reason: str

    @property
    def kind(self) -> tuple[ErrorClass, str]:
        """What makes it equal to another; all that are unknown are equal, and all too fast."""
        alike = self.error_class in (ErrorClass.UNKNOWN, ErrorClass.THROTTLED)
        return self.error_class, "" if alike else self.reason


class Breaker:
    """Reads the answers of one connection, in their order; `connections` share the limits.

    `tripped` is the reason code when the gateway has to be paused, until `reset`.
    """

    def __init__(self, connections: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.refusals = max(LEAST, REFUSALS // connections)
        self.unknowns = max(LEAST, UNKNOWNS // connections)
        self.last: deque[Bad | None] = deque(maxlen=max(2 * LEAST, LAST // connections))
        self.answered_at = clock()
        self.throttled_at = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin again, when the gateway is used again."""
        self.tripped = ""
        self.run: dict[str, Bad] = {}
        self.run_since = self.clock()
        self.last.clear()
        self.trusted = self.unknowns
        self.suspects: list[Bad] = []
        """The bad answers for which it has tripped."""

    def room(self) -> int:
        """How many texts may be in flight.

        Few until there are answers, like the slow start of TCP: a provider that never answers must
        not get a whole window. So too while texts remain without a clear answer.
        """
        if self.run and self._first.error_class is ErrorClass.UNKNOWN:
            return max(1, self.unknowns - len(self.run))
        return self.trusted

    def note(self, our_reference: str, number: str, answer: Answer, began: float) -> Sign:
        """Read an answer to a text that was submitted at `began` (of the clock)."""
        sign = self._sign(answer, began)
        if answer.error_class is not ErrorClass.UNKNOWN and answer.reason != NOT_SENT:
            self.answered_at = self.clock()
            self.trusted += 1
        if sign is Sign.GOOD:
            self.run.clear()
            self.last.append(None)
        elif sign is Sign.BAD and answer.error_class is not None:
            self._count(Bad(our_reference, number, answer.error_class, answer.reason), answer.wait)
        return sign

    @property
    def _first(self) -> Bad:
        return next(iter(self.run.values()))

    def _sign(self, answer: Answer, began: float) -> Sign:
        """What an answer says.

        If the connection breaks, all texts in flight are lost together: that counts only if
        nothing was answered since they were submitted. A window that is throttled together counts
        once.
        """
        if answer.error_class is None:
            return Sign.GOOD
        if answer.error_class is ErrorClass.PERMANENT and answer.reason in OF_TEXTS:
            return Sign.NONE
        if answer.broken and began <= self.answered_at:
            return Sign.NONE
        if answer.error_class is ErrorClass.THROTTLED:
            if began <= self.throttled_at:
                return Sign.NONE
            self.throttled_at = self.clock()
        reconnecting = self.clock() - self.answered_at < RECONNECTING_SECONDS
        return Sign.NONE if answer.reason == NOT_SENT and reconnecting else Sign.BAD

    def _count(self, bad: Bad, wait: float | None) -> None:
        if self.run and self._first.kind != bad.kind:
            self.run.clear()
        if not self.run:
            self.run_since = self.clock()
        self.run[bad.number] = bad
        if bad.error_class is not ErrorClass.THROTTLED:  # the usual case where we are too fast
            self.last.append(bad)
        failed = {entry.number: entry for entry in self.last if entry is not None}
        if self.tripped:
            return
        if bad.reason in AT_ONCE or self._is_long(bad.error_class, wait):
            self.tripped, self.suspects = bad.reason, list(self.run.values())
        elif 2 * len(failed) > (self.last.maxlen or LAST):
            reasons = Counter(entry.reason for entry in failed.values())
            self.tripped = reasons.most_common(1)[0][0]
            self.suspects = list(failed.values())

    def _is_long(self, error_class: ErrorClass, wait: float | None) -> bool:
        """Is the run of equal bad answers long enough?"""
        if error_class is ErrorClass.UNKNOWN:
            silent = self.clock() - self.run_since >= SILENT_SECONDS
            return len(self.run) >= (LEAST if silent else self.unknowns)
        if error_class is ErrorClass.THROTTLED:
            if wait is not None and wait >= THROTTLED_SECONDS:
                return True  # the whole connection would wait so long
            passed = self.clock() - self.run_since
            return len(self.run) >= LEAST and passed >= THROTTLED_SECONDS
        return len(self.run) >= self.refusals
