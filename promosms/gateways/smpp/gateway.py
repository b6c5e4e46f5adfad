"""The gateway: texts into submit_sm, answers into references, deliveries into events."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from promosms.gateways.base import Emit, Gateway, GatewayError, OutboundSms, Trouble
from promosms.gateways.smpp import errors, receipts
from promosms.gateways.smpp.codes import Command, Status
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.intake import Intake
from promosms.gateways.smpp.link import CLOSING, Link
from promosms.gateways.smpp.parts import Parts
from promosms.gateways.smpp.pdus import Named
from promosms.gateways.smpp.session import NoAnswer, NotSent, Session
from promosms.gateways.smpp.settings import BindAs, Settings

HOLD_SECONDS = 1.0
"""No submission for so long after the SMSC found us too fast."""

Fate = Frame | BaseException


class SmppGateway(Gateway):
    """A line to an SMSC; see Settings for what can be set."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = Settings.read(settings)
        self.parts = Parts(self.settings)
        self.links: list[Link] = []
        self.intake: Intake | None = None

    @property
    def ready(self) -> bool:
        """Is the session for submissions bound?"""
        return bool(self.links) and self.links[0].bound.is_set()

    async def open(self, emit: Emit) -> None:
        """Bind. Raises BindRefused on wrong credentials; otherwise keeps trying by itself."""
        self.intake = Intake(self.settings, emit)
        commands = [Command.BIND_TRANSCEIVER]
        if self.settings.bind is BindAs.TX_RX:
            commands = [Command.BIND_TRANSMITTER, Command.BIND_RECEIVER]
        self.links = [Link(self.settings, command, self.intake.take) for command in commands]
        try:
            for link in self.links:
                await link.open()
        except BaseException:
            await self.close()
            raise

    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """Submit all parts of a text, one directly after the other.

        A text of which only some parts were taken raises UNKNOWN with the reason "partly": it
        must not go out again as a whole.
        """
        fates = await self._submit(self.parts.bodies(sms))
        answers = [fate for fate in fates if isinstance(fate, Frame)]
        accepted = [answer for answer in answers if answer.status == Status.OK]
        if len(accepted) == len(fates):
            ids = self.settings.ids
            return tuple(receipts.of_answer(Named.read(a.body).name, ids) for a in accepted)
        if any(isinstance(fate, NoAnswer) for fate in fates):
            raise GatewayError(Trouble.UNKNOWN, "no_answer")
        if accepted:
            raise GatewayError(Trouble.UNKNOWN, "partly")
        raise self._refusal(answers)

    async def close(self) -> None:
        """Wait for the answers under way, store what has come, unbind."""
        await asyncio.gather(*(link.settle() for link in self.links))
        if self.intake:
            await self.intake.close(CLOSING)
        await asyncio.gather(*(link.close() for link in self.links))

    async def _submit(self, bodies: Sequence[bytes]) -> list[Fate]:
        """What became of each part. While nothing was written another session may be tried."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.settings.wait_seconds
        while True:
            session = await self._session(end - loop.time())
            fates = await _fates(session.submit(bodies))
            self._react(session, fates)
            unsent = all(isinstance(fate, NotSent) for fate in fates)
            if not unsent or loop.time() >= end:
                return fates

    async def _session(self, seconds: float) -> Session:
        try:
            return await self.links[0].usable(seconds)
        except NotSent:
            raise GatewayError(Trouble.TEMPORARY, "not_bound") from None

    def _react(self, session: Session, fates: Sequence[Fate]) -> None:
        """Slow down where the SMSC asks for it, bind anew where the session is at fault."""
        for fate in fates:
            if isinstance(fate, Frame) and fate.status:
                if self._refusal([fate]).trouble is Trouble.THROTTLED:
                    session.hold(HOLD_SECONDS)
                elif fate.status in errors.SESSION:
                    session.leave()

    def _refusal(self, answers: Sequence[Frame]) -> GatewayError:
        """The error of a text that nobody took: permanent if one part will never be."""
        found = [errors.refusal(answer.status, self.settings.errors) for answer in answers]
        found.sort(key=lambda error: error.trouble is not Trouble.PERMANENT)
        return found[0] if found else GatewayError(Trouble.TEMPORARY, "not_sent")


async def _fates(answers: Sequence["asyncio.Future[Frame]"]) -> list[Fate]:
    """What became of each part; most texts have one, for which gather would be a detour."""
    if len(answers) > 1:
        return list(await asyncio.gather(*answers, return_exceptions=True))
    try:
        return [await answers[0]]
    except (NotSent, NoAnswer) as problem:
        return [problem]
