"""The line of this process: the gateway that a gateway worker keeps open."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from promosms import queue
from promosms.extensions import db
from promosms.gateways import KINDS
from promosms.gateways.base import Event
from promosms.gateways.connection import Line
from promosms.models import Gateway
from promosms.services.gateways import credentials, simulated_phone, webhooks
from promosms.services.inbox import gateway_inbox

RING_SECONDS = 0.05


@dataclass(frozen=True)
class OpenLine:
    """An open gateway and how many submissions may be open on it."""

    gateway_id: int
    line: Line
    window: int


_open: dict[int, OpenLine] = {}


def current(gateway_id: int) -> OpenLine | None:
    """The open line to a gateway, if this process holds it."""
    return _open.get(gateway_id)


def open_line(app: Flask, gateway_id: int) -> OpenLine:
    """Open a connection to the gateway and keep it, with its part of the gateway's rate.

    Raises LookupError if there is no such gateway, ValueError if its settings cannot be used,
    GatewayError if it cannot be reached.
    """
    with app.app_context():
        gateway = db.session.get(Gateway, gateway_id)
        if gateway is None or gateway.kind not in KINDS:
            raise LookupError(gateway_id)
        settings = {**credentials.opened(gateway), **webhooks.open_settings(gateway)}
        settings |= simulated_phone.gateway_settings() if gateway.kind == "simulator" else {}
        adapter = KINDS[gateway.kind](settings)
        line = Line(adapter, Sink(app, gateway_id), max(1, gateway.rate / gateway.connections))
        window = gateway.window
    line.open()
    _open[gateway_id] = OpenLine(gateway_id, line, window)
    return _open[gateway_id]


def close_line(gateway_id: int) -> None:
    """Close the gateway, if it is open."""
    found = _open.pop(gateway_id, None)
    if found:
        found.line.close()


class Sink:
    """Stores what a gateway tells, and rings for it: once in a while, not for every handful."""

    def __init__(self, app: Flask, gateway_id: int) -> None:
        self.app = app
        self.gateway_id = gateway_id
        self.lock = threading.Lock()
        self.ringing = False

    def __call__(self, received: Sequence[Event]) -> None:
        """Store; the gateway acknowledges when this has returned."""
        with self.app.app_context():
            gateway_inbox.store(self.gateway_id, received)
        with self.lock:
            if self.ringing:
                return
            self.ringing = True
        timer = threading.Timer(RING_SECONDS, self._ring)
        timer.daemon = True
        timer.start()

    def _ring(self) -> None:
        with self.lock:
            self.ringing = False
        with self.app.app_context():
            queue.wake("receive", "receive.run")
