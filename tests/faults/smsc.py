"""An SMSC as a separate process: it logs all accepted texts, and fails as configured.

It uses nothing of the package and no library, so its log is independent evidence. Started as
`python smsc.py FOLDER`. It listens on a free TCP port, obeys lines of JSON on FOLDER/control, and
appends a line to FOLDER/log for every accepted text, before the response: time (monotonic, in
nanoseconds), destination, CRC-32 of the text, message id, final state.
"""

import asyncio
import heapq
import json
import os
import random
import socket
import struct
import sys
import time
import zlib
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

HEADER = struct.Struct(">LLLL")
ANSWER = 0x80000000
NACK, SUBMIT, DELIVER, UNBIND, ENQUIRE = ANSWER, 0x4, 0x5, 0x6, 0x15
BINDS = (0x1, 0x2, 0x9)
MOST_OPEN = 500
DEFAULTS: dict[str, Any] = {
    "delay": 0.0,  # seconds before a response
    "lost": 0.0,  # share of texts accepted without a response
    "most": 0,  # parts per second; more are refused with 0x58
    "busy": 0.0,  # share that is refused with 0x08
    "garbage": 0.0,  # share accepted with garbage as the response
    "mute": False,  # neither read nor write, and keep the connections
    "refuse_bind": 0,  # the status that a bind gets
    "receipt": 0.2,  # seconds until a receipt; below 0: none
    "silent_lost": False,  # no receipt for texts without a response
    "undelivered": 0.0,  # share of receipts that say UNDELIV
    "twice": 0.0,  # share of receipts that are sent twice
    "early": 0.0,  # share sent before the response
    "late": 0.0,  # share sent `late_seconds` later
    "late_seconds": 2.0,
    "unknown": 0.0,  # receipts for texts that nobody sent, for each text
    "shuffled": False,  # receipts in a random order
}


