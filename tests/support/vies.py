"""A small VIES on loopback: it answers as a test says, and records the questions."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

YES = {
    "countryCode": "PL",
    "vatNumber": "5260001246",
    "requestDate": "2026-11-22T17:00:00.000Z",
    "valid": True,
    "requestIdentifier": "WAPIAAAAaEDkvhHx",
    "name": "BAR MLECZNY",
    "address": "UL. DLUGA 1\n00-001 WARSZAWA",
}
NO = {**YES, "valid": False, "requestIdentifier": "", "name": "---", "address": "---"}


def fault(code: str) -> dict[str, Any]:
    """The answer of VIES when it has no result."""
    return {"actionSucceed": False, "errorWrappers": [{"error": code}]}


@dataclass
class Vies:
    """`body` is what it answers (bytes as they are, else JSON); `slow` seconds pass before."""

    url: str = ""
    body: Any = field(default_factory=lambda: dict(YES))
    status: int = 200
    slow: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[Vies]:
    """The server, for as long as a test takes."""
    vies = Vies()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answers(vies))
    server.daemon_threads = True
    vies.url = f"http://127.0.0.1:{server.server_port}/rest"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield vies
    finally:
        vies.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answers(vies: Vies) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            question = json.loads(self.rfile.read(length))
            vies.asked.append({"path": self.path, **question})
            vies.done.wait(vies.slow)
            body = vies.body if isinstance(vies.body, bytes) else json.dumps(vies.body).encode()
            try:
                self.send_response(vies.status)
                for name, value in {"Content-Type": "application/json", **vies.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                pass  # the client has gone

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Answers
