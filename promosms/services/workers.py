"""Workers: signs of life, so that a page can say when one is missing."""

import os
from datetime import timedelta

from sqlalchemy import select

from promosms import bell
from promosms.database import transaction
from promosms.extensions import db
from promosms.models import Gateway, Worker, now

SILENT = timedelta(seconds=45)
TICK = "tick"


def beat(name: str) -> None:
    """Note that the worker of this queue is alive."""
    with transaction() as session:
        worker = session.get(Worker, name)
        if worker is None:
            session.add(Worker(name=name, pid=os.getpid()))
            return
        if worker.pid != os.getpid():
            worker.pid, worker.started_at = os.getpid(), now()
        worker.seen_at = now()


def expected() -> list[str]:
    """The queues that need a worker, and the tick."""
    gateways = db.session.scalars(select(Gateway.id).order_by(Gateway.id))
    return ["work", "receive", "mail", TICK, *(bell.gateway_queue(gateway) for gateway in gateways)]


def missing() -> list[str]:
    """Queues whose worker has given no sign of life for 45 seconds."""
    alive = set(db.session.scalars(select(Worker.name).where(Worker.seen_at > now() - SILENT)))
    return [name for name in expected() if name not in alive]
