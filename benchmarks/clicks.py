"""How many clicks a second two web processes answer and store.

    python -m benchmarks.clicks [--clicks 20000] [--database sqlite|postgresql|URL] [--runs 3]

The people of a campaign with a short link open it: every click is another person's, over TLS, on
lines that stay open, so many at the same time. The web server is the one of `promosms up`. A click
is counted when its redirect has come, and at the end everybody must be stored, with the right sums.
The program that clicks runs on the same machine: its processor time is shown beside that of the
server.
"""

import argparse
import asyncio
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import func, select

from benchmarks.installation import account, busy, database, running_installation, say
from benchmarks.preparation import add_people, launched
from promosms import queue
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Click, Link, LinkKind, Message
from promosms.services.links import links
from promosms.settings import settings_of
from tests.running.server import Server, running
from tests.support.links import FOUND

HEAD = "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (Mobile)\r\n\r\n"


def main() -> None:
    """Run `--runs` times and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clicks", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=64, help="people at the same time")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, list[float]] = {}
    with database(options.database) as url:
        for _ in range(options.runs):
            for name, value in run(options.clicks, options.lines, url).items():
                results.setdefault(name, []).append(value)
    say("database", options.database)
    say("clicks", options.clicks)
    for name, values in results.items():
        say(name, median(values))


def run(number: int, lines: int, url: str) -> dict[str, float]:
    """Measure once in a new installation."""
    with running_installation(url) as installation, tempfile.TemporaryDirectory() as folder:
        app = installation.app
        with app.app_context():
            account_id = account("clicks")
            add_people(account_id, number, 600_000_000)
            campaign_id, _ = launched(account_id, links=True)
        installation.start("work")
        with app.app_context():
            queue.wake("work", "prepare.run", campaign_id)
        installation.wait(lambda: prepared(campaign_id))
        installation.stop()
        with app.app_context():
            texts = db.session.scalars(select(Message.text).order_by(Message.id))
            codes = [FOUND.findall(text)[0] for text in texts]
        environment = {
            **{name: value for name, value in installation.env.items() if "PROMOSMS" in name},
            "PROMOSMS_SECRET_KEY": settings_of(app).secret_key,
        }
        with running(Path(folder), workers=2, **environment) as server:
            figures = asyncio.run(measure(server, codes, lines))
        with app.app_context():
            check(number)
        return figures


def prepared(campaign_id: int) -> bool:
    """Has everybody got a text with a link?"""
    db.session.rollback()
    campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
    return campaign.status == CampaignStatus.SENDING


async def measure(server: Server, codes: Sequence[str], lines: int) -> dict[str, float]:
    """Open all links by so many people at the same time."""
    waiting = iter(codes)
    tls = ssl.create_default_context(cafile=str(server.certificate))
    people = [
        await asyncio.open_connection("localhost", server.port, ssl=tls) for _ in range(lines)
    ]
    workers = [child.pid for child in psutil.Process(server.pid).children()]
    begun, before, ours = time.monotonic(), sum(map(busy, workers)), busy(os.getpid())

    async def click(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for code in waiting:
            writer.write(HEAD.format(path=f"{links.PATH}{code}").encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 302 " not in answer[:20] or b"content-length: 0" not in answer.lower():
                sys.exit(answer.decode())
        writer.close()

    await asyncio.gather(*(click(*person) for person in people))
    seconds = time.monotonic() - begun
    return {
        "clicks/s": len(codes) / seconds,
        "processor µs a click, web": (sum(map(busy, workers)) - before) / len(codes) * 1e6,
        "processor µs a click, who clicks": (busy(os.getpid()) - ours) / len(codes) * 1e6,
    }


def check(number: int) -> None:
    """Is everybody stored once?"""
    stored = db.session.execute(select(func.count(), func.sum(Click.times))).one()
    query = select(Link.people, Link.clicks).where(Link.kind == LinkKind.ADDRESS)
    sums = db.session.execute(query).one()
    if not tuple(stored) == tuple(sums) == (number, number):
        sys.exit(f"{number} people clicked; stored: {stored}, sums: {sums}")


if __name__ == "__main__":
    main()