class Client(asyncio.Protocol):
    """One connection: reads and writes PDUs, all of one read together."""

    transport: asyncio.Transport

    def __init__(self, smsc: "Smsc") -> None:
        self.smsc = smsc
        self.kept = b""
        self.sequence = 0
        self.bound = False
        self.open: dict[int, bytes] = {}
        self.out: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.smsc.clients.append(self)
        if self.smsc.settings["mute"]:
            transport.pause_reading()

    def connection_lost(self, problem: Exception | None) -> None:
        self.smsc.clients.remove(self)
        for body in self.open.values():
            self.smsc.queue(0.0, body)

    def data_received(self, data: bytes) -> None:
        data, place = self.kept + data, 0
        while len(data) - place >= 16:
            length, command, status, sequence = HEADER.unpack_from(data, place)
            if len(data) - place < length:
                break
            self.take(command, status, sequence, data[place + 16 : place + length])
            place += max(16, length)
        self.kept = data[place:]
        self.smsc.write_log()
        answers, self.out = b"".join(self.out), []
        if self.smsc.settings["delay"] and self.bound:
            asyncio.get_running_loop().call_later(self.smsc.settings["delay"], self.write, answers)
        else:
            self.write(answers)

    def write(self, data: bytes) -> None:
        if data and not self.smsc.settings["mute"] and not self.transport.is_closing():
            self.transport.write(data)

    def answer(self, command: int, sequence: int, status: int = 0, body: bytes = b"") -> None:
        self.out.append(HEADER.pack(16 + len(body), command | ANSWER, status, sequence) + body)

    def take(self, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == SUBMIT:
            self.submit(sequence, body)
        elif command == DELIVER | ANSWER:
            receipt = self.open.pop(sequence, None)
            if status and receipt:
                self.smsc.queue(0.5, receipt)
        elif command in BINDS:
            refused = self.smsc.settings["refuse_bind"]
            self.bound = not refused
            self.answer(command, sequence, refused, b"" if refused else b"SMSC\0")
        elif command in (ENQUIRE, UNBIND):
            self.answer(command, sequence)
            self.bound = self.bound and command != UNBIND

    def submit(self, sequence: int, body: bytes) -> None:
        smsc, settings = self.smsc, self.smsc.settings
        chance = smsc.chance.random() if smsc.misbehaving else 1.0
        if chance < settings["busy"] or (settings["most"] and smsc.is_too_much()):
            self.answer(SUBMIT, sequence, 0x08 if chance < settings["busy"] else 0x58)
            return
        chance -= settings["busy"]
        lost = 0 <= chance < settings["lost"]
        name, receipt = smsc.log(body, lost)
        if receipt and settings["early"] > smsc.chance.random():
            self.deliver(receipt)
            receipt = b""
        if receipt:
            smsc.plan(receipt)
        if lost:
            return
        if settings["lost"] <= chance < settings["lost"] + settings["garbage"]:
            self.garbage(sequence, name)
            return
        self.answer(SUBMIT, sequence, 0, name + b"\0")

    def garbage(self, sequence: int, name: bytes) -> None:
        """Garbage, sometimes followed by the correct response."""
        kind = self.smsc.chance.randrange(6)
        good = HEADER.pack(17 + len(name), SUBMIT | ANSWER, 0, sequence) + name + b"\0"
        if kind == 5:  # half of a response
            self.smsc.write_log()
            self.write(b"".join((*self.out, good[:18])))
            self.transport.close()
            return
        self.out += [
            [self.smsc.chance.randbytes(40)],
            [HEADER.pack(3, SUBMIT | ANSWER, 0, sequence)],
            [HEADER.pack(10_000_000, SUBMIT | ANSWER, 0, sequence)],
            [HEADER.pack(20, 0x0BADF00D, 0, sequence), b"????", good],
            [HEADER.pack(16, SUBMIT | ANSWER, 0, sequence + 100_000), good],
        ][kind]

    def deliver(self, body: bytes) -> None:
        self.sequence += 1
        self.open[self.sequence] = body
        self.out.append(HEADER.pack(16 + len(body), DELIVER, 0, self.sequence) + body)


class Smsc:
    """The state of all connections: the log, the receipts to send, the settings."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.settings = dict(DEFAULTS)
        self.misbehaving = False
        self.chance = random.Random(seed)
        self.clients: deque[Client] = deque()
        self.file = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.lines: list[str] = []
        self.taken = self.number = self.tenth = self.number_in_it = 0
        self.due: list[tuple[float, int, bytes]] = []

    def is_too_much(self) -> bool:
        """More than `most` parts per second, measured in tenths of a second."""
        tenth = int(time.monotonic() * 10)
        self.tenth, self.number_in_it = tenth, 1 + self.number_in_it * (tenth == self.tenth)
        return self.number_in_it > float(self.settings["most"]) / 10

    def log(self, body: bytes, lost: bool) -> tuple[bytes, bytes]:
        """Log a text; returns its id and the body of its receipt, if it gets one."""
        source, destination, text = read(body)
        self.taken += 1
        name = f"m{self.taken}"
        good = (
            not self.settings["undelivered"] or self.chance.random() >= self.settings["undelivered"]
        )
        state = "DELIVRD" if good else "UNDELIV"
        silent = self.settings["receipt"] < 0 or (lost and self.settings["silent_lost"])
        self.lines.append(
            f"{time.monotonic_ns()} {destination.decode()} {zlib.crc32(text):08x} {name}"
            f" {'-' if silent else state}\n"
        )
        words = f"id:{name} sub:001 dlvrd:001 stat:{state} err:000 text:".encode()
        return name.encode(), b"" if silent else delivery(destination, source, words, 4)

    def write_log(self) -> None:
        if self.lines:
            os.write(self.file, "".join(self.lines).encode())
            self.lines.clear()

    def plan(self, receipt: bytes) -> None:
        wait = self.settings["receipt"]
        if self.misbehaving and self.chance.random() < self.settings["late"]:
            wait += self.settings["late_seconds"]
        self.queue(wait, receipt)
        if self.misbehaving and self.chance.random() < self.settings["twice"]:
            self.queue(wait, receipt)
        if self.misbehaving and self.chance.random() < self.settings["unknown"]:
            self.queue(wait, receipt.replace(b"id:m", b"id:nobody"))

    def queue(self, seconds: float, body: bytes) -> None:
        self.number += 1
        order = self.chance.randrange(10**9) if self.settings["shuffled"] else self.number
        heapq.heappush(self.due, (time.monotonic() + seconds, order, body))

    def pump(self) -> None:
        """Send due receipts to all bound connections."""
        asyncio.get_running_loop().call_later(0.01, self.pump)
        moment = time.monotonic()
        for client in () if self.settings["mute"] else [c for c in self.clients if c.bound]:
            while self.due and self.due[0][0] <= moment and len(client.open) < MOST_OPEN:
                client.deliver(heapq.heappop(self.due)[2])
            client.write(b"".join(client.out))
            client.out.clear()

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Lines of JSON: `set` changes settings, `inbound` sends texts, `hang_up` disconnects."""
        while line := await reader.readline():
            order = json.loads(line)
            self.settings.update(order.get("set", {}))
            quiet = {"receipt", "late_seconds", "delay", "mute", "refuse_bind"}
            self.misbehaving = any(v for k, v in self.settings.items() if k not in quiet)
            for phone, number, text in order.get("inbound", ()):
                self.queue(0.0, delivery(phone.encode(), number.encode(), text.encode(), 0))
            for client in list(self.clients):
                if order.get("hang_up"):
                    client.transport.abort()
                elif "mute" in order.get("set", {}):
                    with suppress(RuntimeError):
                        turn = "pause_reading" if self.settings["mute"] else "resume_reading"
                        getattr(client.transport, turn)()
            pending = len(self.due) + sum(len(client.open) for client in self.clients)
            bound = sum(client.bound for client in self.clients)
            answer = {"taken": self.taken, "pending": pending, "bound": bound}
            writer.write(json.dumps(answer).encode() + b"\n")


def read(body: bytes) -> tuple[bytes, bytes, bytes]:
    """Source, destination and text (without its header) of a submit_sm, section 4.4.1."""
    source = body.index(0) + 3
    destination = body.index(0, source) + 3
    fields = body.index(0, destination) + 1
    place = body.index(0, body.index(0, fields + 3) + 1) + 1
    text = body[place + 5 : place + 5 + body[place + 4]]
    if body[fields] & 0x40:
        text = text[1 + text[0] :]
    return body[source : destination - 3], body[destination : fields - 1], text


def delivery(source: bytes, destination: bytes, text: bytes, esm_class: int) -> bytes:
    """The body of a deliver_sm, section 4.6.1."""
    ends = b"\0\1\1%s\0\1\1%s\0" % tuple(n.lstrip(b"+") for n in (source, destination))
    return ends + bytes((esm_class, 0, 0, 0, 0, 0, 0, 0, 0, len(text))) + text


async def main(folder: Path, seed: int) -> None:
    """Serve until standard input ends, which happens at the end of the tests."""
    smsc = Smsc(folder, seed)
    loop = asyncio.get_running_loop()
    loop.add_reader(0, os._exit, 0)
    server = await loop.create_server(lambda: Client(smsc), "127.0.0.1", 0, family=socket.AF_INET)
    await asyncio.start_unix_server(smsc.obey, folder / "control")
    smsc.pump()
    (folder / "port.new").write_text(str(server.sockets[0].getsockname()[1]))
    (folder / "port.new").rename(folder / "port")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
