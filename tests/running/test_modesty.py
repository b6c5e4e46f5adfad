"""Processes of the web take new connections in turn: who has more of them waits longer."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from promosms.supervisor import http_server
from promosms.supervisor.http_server import LONGEST_MODESTY, MODESTY, Server, Servers


class Clock:
    """The time of the server."""

    def __init__(self) -> None:
        self.now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    stands = SimpleNamespace(monotonic=lambda: clock.now, time=time.time)
    monkeypatch.setattr(http_server, "time", stands)
    return clock


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as found:
        found.setblocking(False)
        yield found


@pytest.fixture
def servers(clock: Clock, listening: socket.socket) -> Iterator[Servers]:
    found = Servers(lambda *_: [], [listening], threads=1)
    yield found
    found.end(patience=60)


@pytest.fixture
def people(listening: socket.socket) -> Iterator["People"]:
    with ExitStack() as lines:
        yield People(listening.getsockname(), lines)


class People:
    """Those who connect."""

    def __init__(self, address: tuple[str, int], lines: ExitStack) -> None:
        self.address, self.lines = address, lines

    def connect(self) -> None:
        self.lines.enter_context(socket.create_connection(self.address))


def connections(servers: Servers) -> int:
    return len(of(servers).active_channels)


def of(servers: Servers) -> Server:
    (server,) = servers.servers
    return server


def test_who_has_none_takes_it_at_once(servers: Servers, people: People) -> None:
    people.connect()
    servers.poll(60)
    assert connections(servers) == 1


def test_who_has_some_waits_the_longer_the_more_it_has(
    servers: Servers, people: People, clock: Clock
) -> None:
    for number in range(40):
        people.connect()
        servers.poll(60)
        wait = min(number * MODESTY, LONGEST_MODESTY)
        if wait:
            assert connections(servers) == number
            assert of(servers).turn == clock.now + wait
            clock.now += wait * 0.99
            servers.poll(60)  # comes back by itself, before its turn
            assert connections(servers) == number
            clock.now += wait * 0.02
            servers.poll(0)
        assert connections(servers) == number + 1
        assert of(servers).turn is None


def test_when_another_one_was_faster_it_waits_for_the_next(
    servers: Servers, people: People, clock: Clock, listening: socket.socket
) -> None:
    people.connect()
    servers.poll(60)
    people.connect()
    servers.poll(60)
    taken, _ = listening.accept()
    with taken:
        clock.now += 1
        servers.poll(0)
        assert (connections(servers), of(servers).turn) == (1, None)
    people.connect()
    servers.poll(60)
    clock.now += 1
    servers.poll(0)
    assert connections(servers) == 2


def test_who_takes_no_more_forgets_its_turn(servers: Servers, people: People, clock: Clock) -> None:
    people.connect()
    servers.poll(60)
    people.connect()
    servers.poll(60)
    assert of(servers).turn is not None
    servers.refuse()
    clock.now += 1
    servers.poll(0)
    assert connections(servers) == 1
