"""The gateway connections of this process, which the worker of a gateway keeps open."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from promosms import queue
from promosms.extensions import db
from promosms.gateways import KINDS
from promosms.gateways.base import BadSettings, InboxEvent
from promosms.gateways.connection import GatewayConnection
from promosms.models import Gateway
from promosms.services.gateways import (
    countries,
    credentials,
    simulated_phone,
    speed,
    webhooks,
    workers,
)
from promosms.services.inbox import gateway_inbox

WAKE_SECONDS = 0.05


@dataclass(frozen=True)
class OpenConnection:
    """An open gateway connection, and how many texts may be under way on it."""

    gateway_id: int
    connection: GatewayConnection
    window: int


_open: dict[int, OpenConnection] = {}


def current(gateway_id: int) -> OpenConnection | None:
    """The open connection to a gateway, if this process has it."""
    return _open.get(gateway_id)


def open_connection(app: Flask, gateway_id: int) -> OpenConnection:
    """Open a connection to a gateway and keep it. Connections share the rate of the gateway.

    Raises LookupError if there is no such gateway, ValueError if its settings cannot be used,
    GatewayError if it cannot be reached.
    """
    with app.app_context():
        gateway = db.session.get(Gateway, gateway_id)
        if gateway is None or gateway.kind not in KINDS:
            raise LookupError(gateway_id)
        if not workers.works(gateway):
            raise BadSettings(
                "The simulator sends nothing in production: gateway add connects one."
            )
        settings = {**credentials.decrypted(gateway), **webhooks.open_settings(gateway)}
        settings |= countries.for_adapter(gateway)
        settings |= {"window": str(gateway.window)} if gateway.kind == "smpp" else {}
        settings |= simulated_phone.gateway_settings() if gateway.kind == "simulator" else {}
        adapter = KINDS[gateway.kind](settings)
        connection = GatewayConnection(
            adapter,
            Sink(app, gateway_id),
            speed.of_each(gateway),
            gateway.connections,
        )
        window = gateway.window
    connection.open()
    _open[gateway_id] = OpenConnection(gateway_id, connection, window)
    return _open[gateway_id]


def close_connection(gateway_id: int) -> None:
    """Close the connection, if it is open."""
    open_ = _open.pop(gateway_id, None)
    if open_:
        open_.connection.close()


class Sink:
    """Stores receipts and replies and wakes the worker for them, at most once in 50 ms."""

    def __init__(self, app: Flask, gateway_id: int) -> None:
        self.app = app
        self.gateway_id = gateway_id
        self.lock = threading.Lock()
        self.waking = False

    def __call__(self, received: Sequence[InboxEvent]) -> None:
        """Store; the gateway acknowledges when this has returned."""
        with self.app.app_context():
            gateway_inbox.store(self.gateway_id, received)
        with self.lock:
            if self.waking:
                return
            self.waking = True
        timer = threading.Timer(WAKE_SECONDS, self._wake)
        timer.daemon = True
        timer.start()

    def _wake(self) -> None:
        with self.lock:
            self.waking = False
        with self.app.app_context():
            queue.wake("receive", "receive.run")
