"""Workers: signs of life, so that a page can say when one is missing."""

import os
import re
from datetime import timedelta
from difflib import get_close_matches

from sqlalchemy import select

from promosms import queue as job_queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, Worker, now
from promosms.settings import settings

SILENT = timedelta(seconds=45)
TICK = "tick"
QUEUES = ("work", "receive", "mail", "webhooks")
"""The queues besides those of the gateways."""
# systemd allows no slash in the name of a unit, so a colon does too.
GATEWAY = re.compile(r"gateway-(\d{1,9})(?:[/:](\d{1,9}))?")


def beat(name: str, connected: bool = False) -> None:
    """Note that a worker is alive, and whether its gateway connection is open."""
    with transaction() as session:
        worker = session.get(Worker, name)
        if worker is None:
            session.add(Worker(name=name, pid=os.getpid(), connected=connected))
            return
        # In a container the process may have the same number every time.
        if worker.pid != os.getpid() or worker.seen_at < now() - SILENT:
            worker.pid, worker.started_at = os.getpid(), now()
        worker.seen_at, worker.connected = now(), connected


def why_not(name: str) -> str:
    """Why there can be no worker of this name, as one line; empty if there can be one."""
    if name in QUEUES:
        return ""
    if (gateway_id := gateway_of(name)) is None:
        near = get_close_matches(name, (*QUEUES, "gateway-1"), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(QUEUES)}, gateway-1 …"
        return f"There is no worker {name!r}; {hint}"
    gateway = db.session.get(Gateway, gateway_id)
    if gateway is None:
        return f"There is no gateway {gateway_id}; `gateway list` shows all."
    if proper(name) not in names_of(gateway):
        number = f"{gateway.connections} connection{'s' if gateway.connections > 1 else ''}"
        return f"{gateway.name} has {number}: {', '.join(names_of(gateway))}."
    return ""


def connection_of(name: str) -> int:
    """The number of the connection whose worker has this name, from 1."""
    match = GATEWAY.fullmatch(name)
    return int(match[2] or 1) if match else 1


def gateway_of(name: str) -> int | None:
    """The id of the gateway whose worker has this name; None for the workers of other queues."""
    match = GATEWAY.fullmatch(name)
    return int(match[1]) if match else None


def proper(name: str) -> str:
    """The name under which a worker gives signs of life: "gateway-1:1" is "gateway-1"."""
    match = GATEWAY.fullmatch(name)
    return name_of(int(match[1]), int(match[2] or 1)) if match else name


def name_of(gateway_id: int, connection: int) -> str:
    """The worker of a connection, counted from 1: "gateway-1", "gateway-1/2", …"""
    queue = job_queue.gateway_queue(gateway_id)
    return queue if connection == 1 else f"{queue}/{connection}"


def names_of(gateway: Gateway) -> list[str]:
    """The workers of a gateway: one for each connection."""
    return [name_of(gateway.id, number) for number in range(1, gateway.connections + 1)]


def works(gateway: Gateway) -> bool:
    """Does it send at all? The simulator does not in production, where people wait for texts."""
    return gateway.kind != "simulator" or not settings.production


def expected() -> list[str]:
    """The names of the workers that this installation needs, and of the tick."""
    gateways = [
        gateway
        for gateway in db.session.scalars(select(Gateway).order_by(Gateway.id))
        if works(gateway)
    ]
    return [
        *QUEUES,
        TICK,
        *(name for gateway in gateways for name in names_of(gateway)),
    ]


def missing() -> list[str]:
    """Those that have given no sign of life for 45 seconds."""
    alive = set(db.session.scalars(select(Worker.name).where(Worker.seen_at > now() - SILENT)))
    return [name for name in expected() if name not in alive]


def connected() -> set[str]:
    """Workers of gateways with an open connection, if their last sign of life is recent."""
    query = select(Worker.name).where(Worker.connected, Worker.seen_at > now() - SILENT)
    return set(db.session.scalars(query))
