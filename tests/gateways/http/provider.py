"""A provider on this machine: an HTTP server with set answers that records its requests."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Says:
    """An answer: status, body, headers; `after` seconds, or none at all if it `hangs_up`."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: float = 0.0
    hangs_up: bool = False


@dataclass
class ReceivedRequest:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


@dataclass
class Provider:
    """The server: where it is, what it says, which requests came and by how many connections.

    Where the answer depends on the request, `answer` gives it.
    """

    url: str
    says: Says = field(default_factory=Says)
    answer: Callable[[ReceivedRequest], Says] | None = None
    requests: list[ReceivedRequest] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)


@contextmanager
def provider(certificate: Path | None = None) -> Iterator[Provider]:
    """Run a provider on loopback; with a certificate over HTTPS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = ReceivedRequest(self.command, self.path, headers, body)
            service.requests.append(request)
            service.connections.add(self.client_address[1])
            says = service.answer(request) if service.answer else service.says
            time.sleep(says.after)
            if says.hangs_up:
                self.close_connection = True
                return
            self.send_response(says.status)
            for name, value in says.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(says.body)))
            self.end_headers()
            self.wfile.write(says.body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "https" if certificate else "http"
    service = Provider(f"{scheme}://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()
