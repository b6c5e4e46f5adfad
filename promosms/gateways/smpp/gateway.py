"""The SMPP gateway: submits messages, and passes receipts and replies on."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from promosms.gateways.base import Answer, Emit, ErrorClass, Gateway, GatewayError, OutboundSms
from promosms.gateways.smpp import errors
from promosms.gateways.smpp.attempts import Attempt, reference
from promosms.gateways.smpp.codes import Command
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.intake import Intake
from promosms.gateways.smpp.link import CLOSING, BindRefused, Link
from promosms.gateways.smpp.parts import Parts
from promosms.gateways.smpp.session import NotSent
from promosms.gateways.smpp.settings import OFFERED, REQUIRED, Alphabet, BindAs, Settings

log = logging.getLogger(__name__)

HOLD_SECONDS = 1.0
"""Seconds without a submission after the SMSC has throttled us."""
IN_A_ROW = 4
"""So many texts must be throttled for that: some SMSCs throttle one here and there."""
UNBOUND_SECONDS = 0.1
"""After so long a text may be tried again that found no session: none is claimed without one."""
ONE = range(1, 2)
"""The part numbers of a text of one part."""


class SmppGateway(Gateway):
    """A client of an SMSC; its settings are described in Settings."""

    required = frozenset(REQUIRED)
    optional = frozenset(item.name for item in fields(Settings)) - required
    offered = OFFERED

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = Settings.read(settings)
        self.parts = Parts(self.settings)
        self.links: list[Link] = []
        self.intake: Intake | None = None
        self.tasks: dict[Attempt, asyncio.Task[None]] = {}
        """The texts that wait for a session."""
        self.throttled = 0
        """How many of the last answers, without another between, say that we are too fast."""

    @classmethod
    def can_flash(cls, settings: Mapping[str, Any]) -> bool:
        """A message class needs the default alphabet, or UCS-2 (GSM 03.38, section 4)."""
        read = Settings.read(settings)
        return read.alphabet is Alphabet.GSM7 and read.data_coding <= 0

    @classmethod
    def can_limit_validity(cls, settings: Mapping[str, Any]) -> bool:
        """In the field validity_period; not if it is left to the provider, who may refuse it."""
        return Settings.read(settings).validity_hours > 0

    @property
    def ready(self) -> bool:
        """Is the session for submissions bound?"""
        return bool(self.links) and self.links[0].bound.is_set()

    async def open(self, emit: Emit) -> None:
        """Bind. Raises BindRefused if the credentials are wrong; otherwise it keeps trying."""
        self.loop = asyncio.get_running_loop()
        self.intake = Intake(self.settings, emit)
        commands = [Command.BIND_TRANSCEIVER]
        if self.settings.bind is BindAs.TX_RX:
            commands = [Command.BIND_TRANSMITTER, Command.BIND_RECEIVER]
        self.links = [
            Link(self.settings, command, self.intake.take, self.on_change) for command in commands
        ]
        try:
            for link in self.links:
                await link.open()
        except BaseException:
            await self.close()
            raise

    def begin(self, sms: OutboundSms, done: Callable[[Answer], None]) -> None:
        """Submit the parts of a text that were not taken before, without anything between them."""
        self._start(sms, done)

    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """The same, and wait for the answer. If it is cancelled, no more parts are written."""
        answered: asyncio.Future[Answer] = self.loop.create_future()

        def done(answer: Answer) -> None:
            if not answered.done():
                answered.set_result(answer)

        attempt = self._start(sms, done)
        try:
            answer = await answered
        except asyncio.CancelledError:
            if attempt:
                self._withdraw(attempt)
            raise
        if answer.error_class:
            raise GatewayError(
                answer.error_class, answer.reason, taken=answer.taken, opted_out=answer.opted_out
            )
        return answer.references

    async def close(self) -> None:
        """Wait for answers, store the deliveries that have arrived, unbind."""
        await asyncio.gather(*(link.settle() for link in self.links))
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        if self.intake:
            await self.intake.close(CLOSING)
        await asyncio.gather(*(link.close() for link in self.links))

    def _start(self, sms: OutboundSms, done: Callable[[Answer], None]) -> Attempt | None:
        """Begin an attempt; None if the text cannot be encoded, or if no part is left to submit."""
        try:
            bodies = self.parts.bodies(sms)
        except GatewayError as problem:
            done(Answer.of(problem))
            return None
        until = self.loop.time() + self.settings.wait_seconds
        attempt = Attempt(sms, bodies, until, self._done, done)
        if not attempt.bodies:
            done(attempt.answer(self.settings))
            return None
        session = self.links[0].session
        if session and session.usable:
            attempt.submit(session)
        else:
            self._wait(attempt)
        return attempt

    def _done(self, attempt: Attempt) -> None:
        """All parts have their outcome. If nothing was written, another session may be tried."""
        outcome = attempt.outcomes[0]
        if isinstance(outcome, Frame) and not outcome.status and attempt.numbers == ONE:
            self.throttled = 0
            attempt.report(Answer((reference(outcome, self.settings),)))  # the usual case
            return
        self._react(attempt)
        if attempt.unsent and self.loop.time() < attempt.until:
            self._wait(attempt)
        else:
            attempt.report(attempt.answer(self.settings))

    def _react(self, attempt: Attempt) -> None:
        """Hold if the SMSC throttles text after text; bind again if the session is at fault.

        A few throttled texts among others that are taken are left to the rate limiter.
        """
        assert attempt.session
        refusals = attempt.refusals(self.settings)
        too_fast = any(error.error_class is ErrorClass.THROTTLED for error in refusals)
        self.throttled = self.throttled + 1 if too_fast else 0
        if self.throttled >= IN_A_ROW:
            attempt.session.hold(HOLD_SECONDS)
        if any(isinstance(f, Frame) and f.status in errors.SESSION for f in attempt.outcomes):
            attempt.session.leave()

    def _wait(self, attempt: Attempt) -> None:
        self.tasks[attempt] = self.loop.create_task(self._waited(attempt))

    async def _waited(self, attempt: Attempt) -> None:
        """Wait for a session until the attempt times out, then submit."""
        error_class, reason = ErrorClass.TEMPORARY, "not_bound"
        session, wait = None, None
        try:
            session = await self.links[0].usable(attempt.until - self.loop.time())
        except BindRefused as refused:
            error_class, reason = refused.error_class, refused.reason
        except NotSent:
            wait = UNBOUND_SECONDS
        finally:
            del self.tasks[attempt]
        if session:
            attempt.submit(session)
        else:
            taken = attempt.sms.taken
            attempt.report(Answer(error_class=error_class, reason=reason, taken=taken, wait=wait))

    def _withdraw(self, attempt: Attempt) -> None:
        if task := self.tasks.get(attempt):
            task.cancel()
        elif attempt.session:
            attempt.session.withdraw(attempt.part_done)
