"""A fast SMSC: accepts all texts, so a measurement shows the speed of the client.

    python -m benchmarks.smsc [--delay 0] [--receipts] [--receipt-delay 0] [--receipt-window 500]

Says its port on standard output, answers each line on standard input with its counts (JSON), and
ends with standard input. Times are in milliseconds in the options and in seconds since 1970 in
the counts. Shares no code with the client that it measures.
"""

import argparse
import asyncio
import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Any

HEADER = Struct(">LLLL")
ANSWER = Struct(">LLLL10sx")  # submit_sm_resp with an id of ten digits
FIRST_ID = 1_000_000_000
SUBMIT, DELIVER_ANSWER, UNBIND = 4, 0x80000005, 6
BINDS = (1, 2, 9)
TEXT = (
    b"id:%d sub:001 dlvrd:001 submit date:2611220900 done date:2611220901"
    b" stat:DELIVRD err:000 text:Dear customer"
)


class Smsc:
    """The received texts of all connections. `seen` is the time of each number."""

    def __init__(self, delay: float, receipts: bool, receipt_delay: float, window: int) -> None:
        self.delay = delay
        self.receipts = receipts
        self.receipt_delay = receipt_delay
        self.window = window
        self.submits = self.binds = self.sent = self.acknowledged = 0
        self.seen: dict[bytes, float] = {}

    def counts(self, start: str) -> dict[str, Any]:
        """The counts; first and last of the numbers that begin with `start`."""
        moments = [at for phone, at in self.seen.items() if phone.startswith(start.encode())]
        return {
            "binds": self.binds,
            "submits": self.submits,
            "numbers": len(self.seen),
            "receipts": self.sent,
            "acknowledged": self.acknowledged,
            "matching": len(moments),
            "first": min(moments, default=0.0),
            "last": max(moments, default=0.0),
        }


class Connection(asyncio.Protocol):
    """One client."""

    transport: asyncio.Transport

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        self.kept = b""
        self.later = asyncio.get_running_loop().call_later
        self.due: deque[int] = deque()
        self.unanswered = 0
        self.sequence = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send small packets at once: a client with a small window waits for them."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        plug = transport.get_extra_info("socket")
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Respond to all complete PDUs at once."""
        if self.kept:
            data = self.kept + data
        place, end, out, begun = 0, len(data), [], self.smsc.submits
        read, response, seen, at = HEADER.unpack_from, ANSWER.pack, self.smsc.seen, time.time()
        number = FIRST_ID + begun
        while end - place >= 16:
            length, command, _, sequence = read(data, place)
            if end - place < length:
                break
            if command == SUBMIT:
                source = data.index(0, place + 16) + 3
                phone = data.index(0, source) + 3
                seen[data[phone : data.index(0, phone)]] = at
                out.append(response(27, 0x80000004, 0, sequence, b"%d" % number))
                number += 1
            elif command == DELIVER_ANSWER:
                self.unanswered -= 1
                self.smsc.acknowledged += 1
            elif command < 0x80000000:
                self._answer(command, sequence)
            place += length
        self.kept = data[place:]
        self.smsc.submits = number - FIRST_ID
        self._pass(b"".join(out), range(FIRST_ID + begun, number))

    def _answer(self, command: int, sequence: int) -> None:
        name = b"SMSC\0" if command in BINDS else b""
        self.smsc.binds += command in BINDS
        head = HEADER.pack(16 + len(name), command | 0x80000000, 0, sequence)
        self.transport.write(head + name)
        if command == UNBIND:
            self.transport.close()

    def _pass(self, answers: bytes, ids: range) -> None:
        """Send due responses, then due receipts."""
        delay = self.smsc.delay
        if answers:
            if delay:
                self.later(delay, self.transport.write, answers)
            else:
                self.transport.write(answers)
        if self.smsc.receipts:
            if ids and (wait := delay + self.smsc.receipt_delay):
                self.later(wait, self._report, ids)
            else:
                self._report(ids)

    def _report(self, ids: range) -> None:
        """Send receipts up to the window; the others follow after acknowledgements."""
        self.due.extend(ids)
        out = []
        while self.due and self.unanswered < self.smsc.window:
            text = TEXT % self.due.popleft()
            body = b"\0\1\x01\0\1\x01\0\x04\0\0\0\0\0\0\0\0%c%b" % (len(text), text)
            self.sequence = self.sequence % 0x7FFFFFFF + 1
            out.append(HEADER.pack(16 + len(body), 5, 0, self.sequence) + body)
            self.unanswered += 1
        self.smsc.sent += len(out)
        if out and not self.transport.is_closing():
            self.transport.write(b"".join(out))


class Process:
    """The SMSC as its own process, for the other programs here."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout
        self.port = int(process.stdout.readline())

    def counts(self, start: str = "") -> dict[str, Any]:
        """The counts; `first` and `last` of the numbers that begin with `start`, without a plus."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(start + "\n")
        self.process.stdin.flush()
        counts: dict[str, Any] = json.loads(self.process.stdout.readline())
        return counts


@contextlib.contextmanager
def running(*options: str) -> Iterator[Process]:
    """Start the SMSC on a free port, stop it afterwards."""
    command = [sys.executable, "-m", "benchmarks.smsc", *options]
    folder, pipe = Path(__file__).resolve().parent.parent, subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, text=True, stdin=pipe, stdout=pipe) as process:
        try:
            yield Process(process)
        finally:
            process.kill()


async def serve(smsc: Smsc) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def asked() -> None:
        lines = os.read(0, 65536).decode()
        if not lines:
            ended.set()
        for line in lines.splitlines():
            sys.stdout.write(json.dumps(smsc.counts(line)) + "\n")
        sys.stdout.flush()

    server = await loop.create_server(lambda: Connection(smsc), "127.0.0.1", 0, backlog=64)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    loop.add_reader(0, asked)
    await ended.wait()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--delay", type=float, default=0, help="of each answer, milliseconds")
    parser.add_argument("--receipts", action="store_true")
    parser.add_argument("--receipt-delay", type=float, default=0, help="milliseconds")
    parser.add_argument("--receipt-window", type=int, default=500)
    options = parser.parse_args()
    delays = options.delay / 1000, options.receipt_delay / 1000
    # Select uses microseconds. Epoll rounds up to whole milliseconds: 10 ms would be nearly 11.
    with asyncio.Runner(loop_factory=_exact_loop) as runner:
        runner.run(serve(Smsc(delays[0], options.receipts, delays[1], options.receipt_window)))


def _exact_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    main()
