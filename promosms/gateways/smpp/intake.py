"""The intake: deliveries of the SMSC are stored first and answered afterwards."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import NamedTuple

from promosms.gateways.base import Emit, Event
from promosms.gateways.smpp import receipts
from promosms.gateways.smpp.codes import Status
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.inbound import inbound
from promosms.gateways.smpp.pdus import read_delivered
from promosms.gateways.smpp.session import Session
from promosms.gateways.smpp.settings import Settings

log = logging.getLogger(__name__)

BATCH = 500
GATHER = 0.005
"""Seconds for which a handful waits for others: what is stored costs by the transaction."""

MOST = 10_000
"""Deliveries in memory; those beyond are sent away, to come again later."""


class Delivery(NamedTuple):
    """A deliver_sm or data_sm and the session that brought it."""

    session: Session
    frame: Frame

    def answer(self, status: int) -> None:
        """Answer it. Where the session has ended the SMSC will bring it again."""
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
        """Store what is there, then stop; what remains has no answer and comes again."""
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
                event = self._event(delivery.frame)
            except Exception:  # whatever a stranger wrote must not end the intake
                log.exception("smpp.unreadable")
                delivery.answer(Status.NEVER_AGAIN)
                continue
            read.append(delivery)
            if event:
                events.append(event)
        status = await self._emitted(events)
        for delivery in read:
            delivery.answer(status)

    def _event(self, frame: Frame) -> Event | None:
        """What a delivery tells; None of a receipt that decides nothing."""
        delivered = read_delivered(frame.command, frame.body)
        told = receipts.report(delivered)
        if told is None:
            return inbound(delivered, self.settings.alphabet)
        return receipts.receipt(told, self.settings)

    async def _emitted(self, events: list[Event]) -> int:
        try:
            if events:
                await self.emit(events)
        except Exception:
            log.exception("smpp.not_stored")
            return Status.TRY_AGAIN
        return Status.OK
