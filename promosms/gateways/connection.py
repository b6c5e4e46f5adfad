"""A line: one gateway kept open in a thread of its own, used from a thread that waits."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from promosms.gateways.base import Answer, Event, Gateway, OutboundSms, Trouble
from promosms.gateways.rate_limiter import Pace

log = logging.getLogger(__name__)

SAMPLES = 1000
FAULTS = frozenset(Trouble) - {Trouble.PERMANENT}
"""Those troubles that tell of the gateway; a permanent one tells of the text."""


class Measured(NamedTuple):
    """Answers since the last look, how many of them were troubles, and their median time in ms."""

    answers: int
    errors: int
    median_ms: int


class Line:
    """Opens the gateway in an asyncio thread; receipts and replies flow while nothing is sent.

    Texts go in by `start` and their answers come out by `collect`, both in one other thread.
    """

    def __init__(
        self, gateway: Gateway, store: Callable[[Sequence[Event]], None], rate: float
    ) -> None:
        self.gateway = gateway
        self.store = store
        self.pace = Pace(rate)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="line", daemon=True)
        self.answered: deque[tuple[str, Answer]] = deque()
        self.enough = threading.Event()
        self.least = 1
        self.refused = 0
        """Texts in a row that were refused for reasons of the gateway's own."""
        self.errors = self.answers = 0
        self.times: deque[float] = deque(maxlen=SAMPLES)

    def open(self) -> None:
        """Start the thread and connect; raises what the gateway raises."""
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.gateway.open(self._emit), self.loop).result()

    def start(self, texts: Sequence[OutboundSms]) -> None:
        """Begin to submit; returns at once."""
        self.loop.call_soon_threadsafe(self._start, texts)

    def collect(self, least: int, seconds: float) -> list[tuple[str, Answer]]:
        """The answers that have come, by `own`; waits until there are so many, or so long."""
        self.least = max(1, least)
        if len(self.answered) < self.least and seconds > 0:
            self.enough.clear()
            if len(self.answered) < self.least:
                self.enough.wait(seconds)
        return [self.answered.popleft() for _ in range(len(self.answered))]

    def measured(self) -> Measured:
        """How the gateway has answered since the last call."""
        answers, self.answers = self.answers, 0
        errors, self.errors = self.errors, 0
        times = list(self.times)
        self.times.clear()
        return Measured(answers, errors, round(median(times) * 1000) if times else 0)

    def close(self) -> None:
        """Close the gateway and end the thread."""
        if not self.thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self.gateway.close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def _emit(self, events: Sequence[Event]) -> None:
        await self.loop.run_in_executor(None, self.store, events)

    def _start(self, texts: Sequence[OutboundSms]) -> None:
        began = time.monotonic()
        for sms in texts:
            done = partial(self._done, sms.own, began)
            try:
                self.gateway.begin(sms, done)
            except Exception:  # a fault of our own, at a moment of which nobody knows
                log.exception("gateway.failed")
                done(Answer(trouble=Trouble.UNKNOWN, reason="no_answer"))

    def _done(self, own: str, began: float, answer: Answer) -> None:
        self.answers += 1
        if answer.trouble in FAULTS:
            self.errors += 1
        self.times.append(time.monotonic() - began)
        self.answered.append((own, answer))
        if len(self.answered) >= self.least:
            self.enough.set()
