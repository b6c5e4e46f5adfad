"""The limits of the account pages."""

from collections.abc import Iterator

import pytest
from flask import Flask

from promosms import queue
from tests.support.limits import with_limits
from tests.support.pages import PageClient

WRONG = {"email": "nobody@example.com", "password": "wrong"}


@pytest.fixture
def limited(app: Flask, redis_url: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    with with_limits(app, getattr(request, "param", redis_url)) as second:
        yield second


def tries(client: PageClient, number: int, **changes: str) -> list[int]:
    return [client.send("/login", {**WRONG, **changes}).status_code for _ in range(number)]


def test_it_stops_guessing(limited: Flask) -> None:
    client = PageClient(limited)
    assert tries(client, 11) == [200] * 10 + [429]
    page = client.post_page("/login", WRONG, status=429)
    assert "Too many tries" in page.get_text()
    client.get_page("/login")


def test_it_stops_guessing_one_password_from_many_browsers(limited: Flask) -> None:
    statuses = []
    for number in range(11):
        client = PageClient(limited)
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        statuses += tries(client, 1)
    assert statuses == [200] * 10 + [429]
    assert tries(client, 1, email="other@example.com") == [200]


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        ([f"2001:db8:1:2::{n:x}" for n in range(1, 13)], 10),  # one line, which has 2^64 of them
        ([f"::ffff:192.0.2.{n // 10}" for n in range(12)], 12),
        (["::ffff:192.0.2.7"] * 6 + ["192.0.2.7"] * 6, 10),  # one line, written in two ways
        ([f"2001:db8:1:{n:x}::1" for n in range(52)], 50),  # a network has 65,536 lines
        ([f"198.51.100.{n}" for n in range(52)], 50),
        ([f"2001:db8:{n:x}::1" for n in range(12)], 12),
    ],
)
def test_it_counts_lines_and_networks(limited: Flask, addresses: list[str], allowed: int) -> None:
    client, statuses = PageClient(limited), []
    for number, address in enumerate(addresses):
        client.environ_base["REMOTE_ADDR"] = address
        statuses += tries(client, 1, email=f"{number}@example.com")
    assert statuses == [200] * allowed + [429] * (len(addresses) - allowed)


def test_it_stops_emails_to_one_address(limited: Flask) -> None:
    client = PageClient(limited)
    form = {"email": "anna@example.com"}
    statuses = [client.send("/forgotten", form).status_code for _ in range(4)]
    assert statuses == [200] * 3 + [429]


@pytest.mark.parametrize("limited", ["unix:///nowhere/valkey.sock"], indirect=True)
def test_limits_work_without_redis(limited: Flask) -> None:
    assert tries(PageClient(limited), 11) == [200] * 10 + [429]


def test_addresses_are_not_in_redis(limited: Flask) -> None:
    tries(PageClient(limited), 1)
    keys = stored(limited)
    assert keys
    assert not [key for key in keys if b"nobody" in key]


def test_the_store_of_an_earlier_application_does_not_matter(app: Flask, redis_url: str) -> None:
    with with_limits(app, "redis://127.0.0.1:1/0"):  # has options for TCP
        pass
    with with_limits(app, redis_url) as second:
        tries(PageClient(second), 1)
        assert stored(second)


def stored(app: Flask) -> list[bytes]:
    """The keys in Redis."""
    with app.app_context():
        keys: list[bytes] = queue.connection().keys("*")
    return keys
