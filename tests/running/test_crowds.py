"""Requests that are answered many at once have threads of their own."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from promosms.supervisor.http_server import Crowd, Servers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TOGETHER = 3
PATIENCE = 120  # seconds, after which a test has failed


@contextmanager
def serving(app: "WSGIApplication", **sizes: Any) -> Iterator[int]:
    """A server with one thread for pages and three for the crowd; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]
    servers = Servers(app, [listening], threads=1, crowds=[Crowd("/l/", TOGETHER)], **sizes)
    over = threading.Event()

    def poll() -> None:
        while not over.is_set():
            servers.poll(PATIENCE)

    loop = threading.Thread(target=poll)
    loop.start()
    try:
        yield port
    finally:
        over.set()
        servers.wake()
        loop.join(PATIENCE)
        servers.end(patience=PATIENCE)


def opened(port: int, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", path)
        return line.getresponse().status


def answering(wait: Callable[[str], object]) -> "WSGIApplication":
    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        wait(environ["PATH_INFO"])
        start_response("204 No Content", [])
        return []

    return app


def test_a_crowd_waits_for_each_other_and_not_for_a_page() -> None:
    met, page_begun, end_of_page = threading.Barrier(TOGETHER), threading.Event(), threading.Event()

    def wait(path: str) -> None:
        if path.startswith("/l/"):
            met.wait(PATIENCE)
        else:
            page_begun.set()
            assert end_of_page.wait(PATIENCE)

    with ThreadPoolExecutor(TOGETHER + 1) as browsers, serving(answering(wait)) as port:
        page = browsers.submit(opened, port, "/page")
        assert page_begun.wait(PATIENCE)
        links = [browsers.submit(opened, port, f"/l/{number}") for number in range(TOGETHER)]
        assert [link.result(PATIENCE) for link in links] == [204] * TOGETHER
        assert not page.done()
        end_of_page.set()
        assert page.result(PATIENCE) == 204


def test_a_page_does_not_wait_for_a_crowd() -> None:
    crowd_over = threading.Event()

    def wait(path: str) -> None:
        if path.startswith("/l/"):
            assert crowd_over.wait(PATIENCE)

    with ThreadPoolExecutor(2 * TOGETHER) as browsers, serving(answering(wait)) as port:
        links = [browsers.submit(opened, port, f"/l/{number}") for number in range(2 * TOGETHER)]
        assert opened(port, "/page") == 204
        crowd_over.set()
        assert {link.result(PATIENCE) for link in links} == {204}


def test_what_cannot_be_read_gets_its_answer() -> None:
    with serving(answering(lambda _path: None)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
            line.sendall(b"GET /l/ nonsense HTTP/9.9 of any kind\r\n\r\n")
            assert line.recv(12) == b"HTTP/1.0 400"
        assert opened(port, "/l/a") == 204
