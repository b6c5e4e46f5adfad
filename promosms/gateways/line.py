"""A line: one gateway kept open in a thread of its own, used from a thread that waits."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from promosms.gateways.base import Answer, Event, Gateway, GatewayError, OutboundSms, Trouble


class Bucket:
    """Parts per second: tokens flow in at `rate`, at most one second of them is kept."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.clock = clock
        self.tokens = 1.0
        self.filled_at = clock()

    def take(self, parts: int) -> float:
        """Take tokens; returns the seconds to wait before the parts may go."""
        moment = self.clock()
        self.tokens = min(self.rate, self.tokens + (moment - self.filled_at) * self.rate)
        self.filled_at = moment
        self.tokens -= parts
        return max(0.0, -self.tokens / self.rate)


class Line:
    """Opens the gateway in an asyncio thread; receipts and replies flow while nothing is sent."""

    def __init__(
        self,
        gateway: Gateway,
        store: Callable[[Sequence[Event]], None],
        rate: float,
        timeout: float = 30.0,
    ) -> None:
        self.gateway = gateway
        self.store = store
        self.bucket = Bucket(rate)
        self.timeout = timeout
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="line", daemon=True)

    def open(self) -> None:
        """Start the thread and connect; raises what the gateway raises."""
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.gateway.open(self._emit), self.loop).result()

    def submit(self, window: Sequence[OutboundSms]) -> list[Answer]:
        """Submit a window together; the answers stand in the same order."""
        work = asyncio.run_coroutine_threadsafe(self._submit_all(window), self.loop)
        return work.result()

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

    async def _submit_all(self, window: Sequence[OutboundSms]) -> list[Answer]:
        return list(await asyncio.gather(*(self._submit_one(sms) for sms in window)))

    async def _submit_one(self, sms: OutboundSms) -> Answer:
        pause = self.bucket.take(sms.parts)
        if pause:
            await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(self.timeout):
                return Answer(await self.gateway.submit(sms))
        except GatewayError as problem:
            return Answer(trouble=problem.trouble, reason=problem.reason)
        except TimeoutError:
            return Answer(trouble=Trouble.UNKNOWN, reason="no_answer")
