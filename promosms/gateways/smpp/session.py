"""A session: one connection to an SMSC, its window, its requests and their answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from promosms.gateways.smpp.codes import ANSWER, Command, Status
from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.frames import Frame, Frames
from promosms.gateways.smpp.pdus import HEADER, NUMBERS

log = logging.getLogger(__name__)

NACK = int(Command.GENERIC_NACK)
SUBMIT = int(Command.SUBMIT_SM)
LAST_SEQUENCE = 0x7FFFFFFF
MISSED = 2
"""Number of unanswered enquire_link that end the session."""
LEAVING = 5.0
"""Seconds to wait for answers after the SMSC has unbound."""
BURST = 25
"""After this many PDUs in a batch, the next submissions are written, so the SMSC stays busy."""
UNREAD = 1 << 22
"""Octets that the SMSC may leave unread before the session ends."""
SILENT = (Command.ALERT_NOTIFICATION, Command.OUTBIND)
"""Requests that have no answer (sections 4.12.1 and 4.1.7)."""


class NotSent(Exception):
    """Nothing of the request was written."""


class NoAnswer(Exception):
    """The request was written, but has no answer: it may have arrived."""


class Broken(NoAnswer):
    """The connection ended before the answer, as for all other open requests."""


RequestOutcome = Frame | NotSent | NoAnswer
"""The answer to a request, or why there is none."""
Callback = Callable[[int, RequestOutcome], None]
"""Called with the index of a part in its text, from 0, and its outcome."""


class Waiting(NamedTuple):
    """A submit_sm that waits for a place in the window, at most until a moment."""

    body: bytes
    callback: Callback
    part: int
    until: float


class Open(NamedTuple):
    """A request without an answer yet, and when it was written."""

    command: int
    callback: Callback
    part: int
    since: float


class Timing(NamedTuple):
    """Seconds to wait for an answer, and without data before an enquire_link."""

    answer: float = 20.0
    enquire: float = 30.0


class Session(asyncio.Protocol):
    """Made for `create_connection`; `deliver` gets each deliver_sm and data_sm as it comes.

    `over` is called as soon as nothing can be submitted any more.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        window: int,
        timing: Timing,
        deliver: Callable[["Session", Frame], None],
        over: Callable[["Session"], None],
    ) -> None:
        self.window = window
        self.timing = timing
        self.deliver = deliver
        self.over = over
        self.loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self.loop.create_future()
        self.settled: asyncio.Future[None] | None = None
        self.usable = False
        self.held = False
        self.full = False
        """Is the write buffer full, because the SMSC does not read?"""
        self.left_at: float | None = None
        self.sequence = 0
        self.frames = Frames()
        self.waiting: deque[Waiting] = deque()
        self.open: dict[int, Open] = {}
        self.out: list[bytes] = []
        self.heard_at = self.answered_at = self.loop.time()
        """When data came, and when the answer to a request did."""
        self.missed = 0
        self.timer: asyncio.TimerHandle | None = None

    # What the gateway asks for

    async def bind(self, command: Command, body: bytes) -> Frame:
        """Ask to bind and return the answer. Raises NoAnswer."""
        answer = await self._ask(command, body)
        self.usable = answer.status == Status.OK and self.left_at is None
        return answer

    def submit(self, bodies: Sequence[bytes], callback: Callback, until: float) -> None:
        """Submit the parts of one text, nothing between them.

        `callback` is called once for each part. Those without a place in the window at `until`
        (a time of the loop) are not sent.
        """
        for part, body in enumerate(bodies):
            self.waiting.append(Waiting(body, callback, part, until))
        self._fill()

    def withdraw(self, callback: Callback) -> None:
        """Do not submit the parts that still wait for a place; their callback is not called."""
        self.waiting = deque(waiting for waiting in self.waiting if waiting.callback != callback)

    def answer(self, to: Frame, status: int) -> None:
        """Answer a deliver_sm or data_sm: its empty message_id is one zero."""
        self._write(to.command | ANSWER, status, to.sequence, b"\0")

    def hold(self, seconds: float) -> None:
        """Submit nothing for some seconds, because the SMSC has throttled us."""
        if not self.held:
            self.held = True
            self.loop.call_later(seconds, self._release)

    def leave(self) -> None:
        """Submit no more, and end when the open requests are answered."""
        if self.left_at is None:
            self.left_at = self.loop.time()
        self._stop()
        self._end_if_done()

    async def settle(self, seconds: float) -> None:
        """Submit no more, and wait for the answers to open requests."""
        self._stop()
        if self.open:
            self.settled = self.loop.create_future()
            await asyncio.wait([self.settled], timeout=seconds)

    async def unbind(self, seconds: float) -> None:
        """Unbind and close the connection."""
        with suppress(NoAnswer, TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ask(Command.UNBIND, b"")
        self._flush()
        self._close()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self.ended)
        self.transport.abort()

    # What the connection tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the timer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._tick()

    def connection_lost(self, problem: Exception | None) -> None:
        """The outcome of requests without an answer is unknown."""
        if self.timer:
            self.timer.cancel()
        self._stop()
        lost, self.open = self.open, {}
        for request in lost.values():
            request.callback(request.part, Broken())
        self._end_if_done()
        if not self.ended.done():
            self.ended.set_result(None)

    def pause_writing(self) -> None:
        """The SMSC reads slower than we write: submit nothing more for now."""
        self.full = True

    def resume_writing(self) -> None:
        """The SMSC has read the buffer."""
        self.full = False
        self._fill()

    def data_received(self, data: bytes) -> None:
        """Take the PDUs in the order of their arrival."""
        self.heard_at = self.loop.time()
        self.missed = 0
        try:
            for number, frame in enumerate(self.frames.feed(data), 1):
                self._take(frame)
                if number % BURST == 0 and self.usable:
                    self._fill()
                    self._flush()
        except Malformed:
            log.warning("smpp.malformed", exc_info=True)
            self._write(NACK, Status.INVALID_COMMAND_LENGTH, 0)
            self._flush()
            self._close()
            self.leave()
        self._fill()
        self._end_if_done()

    # Within

    def _take(self, frame: Frame) -> None:
        command = frame.command
        if command & ANSWER:
            self._take_answer(frame)
        elif command in (Command.DELIVER_SM, Command.DATA_SM):
            self.deliver(self, frame)
        elif command in (Command.ENQUIRE_LINK, Command.UNBIND):
            self._write(command | ANSWER, Status.OK, frame.sequence)
            if command == Command.UNBIND:
                self.leave()
        elif command not in SILENT:
            self._write(NACK, Status.INVALID_COMMAND, frame.sequence)

    def _take_answer(self, frame: Frame) -> None:
        request = self.open.get(frame.sequence)
        if request is None or frame.command not in (request.command | ANSWER, NACK):
            return
        del self.open[frame.sequence]
        self.answered_at = self.loop.time()
        if frame.command == NACK and frame.status == Status.OK:
            frame = frame._replace(status=Status.UNKNOWN_ERROR)  # "no" without a reason
        try:
            request.callback(request.part, frame)
        except Exception:  # an error in our code must not lose the answers to other requests
            log.exception("smpp.failed")

    async def _ask(self, command: Command, body: bytes) -> Frame:
        if self.transport.is_closing():
            raise NoAnswer
        answered: asyncio.Future[Frame] = self.loop.create_future()

        def callback(_: int, outcome: RequestOutcome) -> None:
            if answered.done():
                return
            if isinstance(outcome, Frame):
                answered.set_result(outcome)
            else:
                answered.set_exception(outcome)

        self._request(int(command), body, callback, 0, self.loop.time())
        return await answered

    def _request(
        self, command: int, body: bytes, callback: Callback, part: int, moment: float
    ) -> None:
        sequence = self._next_sequence()
        self.open[sequence] = Open(command, callback, part, moment)
        self._write(command, 0, sequence, body)

    def _next_sequence(self) -> int:
        """A number that no open request has: numbers repeat, and a request can be open for long."""
        sequence = self.sequence % LAST_SEQUENCE + 1
        while sequence in self.open:
            sequence = sequence % LAST_SEQUENCE + 1
        self.sequence = sequence
        return sequence

    def _fill(self) -> None:
        """Submit as many parts as the window allows."""
        if not self.usable or self.transport.is_closing():
            self._stop()  # connection_lost is called only later
        moment = self.loop.time()
        while self.waiting and len(self.open) < self.window and not self.held and not self.full:
            part = self.waiting.popleft()
            self._request(SUBMIT, part.body, part.callback, part.part, moment)

    def _stop(self) -> None:
        self.usable = False
        while self.waiting:
            part = self.waiting.popleft()
            part.callback(part.part, NotSent())
        self.over(self)

    def _release(self) -> None:
        self.held = False
        self._fill()

    def _write(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        """Write at the end of this turn of the loop, together with other PDUs."""
        if not self.out:
            self.loop.call_soon(self._flush)
        self.out.append(NUMBERS.pack(HEADER + len(body), command, status, sequence))
        self.out.append(body)

    def _close(self) -> None:
        # A second close makes asyncio's TLS transport forget its connection: abort then fails.
        if not self.transport.is_closing():
            self.transport.close()

    def _flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
            if self.full and self.transport.get_write_buffer_size() > UNREAD:
                log.warning("smpp.unread", extra={"code": "not_reading"})
                self.transport.abort()
        self.out.clear()

    def _tick(self) -> None:
        """Give up requests that have waited too long, and check that the SMSC answers."""
        moment = self.loop.time()
        self._expire(moment)
        if moment - self.heard_at >= self.timing.enquire * (self.missed + 1):
            if self.missed >= MISSED:
                log.warning("smpp.silent", extra={"code": "no_answer"})
                self.transport.abort()
            self.missed += 1
            self._write(Command.ENQUIRE_LINK, Status.OK, self._next_sequence())
        if self.left_at is not None and moment - self.left_at > LEAVING:
            self.transport.abort()
        pause = min(0.5, *(seconds / 4 for seconds in self.timing))
        self.timer = self.loop.call_later(pause, self._tick)

    def _expire(self, moment: float) -> None:
        late = [waiting for waiting in self.waiting if waiting.until < moment]
        if late:
            self.waiting = deque(waiting for waiting in self.waiting if waiting.until >= moment)
        for waiting in late:
            waiting.callback(waiting.part, NotSent())
        for sequence, request in list(self.open.items()):
            if moment - request.since <= self.timing.answer:
                break  # they are in the order of submission
            del self.open[sequence]
            request.callback(request.part, NoAnswer())
            if self.answered_at <= request.since:
                # Nothing of ours arrives any more. Receipts that come say nothing about that.
                self.transport.abort()
        self._fill()

    def _end_if_done(self) -> None:
        if self.open:
            return
        if self.settled and not self.settled.done():
            self.settled.set_result(None)
        if self.left_at is not None:
            self._flush()
            self._close()
