"""The intake: deliveries of the SMSC are stored first and answered afterwards."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import NamedTuple

from promosms.gateways.base import Emit, InboxEvent
from promosms.gateways.smpp import receipts
from promosms.gateways.smpp.codes import Status
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.inbound import inbound
from promosms.gateways.smpp.pdus import Delivered, read_delivered
from promosms.gateways.smpp.session import Session
from promosms.gateways.smpp.settings import Settings

log = logging.getLogger(__name__)

BATCH = 500
GATHER = 0.005
"""Seconds to collect deliveries for one transaction, because each transaction has its cost."""

MOST = 10_000
"""Most deliveries in memory; the SMSC is asked to repeat others later."""


class Delivery(NamedTuple):
    """A deliver_sm or data_sm and the session that brought it."""

    session: Session
    frame: Frame

    def answer(self, status: int) -> None:
        """Answer it. If the session has ended, the SMSC delivers it again."""
        self.session.answer(self.frame, status)


class Intake:
    """Stores batch after batch in the order of arrival."""

    def __init__(self, settings: Settings, emit: Emit) -> None:
        self.settings = settings
        self.emit = emit
        self.queue: deque[Delivery] = deque()
        self.news = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.worker = asyncio.create_task(self._work())

    def take(self, session: Session, frame: Frame) -> None:
        """Accept a delivery."""
        delivery = Delivery(session, frame)
        if len(self.queue) >= MOST:
            delivery.answer(Status.TRY_AGAIN)
            return
        self.queue.append(delivery)
        self.news.set()

    async def close(self, seconds: float) -> None:
        """Store the queue, then stop. The SMSC delivers again what was not answered."""
        end = self.loop.time() + seconds
        while (self.queue or self.news.is_set()) and self.loop.time() < end:
            await asyncio.sleep(0.01)
        self.worker.cancel()
        with suppress(asyncio.CancelledError):
            await self.worker

    async def _work(self) -> None:
        while True:
            await self.news.wait()
            if len(self.queue) < BATCH:
                await asyncio.sleep(GATHER)
            batch = [self.queue.popleft() for _ in range(min(len(self.queue), BATCH))]
            await self._store(batch)
            if not self.queue:
                self.news.clear()

    async def _store(self, batch: list[Delivery]) -> None:
        events, read = [], []
        for delivery in batch:
            try:
                frame = delivery.frame
                event = event_of(read_delivered(frame.command, frame.body), self.settings)
            except Exception:  # a PDU that cannot be read must not stop the intake
                log.exception("smpp.unreadable")
                delivery.answer(Status.NEVER_AGAIN)
                continue
            read.append(delivery)
            if event:
                events.append(event)
        status = await self._emitted(events)
        for delivery in read:
            delivery.answer(status)

    async def _emitted(self, events: list[InboxEvent]) -> int:
        try:
            if events:
                await self.emit(events)
        except Exception:
            log.exception("smpp.not_stored")
            return Status.TRY_AGAIN
        return Status.OK


def event_of(delivered: Delivered, settings: Settings) -> InboxEvent | None:
    """The receipt or reply in a delivery; None for a receipt without a final status."""
    report = receipts.report(delivered, settings.country)
    if report is not None and report.marked:
        return receipts.receipt(report, settings)
    reply = inbound(delivered, settings.alphabet, settings.country)
    return reply if report is None else receipts.unmarked(report, settings, reply)
