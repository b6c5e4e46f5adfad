"""How many webhooks a second one worker delivers.

    python -m benchmarks.webhooks [--events 2000] [--endpoints 10] [--dead 10]
        [--database sqlite|postgresql|URL] [--runs 3]

Every event is a text whose result is known; each endpoint is told of each. The endpoints are a
program of its own that answers over TLS, 20 ms later, as a server far away would. The dead ones
take connections and never answer. The clock runs from the start of the worker's job to the last
answer that is recorded. At the end each event must have come to each endpoint exactly once.
"""

import argparse
import asyncio
import multiprocessing
import ssl
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from benchmarks.installation import Installation, account, database, running_installation, say
from benchmarks.preparation import add_people, launched
from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    WebhookDelivery,
    WebhookEvent,
)
from promosms.services.webhooks import endpoints, noting
from promosms.supervisor.certificate import ensure

FAR = 0.02
"""Seconds until an endpoint answers."""
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


def main() -> None:
    """Run `--runs` times and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--endpoints", type=int, default=10)
    parser.add_argument("--dead", type=int, default=10)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, list[float]] = {}
    with database(options.database) as url:
        for _ in range(options.runs):
            for name, value in run(options, url).items():
                results.setdefault(name, []).append(value)
    for name in ("database", "events", "endpoints", "dead"):
        say(name, getattr(options, name))
    for name, values in results.items():
        say(name, median(values))


def run(options: argparse.Namespace, url: str) -> dict[str, float]:
    """Measure once in a new installation."""
    with running_installation(url) as installation:
        folder = Path(installation.app.instance_path)
        certificate = ensure(folder / "endpoints.pem", "localhost")
        installation.env |= {
            "SSL_CERT_FILE": str(certificate),
            "PROMOSMS_WEBHOOK_PRIVATE": "yes",
        }
        with installation.app.app_context():
            account_id = account("webhooks")
            add_people(account_id, options.events, 600_000_000)
            campaign_id, _ = launched(account_id)
        prepare(installation, campaign_id)
        with receiving(certificate) as (alive, dead, counted):
            with installation.app.app_context():
                for number in range(options.endpoints):
                    listen(account_id, f"{alive}{number}")
                for number in range(options.dead):
                    listen(account_id, f"{dead}{number}")
                happen(campaign_id)
            return measure(installation, options, counted)


def prepare(installation: Installation, campaign_id: int) -> None:
    """Write the texts of the campaign."""
    installation.start("work")
    with installation.app.app_context():
        queue.wake("work", "prepare.run", campaign_id)

    def prepared() -> bool:
        db.session.rollback()
        campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
        return campaign.status == CampaignStatus.SENDING

    installation.wait(prepared)
    installation.stop()


def listen(account_id: int, url: str) -> None:
    """An endpoint that hears of results."""
    wish = endpoints.Wish(url, (WebhookEvent.MESSAGE_FINISHED,))
    endpoints.make(account_id, wish, "benchmark")


def happen(campaign_id: int) -> None:
    """The result of each text."""
    columns = (Message.id, Message.account_id, Message.campaign_id, Message.priority)
    with transaction() as session:
        rows = session.execute(select(*columns).where(Message.campaign_id == campaign_id))
        texts = [noting.EndedText(*row) for row in rows]
        accounts = {text.account_id for text in texts}
        noting.note_texts(session, accounts, MessageStatus.DELIVERED, lambda: texts)


def measure(
    installation: Installation, options: argparse.Namespace, counted: Connection
) -> dict[str, float]:
    """Let the worker deliver, and look when all is done."""
    wanted: int = options.events * options.endpoints
    installation.start("webhooks")
    before = installation.busy("webhooks")
    app = installation.app
    delivered = select(func.count()).where(WebhookDelivery.status == "delivered")
    with app.app_context():
        begun = time.monotonic()
        queue.wake("webhooks", "webhooks.job.run")

        def done() -> bool:
            db.session.rollback()
            number: int = db.session.scalar(delivered) or 0
            return number >= wanted

        installation.wait(done)
        seconds = time.monotonic() - begun
    spent = installation.busy("webhooks") - before
    memory = installation.peak("webhooks")
    installation.stop()
    counted.send("count")
    ids: Counter[str] = counted.recv()
    if len(ids) != wanted or set(ids.values()) != {1}:
        sys.exit(f"{wanted} were to come once; {len(ids)} came, {ids.total()} times in all")
    return {
        "deliveries/s": wanted / seconds,
        "processor µs a delivery": spent / wanted * 1e6,
        "peak memory, MB": memory,
    }


@contextmanager
def receiving(certificate: Path) -> Iterator[tuple[str, str, Connection]]:
    """Endpoints in a process of their own: addresses of live and of dead ones, and its count."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(str(certificate), theirs), daemon=True
    )
    process.start()
    try:
        alive, dead = ours.recv()
        yield f"https://localhost:{alive}/", f"https://localhost:{dead}/", ours
    finally:
        process.terminate()
        process.join()


def serve(certificate: str, counted: Connection) -> None:
    """Answer until the process is ended."""
    asyncio.run(_serve(certificate, counted))


async def _serve(certificate: str, counted: Connection) -> None:
    ids: Counter[str] = Counter()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
                await reader.readexactly(int(fields["content-length"]))
                ids[head.split(" ")[1] + fields["webhook-id"]] += 1
                await asyncio.sleep(FAR)
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    alive = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    dead = await asyncio.start_server(say_nothing, "127.0.0.1", 0, ssl=context)
    counted.send([server.sockets[0].getsockname()[1] for server in (alive, dead)])
    while True:
        await asyncio.to_thread(counted.recv)
        counted.send(ids)


if __name__ == "__main__":
    main()
