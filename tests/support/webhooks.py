"""A program that webhooks are sent to: a real HTTP server on this machine."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs.webhooks import deliverer
from promosms.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from promosms.services.webhooks import endpoints, noting

EVERY = tuple(WebhookEvent.CHOSEN)


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    headers: Mapping[str, str]
    body: bytes
    path: str

    @property
    def event(self) -> dict[str, Any]:
        """What it tells."""
        found: dict[str, Any] = json.loads(self.body)
        return found


Answers = Callable[["Receiver", Received], "tuple[int, dict[str, str]]"]


def takes_all(_receiver: "Receiver", _request: Received) -> tuple[int, dict[str, str]]:
    """Take everything."""
    return 204, {}


@dataclass
class Receiver:
    """What has come, and how it is answered."""

    url: str = ""
    answers: Answers = takes_all
    requests: list[Received] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The events and what they say, in their order."""
        return [(each.event["type"], each.event["data"]) for each in self.requests]

    @property
    def types(self) -> list[str]:
        """What has happened, in the order of the alphabet."""
        return sorted(each.event["type"] for each in self.requests)


@contextmanager
def receiving(answers: Answers = takes_all, certificate: Path | None = None) -> Iterator[Receiver]:
    """A server that notes what comes, and answers with a status; with a certificate over TLS."""
    receiver = Receiver(answers=answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(headers, body, self.path)
            receiver.requests.append(request)
            status, more = receiver.answers(receiver, request)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    host = "https://localhost" if certificate else "http://127.0.0.1"
    receiver.url = f"{host}:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def listen(
    account_id: int,
    url: str,
    *events: WebhookEvent,
    details: bool = False,
    sandbox: bool = False,
) -> WebhookEndpoint:
    """An endpoint of the account for these events, or for all of them."""
    wish = endpoints.Wish(url, events or EVERY, with_details=details, sandbox=sandbox)
    return endpoints.make(account_id, wish, "tests")


def deliver(app: Flask, seconds: float = 20.0) -> None:
    """Deliver what is due now, until nothing is under way; needs the setting `webhook_private`."""
    with app.app_context():
        if not _open:
            _open.append(deliverer.Deliverer())
        _open[0].allowed.clear()
        more = deliverer.deliver(_open[0], seconds, idle_seconds=0.0)
        db.session.remove()
        assert not more, "something is still under way"


def close() -> None:
    """End the threads of `deliver`."""
    while _open:
        _open.pop().close()


_open: list[deliverer.Deliverer] = []
"""The one that all tests use: to make its client takes longer than most of them."""


def note(*some: WebhookEndpoint) -> None:
    """An event for each of these endpoints."""
    with transaction() as session:
        for endpoint in some:
            noting.note_test(session, endpoint)


def answering(*statuses: int, **headers: str) -> "Answering":
    return Answering(
        list(statuses), {name.replace("_", "-"): value for name, value in headers.items()}
    )


class Answering:
    """Answers with these statuses, one after the other, and with the last one for ever."""

    def __init__(self, statuses: list[int], headers: dict[str, str]) -> None:
        self.statuses, self.headers = statuses, headers

    def __call__(self, _receiver: Receiver, _request: Received) -> tuple[int, dict[str, str]]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return status, self.headers


def rows() -> list[WebhookDelivery]:
    db.session.rollback()
    return list(db.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def row() -> WebhookDelivery:
    (found,) = rows()
    return found
