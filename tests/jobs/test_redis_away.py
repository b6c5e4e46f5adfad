"""A Redis that vanishes without a word, or refuses: nobody waits long for it."""

import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from redis import ConnectionPool

from promosms import queue
from promosms.settings import Settings, store_options
from tests.support.settings import override


@pytest.fixture
def silent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A server that accepts connections and never answers."""
    monkeypatch.setattr(queue, "_silent_until", {})
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"redis://127.0.0.1:{server.getsockname()[1]}"
        override(app, redis_url=url, store_silence_seconds=0.05)
        with app.app_context():
            yield server


def accepted(server: socket.socket) -> int:
    """How many connections wait to be accepted; they are ended."""
    number = 0
    try:
        while True:
            server.accept()[0].close()
            number += 1
    except BlockingIOError:
        return number


def test_a_silent_redis_is_tried_twice_and_then_left_alone(silent: socket.socket) -> None:
    assert not queue.wake("work", "nightly.run")
    assert accepted(silent) == 2
    for _ in range(3):
        assert not queue.wake("work", "nightly.run")
    assert accepted(silent) == 0


def test_it_is_tried_again_when_that_time_is_over(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SILENT_SECONDS", 0.0)
    for _ in range(2):
        assert not queue.wake("work", "nightly.run")
    assert accepted(silent) == 4


@pytest.mark.parametrize(
    ("url", "name", "value"),
    [
        ("redis://redis.example/0", "socket_timeout", 20.0),
        ("redis://redis.example/0", "socket_connect_timeout", 5),
        ("redis://redis.example/0", "socket_keepalive", True),
        ("rediss://redis.example/0", "socket_keepalive", True),
        ("redis://redis.example/0?socket_timeout=7", "socket_timeout", 7.0),
        ("redis://redis.example/0?socket_connect_timeout=9", "socket_connect_timeout", 9.0),
        ("redis://redis.example/0?socket_keepalive=no", "socket_keepalive", False),
        ("unix:///run/redis.sock", "socket_keepalive", None),
    ],
)
def test_what_the_operator_writes_goes_over_the_defaults(
    url: str, name: str, value: object
) -> None:
    options = store_options.redis(Settings(redis_url=url))
    assert ConnectionPool.from_url(url, **options).connection_kwargs.get(name) == value


def test_the_kernel_looks_for_a_host_that_is_gone() -> None:
    options = store_options.redis(Settings(redis_url="rediss://redis.example/0"))
    assert options["socket_keepalive_options"] == {
        socket.TCP_KEEPIDLE: 10,
        socket.TCP_KEEPINTVL: 3,
        socket.TCP_KEEPCNT: 3,
        socket.TCP_USER_TIMEOUT: 20_000,
    }
