"""The client: which addresses it connects to, and what it reports when something breaks."""

import asyncio
import errno
import gzip
import socket
import ssl
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from promosms.gateways.base import ErrorClass, GatewayError, HttpAnswer, HttpRequest
from promosms.gateways.http import digits, read_tag
from promosms.gateways.http.client import Client, Resolve, retry_after
from promosms.gateways.http.reachable import is_allowed, is_public
from promosms.supervisor.certificate import ensure
from tests.gateways.http.provider import Provider, Says, provider

INSIDE = [
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1"),
    *("fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "2001:db8::1", "fe80::1%lo", "localhost"),
]


def names(*answers: list[str]) -> Resolve:
    """A resolver that gives these answers one after the other, the last one for ever."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> list[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def send(url: str, *, times: int = 1, **options: Any) -> list[object]:
    """Send requests with one client: the answer to each, or the error class and its reason."""

    async def run() -> list[object]:
        client = Client(0.3, **options)
        results: list[object] = []
        for _ in range(times):
            try:
                results.append(await client.send(HttpRequest("POST", url, body=b"x")))
            except GatewayError as problem:
                results.append((problem.error_class, problem.reason))
        await client.close()
        return results

    return asyncio.run(run())


NOT_SENT = (ErrorClass.TEMPORARY, "no_connection")
METADATA = [
    *("169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("fe80::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"),
    *("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "2002:a9fe:a9fe::", "localhost"),
]
# Ways to write an address inside; the resolver of the system understands them all.
TRICKY = [
    *("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"),
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "[fd00:ec2::254]", "100.64.0.1", "10.0.0.1"),
    *("127.0.0.1.", "①②⑦.⓪.⓪.①"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_it_does_not_connect_to_this_machine(there: Provider, host: str) -> None:
    port = there.url.rsplit(":", 1)[1]
    assert send(f"http://{host}:{port}/", insecure=True) == [NOT_SENT]
    assert there.requests == []


@pytest.fixture
def asked_to_connect(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The addresses that a socket should connect to; none is reached."""
    addresses: list[object] = []

    class Watched(socket.socket):
        def connect(self, address: object) -> None:
            addresses.append(address)
            raise ConnectionRefusedError

        def connect_ex(self, address: object) -> int:
            addresses.append(address)
            return errno.ECONNREFUSED

    monkeypatch.setattr(socket, "socket", Watched)
    return addresses


@pytest.mark.parametrize("host", TRICKY)
def test_no_socket_is_asked_for_a_tricky_address(host: str, asked_to_connect: list[object]) -> None:
    assert send(f"https://{host}/latest/meta-data/") == [NOT_SENT]
    assert asked_to_connect == []


@pytest.mark.parametrize("address", METADATA)
def test_forbidden_addresses_are_never_reached(
    address: str, asked_to_connect: list[object]
) -> None:
    assert not is_allowed(address)
    assert not is_public(address)
    results = send("https://sms.example/", private=True, insecure=True, resolve=names([address]))
    assert results == [NOT_SENT]
    assert asked_to_connect == []


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.7", "127.0.0.1", "fd00::7", "::1"])
def test_a_private_address_needs_the_setting(address: str, asked_to_connect: list[object]) -> None:
    assert is_allowed(address)
    url, resolve = "https://sms.example/", names([address])
    send(url, resolve=resolve)
    assert asked_to_connect == []
    send(url, private=True, resolve=resolve)
    assert [target[:1] for target in asked_to_connect if isinstance(target, tuple)] == [(address,)]


def test_the_socket_goes_to_the_address_that_was_checked(
    there: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver would give another address the second time, but it is asked only once."""
    port, hosts = int(there.url.rsplit(":", 1)[1]), list[str]()
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: Any, **more: Any) -> Any:
        if host != "sms.example":
            return real(host, *rest, **more)
        hosts.append(host)
        return real("93.184.215.14" if len(hosts) == 1 else "127.0.0.1", *rest, **more)

    reached: list[object] = []
    connect = socket.socket.connect

    class Watched(socket.socket):
        def connect(self, address: object) -> None:
            reached.append(address)
            if isinstance(address, tuple) and address[0] == "93.184.215.14":
                raise ConnectionRefusedError
            connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "socket", Watched)
    assert send(f"http://sms.example:{port}/", times=3, insecure=True) == [NOT_SENT] * 3
    assert hosts == ["sms.example"]
    assert set(reached) == {("93.184.215.14", port)}
    assert there.requests == []


def test_a_name_with_changing_addresses_is_not_connected(there: Provider) -> None:
    port = there.url.rsplit(":", 1)[1]
    flips = names(["192.0.2.1", "127.0.0.1"], ["127.0.0.1"])
    results = send(f"http://sms.example:{port}/", times=3, insecure=True, resolve=flips)
    assert results == [NOT_SENT] * 3
    assert there.requests == []


def test_it_goes_to_the_next_address_when_one_does_not_answer(there: Provider) -> None:
    port = there.url.rsplit(":", 1)[1]
    both = names(["127.0.0.2", "127.0.0.1"])
    (answer,) = send(f"http://sms.example:{port}/", insecure=True, private=True, resolve=both)
    assert answer == HttpAnswer(200, b"")
    assert there.requests[0].headers["host"] == f"sms.example:{port}"


def test_it_uses_https_only(there: Provider) -> None:
    assert send(there.url, private=True) == [NOT_SENT]
    assert there.requests == []


def test_it_checks_the_certificate_against_the_name(tmp_path: Path) -> None:
    certificate = ensure(tmp_path / "certificate.pem", "sms.example")
    trust = ssl.create_default_context(cafile=str(certificate))
    options = {"private": True, "resolve": names(["127.0.0.1"])}
    with provider(certificate) as server:
        port = server.url.rsplit(":", 1)[1]
        (answer,) = send(f"https://sms.example:{port}/", trust=trust, **options)
        assert answer == HttpAnswer(200, b"")
        assert len(server.requests) == 1
        assert send(f"https://bank.example:{port}/", trust=trust, **options) == [NOT_SENT]
        assert send(f"https://sms.example:{port}/", **options) == [NOT_SENT]  # an unknown issuer
        assert len(server.requests) == 1


def test_a_failed_handshake_has_sent_nothing(there: Provider) -> None:
    assert send(there.url.replace("http:", "https:"), private=True) == [NOT_SENT]
    assert there.requests == []


def test_nobody_listens() -> None:
    assert send("http://127.0.0.1:9/", insecure=True, private=True) == [NOT_SENT]


def test_an_unknown_name() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    assert send("https://sms.example/", resolve=resolve) == [NOT_SENT]


def test_it_uses_no_proxy_of_the_environment(
    there: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (answer,) = send(there.url, insecure=True, private=True)
    assert answer == HttpAnswer(200, b"")


def test_it_keeps_its_connection(there: Provider) -> None:
    send(there.url, times=5, insecure=True, private=True)
    assert len(there.requests) == 5
    assert len(there.connections) == 1


def test_it_does_not_follow_redirects(there: Provider) -> None:
    there.says = Says(302, b"", (("Location", f"{there.url}/elsewhere"),))
    (answer,) = send(there.url, insecure=True, private=True)
    assert answer == HttpAnswer(302, b"")
    assert len(there.requests) == 1


@pytest.mark.parametrize(("size", "kept"), [(65_536, 65_536), (65_537, 0), (5_000_000, 0)])
def test_it_reads_64_kb_at_most(there: Provider, size: int, kept: int) -> None:
    there.says = Says(200, b"x" * size)
    (answer,) = send(there.url, insecure=True, private=True)
    assert isinstance(answer, HttpAnswer)
    assert len(answer.body) == kept


@pytest.mark.parametrize(
    ("encoding", "body", "kept"),
    [
        ("gzip", gzip.compress(b"{}", mtime=0), b"{}"),
        ("deflate", zlib.compress(b"{}"), b"{}"),
        ("gzip", gzip.compress(b" " * 65_537, mtime=0), b""),
        ("gzip", gzip.compress(b" " * 20_000_000, mtime=0), b""),
        ("gzip", b"rubbish", b""),
        ("br", b"rubbish", b""),
    ],
)
def test_it_unpacks_64_kb_at_most(there: Provider, encoding: str, body: bytes, kept: bytes) -> None:
    there.says = Says(200, body, (("Content-Encoding", encoding),))
    assert send(there.url, insecure=True, private=True) == [HttpAnswer(200, kept)]


@pytest.mark.parametrize(
    ("reads", "raw", "expected"),
    [
        (digits, "+48601234567", "48601234567"),
        (digits, "SHOP", "SHOP"),
        (retry_after, "120", 120.0),
        (retry_after, " 0 ", 0.0),
        (retry_after, "86400", 3600.0),
        (retry_after, "Fri, 01 Jan 2100 00:00:00 GMT", 3600.0),
        (retry_after, "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        (retry_after, "", None),
        (retry_after, "soon", None),
        (retry_after, "-5", None),
        (retry_after, "²", None),
        (retry_after, "Wed, 21 Oct 99999999 07:28:00 GMT", None),
        (read_tag, "12-3", ("12", 3)),
        (read_tag, "12-", ("", 1)),
        (read_tag, "1٢-3", ("", 1)),
    ],
)
def test_numbers_and_references(reads: Callable[[str], object], raw: str, expected: object) -> None:
    assert reads(raw) == expected
