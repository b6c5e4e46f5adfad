"""Running everything that waits, in this process: the real jobs, queues, gateway and sweep."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from promosms import queue as job_queue
from promosms.extensions import db
from promosms.jobs import erasure, gateway_connections, tick
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayInboxRow,
    Import,
    Message,
)
from promosms.services.gateways import simulated_phone

OPEN_MESSAGES = ("queued", "sending", "sent", "unknown")


def erase(account_id: int) -> None:
    """Run the job of an erasure until the account is gone: a slice may be too short for all."""
    for _ in range(50):
        erasure.run(account_id)
        gone = db.session.get(Account, account_id) is None
        db.session.remove()
        if gone:
            return
    raise AssertionError("the account is still there")


@contextmanager
def open_gateways(app: Flask) -> Iterator[list[int]]:
    """Hold the connections of all gateways open in this process."""
    with app.app_context():
        ids = list(db.session.scalars(select(Gateway.id)))
    try:
        for gateway_id in ids:
            gateway_connections.open_connection(app, gateway_id)
        yield ids
    finally:
        for gateway_id in ids:
            gateway_connections.close_connection(gateway_id)


def work_once(app: Flask, gateways: list[int]) -> None:
    """One tick, then every queue until it is empty."""
    with app.app_context():
        tick.tick()
        names = ["work", "receive", "mail", *(job_queue.gateway_queue(i) for i in gateways)]
        queues = [
            Queue(n, connection=job_queue.connection(), serializer=JSONSerializer) for n in names
        ]
        db.session.remove()
    for queue in queues:
        drain(app, queue)


def drain(app: Flask, queue: Queue) -> None:
    """Run the jobs of a queue, each in a fresh application context like a worker does."""
    while dequeued := Queue.dequeue_any(
        [queue], None, connection=queue.connection, serializer=JSONSerializer
    ):
        with app.app_context():
            dequeued[0].perform()
            db.session.remove()


def quiet(app: Flask) -> bool:
    """Is all work done, except what only waits for its time?"""
    with app.app_context():
        waiting = [
            select(func.count()).where(Message.status.in_(("queued", "sending"))),
            select(func.count()).where(
                Message.status == "sent", Message.phone.not_like("%00005"), Message.gateway_id > 0
            ),
            select(func.count()).select_from(GatewayInboxRow),
            select(func.count()).where(Campaign.status == CampaignStatus.PREPARING),
            select(func.count()).where(Import.status.in_(("queued", "running"))),
        ]
        counts = [db.session.scalar(query) or 0 for query in waiting]
        network = simulated_phone.store()
        db.session.remove()
    return not any(counts) and not network.due_receipts(1) and not network.new_replies(1)


def settle(app: Flask, seconds: float = 180.0, until: Callable[[], bool] | None = None) -> None:
    """Work until nothing waits, or `until` says so; raises when the time is over before that.

    Otherwise "nothing was sent" would also hold where nothing ran.
    """
    end = time.monotonic() + seconds
    calm = 0
    with open_gateways(app) as gateways:
        while calm < 2:
            if time.monotonic() > end:
                raise AssertionError(f"something still waits after {seconds:g} seconds")
            work_once(app, gateways)
            done = until() if until else quiet(app)
            calm = calm + 1 if done else 0
            if until and done:
                return
            if not done:
                time.sleep(0.05)
