"""An SMSC on loopback for the tests: it uses smpplib and behaves as the test says.

Its log is the witness of what has really arrived.
"""

import asyncio
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from smpplib.command import Command as Pdu
from smpplib.smpp import make_pdu, parse_pdu

from promosms.gateways.base import InboxEvent
from promosms.gateways.smpp.gateway import SmppGateway

BINDS = {"bind_transceiver", "bind_transmitter", "bind_receiver"}
Behaviour = Callable[["Client", Pdu], None]


class Client(asyncio.Protocol):
    """The SMSC's end of one connection."""

    transport: asyncio.Transport

    def __init__(self, smsc: "Smsc") -> None:
        self.smsc = smsc
        self.kept = b""
        self.sequence = 1000
        self.bind = ""
        self.log: list[Pdu] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.smsc.clients.append(self)

    def connection_lost(self, problem: Exception | None) -> None:
        self.smsc.clients.remove(self)
        self.smsc.news.set()

    def data_received(self, data: bytes) -> None:
        self.kept += data
        while len(self.kept) >= 4 and len(self.kept) >= (length := self._length()):
            pdu = read_pdu(self.kept[:length])
            self.kept = self.kept[length:]
            self.log.append(pdu)
            self.smsc.log.append(pdu)
            self.smsc.most_open = max(self.smsc.most_open, self.smsc.open())
            self.take(pdu)
        self.smsc.news.set()

    def take(self, pdu: Pdu) -> None:
        if pdu.command in BINDS:
            self.smsc.on_bind(self, pdu)
        elif pdu.command == "submit_sm":
            self.smsc.on_submit(self, pdu)
        elif pdu.command == "enquire_link" and self.smsc.answers_enquiries:
            self.answer(pdu)
        elif pdu.command == "unbind":
            self.answer(pdu)
            self.transport.close()

    def answer(self, pdu: Pdu, status: int = 0, **fields: str) -> None:
        self.transport.write(pdu_bytes(f"{pdu.command}_resp", pdu.sequence, status, **fields))

    def request(self, name: str, **fields: Any) -> int:
        """Send a request; returns its sequence number."""
        self.sequence += 1
        self.transport.write(pdu_bytes(name, self.sequence, **fields))
        return self.sequence

    def answers(self, name: str) -> list[tuple[int, int]]:
        """Sequence and status of the answers that came."""
        return [(pdu.sequence, pdu.status) for pdu in self.log if pdu.command == name]

    def _length(self) -> int:
        return int(struct.unpack(">L", self.kept[:4])[0])


