"""The simulator: a gateway to a network that exists on this machine only.

What happens to a text is decided by the last five digits of its number, see `OUTCOMES`.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from promosms.gateways.base import (
    Emit,
    ErrorClass,
    Gateway,
    GatewayError,
    Inbound,
    InboxEvent,
    OutboundSms,
    Receipt,
    ReceiptStatus,
    Resend,
)
from promosms.gateways.simulator_store import Place, SimulatorStore, Taken

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What the simulated network does with a text."""

    DELIVERED = "delivered"
    REJECTED = "rejected"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    SLOW = "slow"
    NO_RECEIPT = "no_receipt"
    LOST_ANSWER = "lost_answer"
    BUSY = "busy"


OUTCOMES = {
    "00001": Outcome.REJECTED,
    "00002": Outcome.UNDELIVERED,
    "00003": Outcome.EXPIRED,
    "00004": Outcome.SLOW,
    "00005": Outcome.NO_RECEIPT,
    "00006": Outcome.LOST_ANSWER,
    "00007": Outcome.BUSY,
}
RECEIPTS = {
    Outcome.UNDELIVERED: ReceiptStatus.UNDELIVERED,
    Outcome.EXPIRED: ReceiptStatus.EXPIRED,
}
SLOWER = 30  # a slow receipt takes as many times as long


def outcome_of(phone: str) -> Outcome:
    """What will happen to a text to this number."""
    return OUTCOMES.get(phone[-5:], Outcome.DELIVERED)


class Simulator(Gateway):
    """Settings: path, key (of the store), receipt_seconds, answer_seconds, poll_seconds; resend.

    `resend` is what this network does with a text that it is given twice: `dedupe` takes it once
    and gives the same references again, `lookup` can be asked for it, `never` (as is) takes both.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.store = SimulatorStore(Path(settings["path"]), settings["key"])
        self.receipt_seconds = float(settings.get("receipt_seconds", 1.0))
        self.answer_seconds = float(settings.get("answer_seconds", 0.005))
        self.poll_seconds = float(settings.get("poll_seconds", 0.2))
        self.mode = self.resend(settings)
        self.waiting: list[tuple[Taken, asyncio.Future[Place]]] = []
        self.pump: asyncio.Task[None] | None = None

    @classmethod
    def resend(cls, settings: Mapping[str, Any]) -> Resend:
        """As the settings say."""
        return Resend(settings.get("resend", Resend.NEVER))

    @classmethod
    def can_flash(cls, settings: Mapping[str, Any]) -> bool:
        """The simulated phone shows which texts are."""
        return True

    @classmethod
    def can_limit_validity(cls, settings: Mapping[str, Any]) -> bool:
        """A phone that is off gets nothing later in any case."""
        return True

    async def open(self, emit: Emit) -> None:
        """Begin to deliver receipts and replies."""
        self.pump = asyncio.create_task(self._pump(emit))

    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """Take a text, or do what its number asks for."""
        await asyncio.sleep(self.answer_seconds)
        outcome = outcome_of(sms.phone)
        if outcome is Outcome.REJECTED:
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        if outcome is Outcome.BUSY and self.store.refuse_once(sms.our_reference):
            raise GatewayError(ErrorClass.TEMPORARY, "busy")
        place = await self._take(sms, outcome)
        if outcome is Outcome.LOST_ANSWER and place.new:
            raise GatewayError(ErrorClass.UNKNOWN, "no_answer")
        return references(place.number, sms.parts)

    async def lookup(self, sms: OutboundSms) -> tuple[str, ...] | None:
        """The references of a text that the network has; None if it has none of ours."""
        if self.mode is not Resend.LOOKUP:
            return None
        await asyncio.sleep(self.answer_seconds)
        number = self.store.find(sms.our_reference)
        return None if number is None else references(number, sms.parts)

    async def close(self) -> None:
        """Stop delivering; what is due stays in the store for the next start."""
        if self.pump:
            self.pump.cancel()
            with suppress(asyncio.CancelledError):
                await self.pump
        self.store.close()

    async def _take(self, sms: OutboundSms, outcome: Outcome) -> Place:
        seconds = self.receipt_seconds * (SLOWER if outcome is Outcome.SLOW else 1)
        due = None if outcome is Outcome.NO_RECEIPT else time.time() + seconds
        status = RECEIPTS.get(outcome, ReceiptStatus.DELIVERED)
        taken = Taken(
            *(sms.our_reference, sms.sender, sms.phone, sms.text, sms.parts),
            *(outcome, due, status, sms.flash),
        )
        loop = asyncio.get_running_loop()
        if not self.waiting:
            loop.call_soon(self._flush)
        future: asyncio.Future[Place] = loop.create_future()
        self.waiting.append((taken, future))
        return await future

    def _flush(self) -> None:
        """Write the texts of one turn of the loop in one transaction."""
        batch, self.waiting = self.waiting, []
        texts = [taken for taken, _ in batch]
        places = self.store.take(texts, once=self.mode is Resend.DEDUPE)
        for (_, future), place in zip(batch, places, strict=True):
            if not future.done():
                future.set_result(place)

    async def _pump(self, emit: Emit) -> None:
        while True:
            try:
                busy = await self._receipts(emit) + await self._replies(emit)
            except Exception:  # not stored, so not acknowledged: it remains due
                log.exception("simulator.not_stored")
                await asyncio.sleep(1)
                continue
            await asyncio.sleep(0 if busy else self.poll_seconds)

    async def _receipts(self, emit: Emit) -> int:
        due = self.store.due_receipts()
        events: list[InboxEvent] = [
            Receipt(reference, our_reference, ReceiptStatus(status))
            for number, our_reference, parts, status in due
            for reference in references(number, parts)
        ]
        if events:
            await emit(events)
            self.store.receipted(number for number, *_ in due)
        return len(due)

    async def _replies(self, emit: Emit) -> int:
        new = self.store.new_replies()
        events: list[InboxEvent] = [
            Inbound(f"reply-{number}", phone, to, text) for number, phone, to, text in new
        ]
        if events:
            await emit(events)
            self.store.replied(number for number, *_ in new)
        return len(new)


def references(number: int, parts: int) -> tuple[str, ...]:
    """The reference of the network for each part of a text."""
    return tuple(f"sim-{number}-{part}" for part in range(1, parts + 1))
