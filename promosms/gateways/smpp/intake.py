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
from promosms.gateways.smpp.inbound import Joiner
from promosms.gateways.smpp.pdus import read_delivered
from promosms.gateways.smpp.session import Session
from promosms.gateways.smpp.settings import Settings

log = logging.getLogger(__name__)

BATCH = 500
MOST = 10_000
"""Deliveries in memory; those beyond are sent away, to come again later."""


class Delivery(NamedTuple):
    """A deliver_sm or data_sm and the session that brought it."""

    session: Session
    frame: Frame

    def answer(self, status: int) -> None:
        """Answer it. Where the session has ended the SMSC will bring it again."""
        self.session.answer(self.frame, status)


class Stored(NamedTuple):
    """What is to be stored, and the deliveries that are answered when that is done."""

    events: list[Event]
    deliveries: list[Delivery]


class Intake:
    """Stores batch after batch in the order of arrival."""

    def __init__(self, settings: Settings, emit: Emit) -> None:
        self.settings = settings
        self.emit = emit
        self.joiner: Joiner[Delivery] = Joiner(settings.join_seconds, settings.alphabet)
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
            pause = self.settings.join_seconds / 4 if self.joiner.pending() else None
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.news.wait()
            found = Stored([], [])
            for _ in range(min(len(self.queue), BATCH)):
                self._take(self.queue.popleft(), found)
            for joined in self.joiner.due(self.loop.time()):
                found.events.append(joined.event)
                found.deliveries.extend(joined.deliveries)
            await self._store(found)
            if not self.queue:
                self.news.clear()

    def _take(self, delivery: Delivery, found: Stored) -> None:
        try:
            self._read(delivery, found)
        except Exception:  # whatever a stranger wrote must not end the intake
            log.exception("smpp.unreadable")
            delivery.answer(Status.NEVER_AGAIN)

    def _read(self, delivery: Delivery, found: Stored) -> None:
        delivered = read_delivered(delivery.frame.command, delivery.frame.body)
        told = receipts.report(delivered)
        if told is None:
            joined = self.joiner.add(delivered, delivery, self.loop.time())
            if joined:
                found.events.append(joined.event)
                found.deliveries.extend(joined.deliveries)
            return
        event = receipts.receipt(told, self.settings)
        found.deliveries.append(delivery)
        if event:
            found.events.append(event)

    async def _store(self, found: Stored) -> None:
        status = Status.OK
        if found.events:
            try:
                await self.emit(found.events)
            except Exception:
                log.exception("smpp.not_stored")
                status = Status.TRY_AGAIN
        for delivery in found.deliveries:
            delivery.answer(status)