class Smsc:
    """The server. `on_bind` and `on_submit` are its behaviours, see the functions below."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.log: list[Pdu] = []
        self.accepted: dict[str, Pdu] = {}
        self.answered = 0
        self.most_open = 0
        self.on_bind: Behaviour = admit
        self.on_submit: Behaviour = accept
        self.answers_enquiries = True
        self.news = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> int:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Client(self), host, 0, ssl=tls)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self.server.close()
        for client in list(self.clients):
            client.transport.abort()
        await self.server.wait_closed()
        await self.until(lambda: not self.clients)

    @property
    def client(self) -> Client:
        """The only connection."""
        (connection,) = self.clients
        return connection

    def of(self, command: str) -> list[Pdu]:
        """The PDUs of a command that came."""
        return [pdu for pdu in self.log if pdu.command == command]

    def count(self) -> Counter[str]:
        """How often each command came."""
        return Counter(pdu.command for pdu in self.log)

    def open(self) -> int:
        """Submissions that have no answer yet."""
        return len(self.of("submit_sm")) - self.answered

    async def until(self, done: Callable[[], object], seconds: float = 5) -> None:
        """Wait until a condition holds, and check it whenever data arrives."""
        async with asyncio.timeout(seconds):
            while not done():
                self.news.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self.news.wait()
                except TimeoutError:
                    continue


def pdu_bytes(name: str, sequence: int, status: int = 0, **fields: Any) -> bytes:
    """A PDU as smpplib writes it."""
    pdu = make_pdu(name, sequence=0, status=status, **fields)
    pdu.sequence = sequence
    data: bytes = pdu.generate()
    return data


def read_pdu(data: bytes) -> Pdu:
    """A PDU as smpplib reads it."""
    return parse_pdu(data, sequence=0, allow_unknown_opt_params=True)


# Behaviours


def admit(client: Client, pdu: Pdu) -> None:
    """Let everybody in."""
    client.bind = pdu.command
    client.answer(pdu, system_id="SMSC")


def turn_away(status: int) -> Behaviour:
    """Refuse to bind."""
    return lambda client, pdu: client.answer(pdu, status)


def accept(client: Client, pdu: Pdu) -> None:
    """Take a text; its id is a counter."""
    name = f"id-{len(client.smsc.accepted) + 1}"
    client.smsc.accepted[name] = pdu
    client.smsc.answered += 1
    client.answer(pdu, message_id=name)


def refuse(status: int) -> Behaviour:
    """Take nothing."""

    def behave(client: Client, pdu: Pdu) -> None:
        client.smsc.answered += 1
        client.answer(pdu, status)

    return behave


def lose(client: Client, pdu: Pdu) -> None:
    """Take a text, and let the answer get lost."""
    client.smsc.accepted[f"id-{len(client.smsc.accepted) + 1}"] = pdu


def after(seconds: float) -> Behaviour:
    """Take a text, and answer late."""

    def behave(client: Client, pdu: Pdu) -> None:
        client.smsc.accepted[f"id-{len(client.smsc.accepted) + 1}"] = pdu
        asyncio.get_running_loop().call_later(seconds, late, client, pdu)

    def late(client: Client, pdu: Pdu) -> None:
        client.smsc.answered += 1
        client.answer(pdu, message_id=f"late-{pdu.sequence}")

    return behave


def by_turns(*behaviours: Behaviour) -> Behaviour:
    """Use the behaviours one after the other; the last one for all that follow."""
    rest = list(behaviours)

    def behave(client: Client, pdu: Pdu) -> None:
        (rest.pop(0) if len(rest) > 1 else rest[0])(client, pdu)

    return behave


def receipt_text(name: str, state: str = "DELIVRD") -> bytes:
    """The usual text of a receipt, of this minute."""
    minute = datetime.now(UTC).strftime("%y%m%d%H%M")
    text = (
        f"id:{name} sub:001 dlvrd:001 submit date:{minute} done date:{minute}"
        f" stat:{state} err:000 text:Hello"
    )
    return text.encode()


# The gateway at the SMSC


class Stage:
    """A gateway bound to an SMSC, and what the gateway stored."""

    def __init__(self, smsc: Smsc, gateway: SmppGateway) -> None:
        self.smsc = smsc
        self.gateway = gateway
        self.events: list[InboxEvent] = []
        self.storing: Callable[[Sequence[InboxEvent]], None] = self.events.extend

    async def emit(self, events: Sequence[InboxEvent]) -> None:
        await asyncio.sleep(0)
        self.storing(events)


@asynccontextmanager
async def bound(
    smsc: Smsc | None = None,
    listen: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    **settings: object,
) -> AsyncIterator[Stage]:
    """Open a gateway to an SMSC with these settings; both are ended afterwards.

    The arguments `listen` and `context` are for the SMSC's side.
    """
    smsc = smsc or Smsc()
    port = await smsc.start(listen, context)
    defaults = {"host": "127.0.0.1", "port": str(port), "system_id": "promo", "password": "secret"}
    stage = Stage(smsc, SmppGateway({**defaults, "retry_seconds": "0.02", **settings}))
    try:
        await stage.gateway.open(stage.emit)
        yield stage
    finally:
        await stage.gateway.close()
        await smsc.stop()
