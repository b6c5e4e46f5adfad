"""A session: one connection to an SMSC, its window, its requests and their answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from promosms.gateways.smpp.codes import ANSWER, Command, Status
from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.frames import Frame, Frames
from promosms.gateways.smpp.pdus import header

log = logging.getLogger(__name__)

NACK = Command.GENERIC_NACK
LAST_SEQUENCE = 0x7FFFFFFF
MISSED = 2
"""So many unanswered enquire_link end the session."""
LEAVING = 5.0
"""Seconds that answers may still take after the SMSC has said good-bye."""
SILENT = (Command.ALERT_NOTIFICATION, Command.OUTBIND)
"""Requests that have no answer (sections 4.12.1 and 4.1.7)."""


class NotSent(Exception):
    """Not one octet of the request was written."""


class NoAnswer(Exception):
    """The request may have arrived: its answer did not."""


class Waiting(NamedTuple):
    """A submit_sm that waits for its place in the window."""

    body: bytes
    answer: "asyncio.Future[Frame]"
    since: float


class Open(NamedTuple):
    """A request that waits for its answer."""

    command: int
    answer: "asyncio.Future[Frame]"
    since: float


class Timing(NamedTuple):
    """Seconds: for an answer, for a place in the window, of silence before an enquire_link."""

    answer: float = 20.0
    wait: float = 8.0
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
        self.usable = False
        self.held = False
        self.left_at: float | None = None
        self.sequence = 0
        self.frames = Frames()
        self.waiting: deque[Waiting] = deque()
        self.open: dict[int, Open] = {}
        self.out: list[bytes] = []
        self.heard_at = self.loop.time()
        self.missed = 0
        self.timer: asyncio.TimerHandle | None = None

    # What the gateway asks for

    async def bind(self, command: Command, body: bytes) -> Frame:
        """Ask to bind and return the answer. Raises NoAnswer."""
        answer = await self._ask(command, body)
        self.usable = answer.status == Status.OK and self.left_at is None
        return answer

    def submit(self, bodies: Iterable[bytes]) -> list["asyncio.Future[Frame]"]:
        """Submit the parts of one text, nothing between them; the answers come as futures.

        A future raises NotSent or NoAnswer. A part whose future is cancelled before its place
        in the window came is never written.
        """
        moment = self.loop.time()
        parts = [Waiting(body, self.loop.create_future(), moment) for body in bodies]
        self.waiting += parts
        self._fill()
        return [part.answer for part in parts]

    def answer(self, to: Frame, status: int) -> None:
        """Answer a deliver_sm or data_sm: its empty message_id is one zero."""
        self._write(to.command | ANSWER, status, to.sequence, b"\0")

    def hold(self, seconds: float) -> None:
        """Submit nothing for a moment: the SMSC finds us too fast."""
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
        """Submit no more, and wait for the answers of what is submitted."""
        self._stop()
        if answers := [request.answer for request in self.open.values()]:
            await asyncio.wait(answers, timeout=seconds)

    async def unbind(self, seconds: float) -> None:
        """Say good-bye and close the connection."""
        with suppress(NoAnswer, TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ask(Command.UNBIND, b"")
        self._flush()
        self.transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self.ended)
        self.transport.abort()

    # What the connection tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to look at the clock."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._tick()

    def connection_lost(self, problem: Exception | None) -> None:
        """Nobody knows what became of the requests without an answer."""
        if self.timer:
            self.timer.cancel()
        self._stop()
        for request in self.open.values():
            _fail(request.answer, NoAnswer())
        self.open.clear()
        if not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take the PDUs in the order of their arrival."""
        self.heard_at = self.loop.time()
        self.missed = 0
        try:
            for frame in self.frames.feed(data):
                self._take(frame)
        except Malformed:
            log.warning("smpp.malformed")
            self._write(NACK, Status.INVALID_COMMAND_LENGTH, 0)
            self._flush()
            self.transport.close()
            self.leave()
        self._fill()
        self._end_if_done()

    # Within

    def _take(self, frame: Frame) -> None:
        if frame.command & ANSWER:
            self._take_answer(frame)
        elif frame.command in (Command.DELIVER_SM, Command.DATA_SM):
            self.deliver(self, frame)
        elif frame.command in (Command.ENQUIRE_LINK, Command.UNBIND):
            self._write(frame.command | ANSWER, Status.OK, frame.sequence)
            if frame.command == Command.UNBIND:
                self.leave()
        elif frame.command not in SILENT:
            self._write(NACK, Status.INVALID_COMMAND, frame.sequence)

    def _take_answer(self, frame: Frame) -> None:
        request = self.open.get(frame.sequence)
        if request is None or frame.command not in (request.command | ANSWER, NACK):
            return
        del self.open[frame.sequence]
        if frame.command == NACK and frame.status == Status.OK:
            frame = frame._replace(status=Status.UNKNOWN_ERROR)  # "no" without a reason
        if not request.answer.done():
            request.answer.set_result(frame)

    async def _ask(self, command: Command, body: bytes) -> Frame:
        if self.transport.is_closing():
            raise NoAnswer
        return await self._request(command, body, self.loop.create_future())

    def _request(
        self, command: Command, body: bytes, answer: "asyncio.Future[Frame]"
    ) -> "asyncio.Future[Frame]":
        self.sequence = self.sequence % LAST_SEQUENCE + 1
        self.open[self.sequence] = Open(command, answer, self.loop.time())
        self._write(command, Status.OK, self.sequence, body)
        return answer

    def _fill(self) -> None:
        """Submit what there is a place for."""
        if not self.usable or self.transport.is_closing():
            self._stop()  # the connection itself tells of its end only later
        while self.waiting and len(self.open) < self.window and not self.held:
            part = self.waiting.popleft()
            if not part.answer.done():
                self._request(Command.SUBMIT_SM, part.body, part.answer)

    def _turn_away(self) -> None:
        for part in self.waiting:
            _fail(part.answer, NotSent())
        self.waiting.clear()

    def _stop(self) -> None:
        self.usable = False
        self._turn_away()
        self.over(self)

    def _release(self) -> None:
        self.held = False
        self._fill()

    def _write(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        """Everything that is written in one turn of the loop leaves together."""
        if not self.out:
            self.loop.call_soon(self._flush)
        self.out.append(header(len(body), command, status, sequence) + body)

    def _flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def _tick(self) -> None:
        """Give up what has waited too long, and see whether the other side lives."""
        moment = self.loop.time()
        self._expire(moment)
        if moment - self.heard_at >= self.timing.enquire * (self.missed + 1):
            if self.missed >= MISSED:
                log.warning("smpp.silent")
                self.transport.abort()
            self.missed += 1
            self.sequence = self.sequence % LAST_SEQUENCE + 1
            self._write(Command.ENQUIRE_LINK, Status.OK, self.sequence)
        if self.left_at is not None and moment - self.left_at > LEAVING:
            self.transport.abort()
        pause = min(1.0, *(seconds / 4 for seconds in self.timing))
        self.timer = self.loop.call_later(pause, self._tick)

    def _expire(self, moment: float) -> None:
        while self.waiting and moment - self.waiting[0].since > self.timing.wait:
            _fail(self.waiting.popleft().answer, NotSent())
        for sequence, request in list(self.open.items()):
            if moment - request.since <= self.timing.answer:
                break  # they stand in the order of their submission
            del self.open[sequence]
            _fail(request.answer, NoAnswer())
            if self.heard_at <= request.since:
                self.transport.abort()  # not one octet since: the line is dead
        self._fill()

    def _end_if_done(self) -> None:
        if self.left_at is not None and not self.open:
            self._flush()
            self.transport.close()


def _fail(answer: "asyncio.Future[Frame]", problem: Exception) -> None:
    if not answer.done():
        answer.set_exception(problem)
