"""The HTTP client of webhooks: by no name and by no address does it reach the own network."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from promosms.jobs.webhooks import client as webhook_client
from promosms.jobs.webhooks.client import Answer, Client, Request
from promosms.supervisor.certificate import ensure
from tests.support.webhooks import Received, Receiver, receiving

HEADERS = {"webhook-id": "evt_1"}
INSIDE = [
    *("127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("0.0.0.0", "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::7f00:1"),
]


def ask(
    url: str,
    names: dict[str, list[str]] | None = None,
    *,
    private: bool = False,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """Post something, with these names instead of those of the network."""

    async def found(host: str, _port: int) -> list[str]:
        if names is None or host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return names[host]

    async def run() -> Answer:
        client = Client(private=private, resolve=found, trust=trust)
        try:
            return await client.send(Request(url, HEADERS, b"{}"))
        finally:
            await client.close()

    return asyncio.run(run())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that a connection is opened to."""
    opened: list[object] = []
    true = Client._socket

    def noting(self: Client, info: object) -> socket.socket:
        made = true(self, info)
        opened.append(info)
        return made

    monkeypatch.setattr(Client, "_socket", noting)
    return opened


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(
    address: str, no_sockets: list[object]
) -> None:
    assert ask("https://hook.example/", {"hook.example": [address]})[0] == "refused_address"
    assert no_sockets == []


@pytest.mark.parametrize("address", INSIDE)
def test_neither_is_an_address_that_lies_inside(address: str, no_sockets: list[object]) -> None:
    host = f"[{address}]" if ":" in address else address
    assert ask(f"https://{host}/")[0] == "refused_address"
    assert no_sockets == []


@pytest.mark.parametrize(
    "host", ["2130706433", "127.1", "0x7f000001", "017700000001", "localhost", "db", "a.internal"]
)
def test_neither_is_another_spelling_of_one(host: str, no_sockets: list[object]) -> None:
    answer = ask(f"https://{host}/", {host: ["127.0.0.1"]})[0]
    assert answer in ("refused_address", "no_connection", "broken")
    assert no_sockets == []


def test_every_socket_is_judged_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the checks before it were passed by."""
    monkeypatch.setattr(webhook_client.addresses, "problem_of", lambda *_, **__: None)
    assert ask("https://127.0.0.1/")[0] == "refused_address"


def test_of_several_addresses_only_public_ones_are_tried(no_sockets: list[object]) -> None:
    names = {"hook.example": ["10.0.0.1", "192.0.2.1", "127.0.0.1"]}
    assert ask("https://hook.example/", names)[0] == "refused_address"
    assert no_sockets == [], "192.0.2.0/24 is for documentation, and no address of the Internet"


@pytest.mark.parametrize("url", ["http://hook.example/", "ftp://hook.example/", "https:///x", ""])
def test_only_https_is_spoken(url: str, no_sockets: list[object]) -> None:
    assert ask(url, {"hook.example": ["93.184.215.14"]})[0] == "refused_address"
    assert no_sockets == []


def test_an_own_network_can_be_allowed_and_metadata_services_never(receiver: Receiver) -> None:
    assert ask(receiver.url, private=True)[0] == "204"
    (request,) = receiver.requests
    assert (request.body, request.headers["webhook-id"]) == (b"{}", "evt_1")
    assert request.headers["user-agent"] == "PromoSMS-Webhooks"
    assert "cookie" not in request.headers
    assert ask(receiver.url)[0] == "refused_address"
    assert ask("http://169.254.169.254/", private=True)[0] == "refused_address"


def test_what_goes_wrong_has_a_code(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    assert ask("https://nobody.example/")[0] == "unknown_name"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        free = closed.getsockname()[1]
    assert ask(f"http://127.0.0.1:{free}/", private=True)[0] == "no_connection"
    assert ask(f"https://127.0.0.1:{port}/", private=True)[0] in ("tls", "certificate")
    monkeypatch.setattr(webhook_client, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=8) as silent:
        assert ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", private=True)[0] == "timeout"


def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    chain = ensure(tmp_path / "certificate.pem", "sms.example")
    trust = ssl.create_default_context(cafile=chain)
    with receiving(certificate=chain) as receiver:
        port = receiver.url.partition("localhost:")[2]
        names = {"localhost": ["127.0.0.1"], "hook.example": ["127.0.0.1"]}
        assert ask(receiver.url, names, private=True)[0] == "certificate", "of nobody we know"
        assert ask(receiver.url, names, private=True, trust=trust)[0] == "204"
        other = f"https://hook.example:{port}"
        assert ask(other, names, private=True, trust=trust)[0] == "certificate"
        assert len(receiver.requests) == 1


def test_it_follows_nowhere(receiver: Receiver) -> None:
    def elsewhere(_: Receiver, __: Received) -> tuple[int, dict[str, str]]:
        return 307, {"Location": receiver.url + "/else", "Set-Cookie": "a=b"}

    receiver.answers = elsewhere
    assert ask(receiver.url, private=True)[0] == "307"
    assert [request.path for request in receiver.requests] == ["/hook"]


@pytest.mark.parametrize(
    ("begins", "goes_on", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 1000, "200"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", "200"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 1000, "broken"),
        (b"HTTP/1.1 200 OK\r\n", b"X-One-More: y\r\n", "broken"),
        (b"", b"x" * 1000, "broken"),
    ],
    ids=["length", "chunks", "header", "headers", "no HTTP"],
)
def test_an_endless_answer_is_not_read(begins: bytes, goes_on: bytes, answer: str) -> None:
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(begins)
            while not over.is_set():
                connection.sendall(goes_on)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            assert ask(url, private=True)[0] == answer
        finally:
            over.set()
            thread.join()
