"""How many messages a second the SMPP client alone submits, by the size of its window.

    python benchmarks/smpp_client.py [--messages 50000] [--delay 0.0]

The SMSC is a second process on loopback that takes everything; nothing is stored. `session` are
finished PDUs, `gateway` are texts of 98 characters that are encoded first, `receipts` the same
with a receipt for each. The delay, in seconds, is that of each answer. The last column is the
client's processor time for each message, which says more on a machine that others use too.
"""

import argparse
import asyncio
import math
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from promosms.gateways.base import InboxEvent, OutboundSms
from promosms.gateways.smpp.gateway import SmppGateway

WINDOWS = (1, 10, 50, 100)
TEXT = (
    "Dear customer, all winter boots are half their price until Sunday. "
    "Come and see us! Your Shoe Shop"
)
RECEIPT = b"\0\1\x01\0\1\x01\0\x04\0\0\0\0\0\0\0\0%c%b"
Done = Callable[..., None]
Submit = Callable[[int, Done], None]


class SmscConnection(asyncio.Protocol):
    """The side of the SMSC: responds with the sequence number as the message id."""

    transport: asyncio.Transport

    def __init__(self, delay: float, receipts: bool) -> None:
        self.delay = delay
        self.receipts = receipts
        self.kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to all complete PDUs."""
        data = self.kept + data
        place, out = 0, []
        while len(data) - place >= 16:
            length, command, _, sequence = struct.unpack_from(">LLLL", data, place)
            if len(data) - place < length:
                break
            place += length
            if command < 0x80000000:
                out.append(self._answer(command, sequence))
        self.kept = data[place:]
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, b"".join(out))
        else:
            self.transport.write(b"".join(out))

    def _answer(self, command: int, sequence: int) -> bytes:
        name = b"" if command in (0x06, 0x15) else b"%d\0" % sequence
        response = struct.pack(">LLLL", 16 + len(name), command | 0x80000000, 0, sequence) + name
        if not self.receipts or command != 4:
            return response
        text = b"id:%d sub:001 dlvrd:001 stat:DELIVRD err:000" % sequence
        body = RECEIPT % (len(text), text)
        return response + struct.pack(">LLLL", 16 + len(body), 5, 0, sequence) + body


async def serve(delay: float, receipts: bool) -> None:
    """Print the port, and accept texts until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SmscConnection(delay, receipts), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


async def pump(submit: Submit, messages: int, window: int) -> float:
    """Keep a window full until all are submitted; returns messages per second."""
    numbers = iter(range(window, messages))
    answered = 0
    complete = asyncio.Event()

    def done(*_: object) -> None:
        nonlocal answered
        answered += 1
        number = next(numbers, None)
        if number is not None:
            submit(number, done)
        elif answered == messages:
            complete.set()

    began = time.perf_counter()
    for number in range(window):
        submit(number, done)
    await complete.wait()
    return messages / (time.perf_counter() - began)


def outbound(number: int) -> OutboundSms:
    """A text to a unique number."""
    return OutboundSms(str(number), f"+48601{number:06}", "PromoSMS", TEXT, "gsm7", 1)


async def measure(kind: str, port: int, window: int, messages: int) -> float:
    """Messages per second of one kind with one window."""
    settings = {"host": "127.0.0.1", "port": port, "system_id": "promo", "password": "secret"}
    gateway = SmppGateway({**settings, "window": window})
    stored = 0
    complete = asyncio.Event()

    async def emit(events: Sequence[InboxEvent]) -> None:
        nonlocal stored
        stored += len(events)
        if stored >= messages:
            complete.set()

    await gateway.open(emit)
    session = await gateway.links[0].usable(5)
    body = gateway.parts.bodies(outbound(0))
    submits: dict[str, Submit] = {
        "session": lambda number, done: session.submit(body, done, math.inf),
        "gateway": lambda number, done: gateway.begin(outbound(number), done),
    }
    began = time.perf_counter()
    rate = await pump(submits.get(kind, submits["gateway"]), messages, window)
    if kind == "receipts":
        await complete.wait()
        rate = messages / (time.perf_counter() - began)
    await gateway.close()
    return rate


def run(kind: str, delay: float, messages: int) -> None:
    """Measure all windows of one kind with an SMSC of its own."""
    command = [sys.executable, __file__, "--serve", kind, "--delay", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as smsc:
        assert smsc.stdin
        assert smsc.stdout
        port = int(smsc.stdout.readline())
        for window in WINDOWS:
            # About a minute at most, also with a window of one and a delay.
            most = int(min(messages, 5 * window / delay)) if delay else messages
            most = min(most, messages // 5) if window == 1 else most
            busy = time.process_time()
            rate = asyncio.run(measure(kind, port, window, most))
            per_message = (time.process_time() - busy) / most * 1e6
            line = f"{kind:10} window {window:>3} {rate:>9,.0f} messages/s {per_message:>6.1f} µs"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        smsc.stdin.close()


def main() -> None:
    """Measure, or run as the SMSC."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.delay, options.serve == "receipts"))
        return
    for kind in ("session", "gateway", "receipts"):
        run(kind, options.delay, options.messages)


if __name__ == "__main__":
    main()
