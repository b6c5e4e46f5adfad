"""How many texts a second the API of two web processes accepts durably, and how fast it reads.

    python -m benchmarks.api [--requests 4000] [--database sqlite|postgresql|URL] [--runs 3]

Programs with keys of several accounts call over TLS, on connections that stay open, 50 at a time:
single texts, each with an idempotency key of its own; batches of 10,000 people; and reads of a
text. The web server is the one of `promosms up`, and has answered some before. No worker runs. At
the end everything that was accepted must be stored once. The programs run on the same machine:
their processor time is shown beside that of the server.
"""

import argparse
import asyncio
import json
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil
from sqlalchemy import func, select

from benchmarks.installation import account, busy, database, running_installation, say
from promosms.extensions import db
from promosms.models import Message, Role, Scope
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.settings import settings_of
from tests.running.server import Server, running
from tests.support.colleagues import add

ACCOUNTS = 10
PEOPLE = 10_000
BEFORE = 200
"""So many texts are sent before something is measured: processes that have just begun have every
statement still to compile."""
TEXT = "Your parcel is at our counter until 18:00."


@dataclass(frozen=True)
class Call:
    """One request: method, path, key and body."""

    path: str
    token: str
    body: bytes = b""
    once: str = ""

    def written(self) -> bytes:
        """As it goes over the line."""
        lines = [
            f"{'POST' if self.body else 'GET'} /api/v1{self.path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.token}",
        ]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        if self.once:
            lines.append(f"Idempotency-Key: {self.once}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def main() -> None:
    """Run `--runs` times and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--lines", type=int, default=50, help="programs at the same time")
    parser.add_argument("--database", default="postgresql", help="sqlite, postgresql or a URL")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, list[float]] = {}
    with database(options.database) as url:
        for _ in range(options.runs):
            for name, value in run(options, url).items():
                results.setdefault(name, []).append(value)
    say("database", options.database)
    for name, values in results.items():
        say(name, median(values))


def run(options: argparse.Namespace, url: str) -> dict[str, float]:
    """Measure once in a new installation."""
    with running_installation(url) as installation, tempfile.TemporaryDirectory() as folder:
        with installation.app.app_context():
            tokens = [new_key(account(f"api{number}")) for number in range(ACCOUNTS)]
        environment = {
            **{name: value for name, value in installation.env.items() if "PROMOSMS" in name},
            "PROMOSMS_SECRET_KEY": settings_of(installation.app).secret_key,
            "PROMOSMS_API_REQUESTS_PER_MINUTE": "1000000",
        }
        with running(Path(folder), workers=2, **environment) as server:
            figures, stored = asyncio.run(measure(server, tokens, options))
        with installation.app.app_context():
            found = db.session.scalar(select(func.count()).select_from(Message))
        if found != stored:
            sys.exit(f"{stored} texts were accepted and {found} are stored")
        return figures


def new_key(account_id: int) -> str:
    """The token of a key that may do everything."""
    maker = add(account_id, f"{account_id}@example.com", Role.OWNER)
    return keys.make(account_id, Wish("Measure", tuple(Scope)), maker.public_id)[1]


async def measure(
    server: Server, tokens: Sequence[str], options: argparse.Namespace
) -> tuple[dict[str, float], int]:
    """All kinds of requests after each other; also how many texts must be stored."""
    turns = [tokens[number % len(tokens)] for number in range(BEFORE + options.requests)]
    singles = [
        Call("/messages", token, single(number), f"once-{number}")
        for number, token in enumerate(turns)
    ]
    await all_at(server, singles[:BEFORE], options.lines)
    figures, answers = await all_at(server, singles[BEFORE:], options.lines)
    result = {f"single, {name}": value for name, value in figures.items()}
    ids = [json.loads(answer)["id"] for answer in answers]
    reads = [
        Call(f"/messages/{name}", token) for name, token in zip(ids, turns[BEFORE:], strict=True)
    ]
    figures, _ = await all_at(server, reads, options.lines)
    result |= {f"read, {name}": value for name, value in figures.items()}
    batches = [
        Call("/messages/batch", tokens[number % len(tokens)], batch(), f"batch-{number}")
        for number in range(options.batches)
    ]
    figures, _ = await all_at(server, batches, 2)
    result["batch, texts/s"] = figures["requests/s"] * PEOPLE
    result["batch, processor µs a text, web"] = figures["processor µs, web"] / PEOPLE
    return result, len(singles) + options.batches * PEOPLE


def single(number: int) -> bytes:
    """The body of a text to a number of its own."""
    body = {"to": f"+4860{number:07}", "text": TEXT, "reference": f"order-{number}"}
    return json.dumps(body).encode()


def batch() -> bytes:
    """The body of a batch, with a value and a reference for each person."""
    people = [
        {"to": f"+4850{place:07}", "reference": f"o{place}", "values": {"name": f"Ola {place}"}}
        for place in range(PEOPLE)
    ]
    return json.dumps({"text": "{name}, " + TEXT, "messages": people}).encode()


async def all_at(
    server: Server, calls: Sequence[Call], lines: int
) -> tuple[dict[str, float], list[bytes]]:
    """Send all requests over so many connections; figures, and the bodies of the answers."""
    tls = ssl.create_default_context(cafile=str(server.certificate))
    connections = [
        await asyncio.open_connection("localhost", server.port, ssl=tls, limit=2**24)
        for _ in range(lines)
    ]
    workers = [child.pid for child in psutil.Process(server.pid).children()]
    waiting, answers, times = iter(enumerate(calls)), [b""] * len(calls), [0.0] * len(calls)
    begun, before, ours = time.monotonic(), used(busy, workers), busy(os.getpid())

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place, call in waiting:
            start = time.monotonic()
            writer.write(call.written())
            answers[place] = await answer(reader)
            times[place] = time.monotonic() - start
        writer.close()

    await asyncio.gather(*(work(*connection) for connection in connections))
    seconds = time.monotonic() - begun
    figures = {
        "requests/s": len(calls) / seconds,
        "ms, median": median(times) * 1000,
        "ms, 99 of 100": quantiles(times, n=100)[-1] * 1000,
        "processor µs, web": (used(busy, workers) - before) / len(calls) * 1e6,
        "processor µs, who calls": (busy(os.getpid()) - ours) / len(calls) * 1e6,
    }
    return figures, answers


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body of the next answer, which must be one of success."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    if head[9:12] not in (b"200", b"201"):
        sys.exit((head + body).decode())
    return body


def used(seconds: Callable[[int], float], processes: Sequence[int]) -> float:
    """The processor time of several processes."""
    return sum(map(seconds, processes))


if __name__ == "__main__":
    main()
