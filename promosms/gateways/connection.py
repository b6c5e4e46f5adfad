"""A gateway connection: runs a gateway in an asyncio thread, for callers in another thread."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from promosms.gateways.base import Answer, ErrorClass, Gateway, InboxEvent, OutboundSms
from promosms.gateways.breaker import Breaker
from promosms.gateways.rate_limiter import RateLimiter

log = logging.getLogger(__name__)

SAMPLES = 1000


class Measurements(NamedTuple):
    """Answers since the last call, how many were errors, and their median time in ms.

    `refusals` are permanent errors, which are usually about a text or a number.
    """

    answers: int
    errors: int
    refusals: int
    median_ms: int


class GatewayConnection:
    """A gateway in an asyncio thread; it receives receipts and replies all the time.

    `start` submits texts and `collect` returns their answers; one other thread calls both.
    """

    def __init__(
        self,
        gateway: Gateway,
        store: Callable[[Sequence[InboxEvent]], None],
        rate: float,
        connections: int = 1,
    ) -> None:
        self.gateway = gateway
        self.store = store
        self.rate_limiter = RateLimiter(rate)
        self.breaker = Breaker(connections)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="gateway-connection", daemon=True)
        self.collected: deque[tuple[str, Answer]] = deque()
        self.enough_answers = threading.Event()
        self.changed = threading.Event()
        """Set when the gateway is ready, or no longer ready."""
        gateway.on_change = self.changed.set
        self.least = 1
        self.errors = self.refusals = self.answers = 0
        self.times: deque[float] = deque(maxlen=SAMPLES)

    def open(self) -> None:
        """Start the thread and connect. Raises what the gateway raises."""
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.gateway.open(self._emit), self.loop).result()

    def start(self, texts: Sequence[OutboundSms]) -> None:
        """Begin to submit; returns at once."""
        self.loop.call_soon_threadsafe(self._start, texts)

    def collect(self, least: int, seconds: float) -> list[tuple[str, Answer]]:
        """The answers that have arrived, by our reference.

        Waits until there are `least` of them, at most `seconds`.
        """
        self.least = max(1, least)
        if len(self.collected) < self.least and seconds > 0:
            self.enough_answers.clear()
            if len(self.collected) < self.least:
                self.enough_answers.wait(seconds)
        return [self.collected.popleft() for _ in range(len(self.collected))]

    def measurements(self) -> Measurements:
        """How the gateway has answered since the last call."""
        answers, self.answers = self.answers, 0
        errors, self.errors = self.errors, 0
        refusals, self.refusals = self.refusals, 0
        times = list(self.times)
        self.times.clear()
        median_ms = round(median(times) * 1000) if times else 0
        return Measurements(answers, errors, refusals, median_ms)

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

    async def _emit(self, events: Sequence[InboxEvent]) -> None:
        await self.loop.run_in_executor(None, self.store, events)

    def _start(self, texts: Sequence[OutboundSms]) -> None:
        began = time.monotonic()
        for sms in texts:
            done = partial(self._done, sms.our_reference, began)
            try:
                self.gateway.begin(sms, done)
            except Exception:  # an error in our code: the text may have been sent
                log.exception("gateway.failed")
                done(Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer"))

    def _done(self, our_reference: str, began: float, answer: Answer) -> None:
        self.answers += 1
        if answer.error_class is ErrorClass.PERMANENT:
            self.refusals += 1
        elif answer.error_class is not None:
            self.errors += 1
        self.times.append(time.monotonic() - began)
        self.collected.append((our_reference, answer))
        if len(self.collected) >= self.least:
            self.enough_answers.set()
