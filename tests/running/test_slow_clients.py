"""Slow and silent clients cost no thread, and each has a deadline."""

import http.client
import itertools
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from promosms.supervisor import checks
from promosms.supervisor.http_server import NEVER, Channel, Deadlines, Servers
from promosms.supervisor.request_parser import Body
from tests.running.server import Server, running
from tests.support.slow_clients import KINDS

LIMITS = Deadlines()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web process with four threads."""
    with running(tmp_path_factory.mktemp("slow")) as started:
        yield started


def status(server: Server) -> int:
    context = ssl.create_default_context(cafile=str(server.certificate))
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=120, context=context)
    connection.request("GET", "/static/css/components.css")  # there is no database
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_pages_are_answered_beside_more_slow_clients_than_threads(server: Server) -> None:
    clients = [kind(server.port) for kind in KINDS]
    try:
        assert status(server) == 200
        for client in clients:
            client.drip()
        assert status(server) == 200
    finally:
        for client in clients:
            client.connection.close()


class End:
    """A connection in the loop of the server."""

    accepting = False

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.closed = False
        self.on_read: Callable[[], None] = lambda: None

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self.on_read()

    def handle_close(self) -> None:
        self.closed = True


def test_a_new_connection_is_not_taken_for_a_closed_one_with_its_number() -> None:
    servers = Servers(lambda _environ, _start: [], [], threads=0)
    pairs = [socket.socketpair() for _ in range(3)]
    (listening, knock), (old, its_peer), (new, _) = pairs
    first, second, third = End(listening), End(old), End(new)
    number = old.fileno()
    knock.send(b"x")
    its_peer.close()  # an event for the old one waits

    def replace_old() -> None:
        os.dup2(new.fileno(), number)
        servers.map[number] = third

    first.on_read = replace_old
    servers.map.update({listening.fileno(): first, number: second})
    servers.poll(1)
    assert servers.map[number] is third
    assert not third.closed
    servers.end(patience=0)
    for connection in itertools.chain(*pairs):
        connection.close()


class Request:
    """What the parser knows of a request."""

    def __init__(self, *, head: bool, size: int = 0) -> None:
        self.headers_finished, self.body_bytes_received = head, size


def channel(**state: Any) -> Channel:
    """A connection in this state, without a socket."""
    made = Channel.__new__(Channel)
    fresh = {"shaking": False, "requests": [], "request": None, "total_outbufs_len": 0, "whole": 0}
    vars(made).update({**fresh, "part": ("", 0), "since": 0.0, "sent": 0, **state})
    return made


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        ({"shaking": True}, 10),
        ({}, 10),
        ({"request": Request(head=False)}, 10),
        ({"request": Request(head=False), "whole": 3}, 10),
        ({"request": Request(head=True)}, 30),
        ({"request": Request(head=True, size=81_920)}, 40),
        ({"whole": 1}, 5),
        ({"total_outbufs_len": 1, "whole": 1}, 30),
        ({"total_outbufs_len": 1, "requests": [1], "whole": 1}, 30),
        ({"requests": [1], "whole": 1}, NEVER),
    ],
)
def test_each_part_has_its_deadline(state: dict[str, Any], seconds: float) -> None:
    made = channel(**state)
    assert not made.is_late(1000, LIMITS)
    assert not made.is_late(1000 + seconds, LIMITS)
    assert made.is_late(1000.5 + seconds, LIMITS)


def test_a_new_request_begins_a_new_time_and_a_new_byte_does_not() -> None:
    made = channel(request=Request(head=False))
    made.is_late(1000, LIMITS)
    made.request = Request(head=False)
    assert made.is_late(1011, LIMITS)
    made.whole += 1
    assert not made.is_late(1012, LIMITS)


def test_a_response_that_is_read_gets_more_time() -> None:
    made = channel(total_outbufs_len=1, whole=1)
    made.is_late(1000, LIMITS)
    made.sent = 81_920
    assert not made.is_late(1040, LIMITS)
    assert made.is_late(1041, LIMITS)


@pytest.mark.parametrize(("size", "kept"), [(9, 9), (10, 10), (11, 0), (30_000, 0)])
def test_a_body_that_is_too_large_is_counted_and_not_kept(size: int, kept: int) -> None:
    body = Body(1 << 20, 10)
    for _ in range(size):
        body.append(b"x")
    assert len(body) == size
    assert len(body.getfile().read()) == kept


@pytest.mark.parametrize(
    ("host", "proxies", "noted"),
    [
        ("localhost", 0, False),
        ("127.0.0.1", 0, False),
        ("::1", 0, False),
        ("0.0.0.0", 0, True),
        ("::", 0, True),
        ("192.0.2.7", 0, True),
        ("sms.example.com", 0, True),
        ("0.0.0.0", 1, False),
    ],
)
def test_the_start_warns_where_others_reach_it_directly(
    host: str, proxies: int, *, noted: bool
) -> None:
    assert bool(checks.open_to_others(host, proxies)) == noted
