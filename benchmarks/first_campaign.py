"""From a file to the last receipt: 10,000 recipients through a real installation.

    python -m benchmarks.first_campaign [--people 10000] [--database URL]

Starts everything with `promosms up` in a folder of its own, imports a CSV (3 % of its rows are
bad), sends one campaign through the simulator and waits for all receipts. Prints rows/s,
messages/s and the peak memory of every process.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import Select, func, select

from benchmarks import people
from promosms import create_app, queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    Import,
    ImportStatus,
    Message,
    Recipient,
    now,
)
from promosms.services.campaigns import audience, launch
from promosms.services.imports import imports
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.recipients.consent import Basis

SECONDS = 600


def main() -> None:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=20_000, help="parts per second of the gateway")
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with own_folder(options.database, options.rate) as folder:
        file = folder / "people.csv"
        good = people.write(file, options.people, bad=0.03)
        with installation_running(folder) as supervisor:
            app = create_app()
            account_id = open_account(app)
            import_seconds = import_file(app, account_id, file, good)
            say("rows in the file", options.people)
            say("rows/s imported", options.people / import_seconds)
            send(app, account_id, good)
            for name, megabytes in peaks(supervisor):
                say(f"peak MB of {name}", megabytes)


@contextmanager
def own_folder(database: str, rate: int = 20_000) -> Iterator[Path]:
    """The folder of an installation with a fast network; `database` is its address, or empty."""
    folder = Path(tempfile.mkdtemp(prefix="pb-"))
    os.environ |= {
        "PROMOSMS_INSTANCE": str(folder),
        "PROMOSMS_SIMULATOR_RATE": str(rate),
        "PROMOSMS_SIMULATOR_RECEIPT_SECONDS": "0.5",
    }
    if database:
        os.environ["PROMOSMS_DATABASE_URL"] = database
    say("database", "PostgreSQL" if database else "SQLite")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def installation_running(folder: Path, *options: str) -> Iterator[psutil.Process]:
    """`promosms up` on free ports, until its first page is there."""
    ports = [str(port) for port in free_ports(2)]
    command = [sys.executable, "-m", "promosms", "up", "--port", ports[0], "--http-port", ports[1]]
    command += options
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while b"Ctrl-C" not in (folder / "up.log").read_bytes():
            if process.poll() is not None or time.monotonic() > end:
                sys.exit((folder / "up.log").read_text())
            time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def open_account(app: Flask) -> int:
    """Make an account with enough credit; returns its id."""
    with app.app_context():
        with transaction() as session:
            account = Account(region="PL", approved_at=now())
            session.add(account)
        ledger.credit(account.id, 10**9, "credit:benchmark")
        return account.id


def import_file(app: Flask, account_id: int, file: Path, good: int) -> float:
    """Import the file in the worker; returns the seconds it took."""
    with app.app_context():
        account = db.session.get_one(Account, account_id)
        began = time.monotonic()
        with file.open("rb") as stream:
            new = imports.upload(account, stream, file.name)
        basis = Basis(Consent.GIVEN, "benchmark", datetime.now(UTC))
        imports.start(new, new.mapping, new.has_header, imports.Target(), basis)
        queue.wake("work", "imports.run", new.id)
        wait(lambda: db.session.get_one(Import, new.id).status == ImportStatus.FINISHED)
        seconds = time.monotonic() - began
        ours = select(func.count()).where(Recipient.account_id == account_id)
        recipient_count = db.session.scalar(ours)
        assert recipient_count == good, (recipient_count, good)
    return seconds


def send(app: Flask, account_id: int, good: int) -> None:
    """Send one campaign to everybody and print its rates."""
    with app.app_context():
        with transaction() as session:
            campaign = Campaign(
                account_id=account_id,
                route_id=defaults.default_route().id,
                text="Dzień dobry {first_name|there}, 20 % off until Sunday. Just show this text.",
                everyone=True,
            )
            session.add(campaign)
        began = time.monotonic()
        launch.launch(campaign, audience.estimate(campaign).total)
        queue.wake("work", "prepare.run", campaign.id)
        wait(lambda: read(campaign.id).status != CampaignStatus.PREPARING)
        prepared = time.monotonic()
        wait(lambda: read(campaign.id).status == CampaignStatus.FINISHED)
        sent = time.monotonic()
        wait(lambda: not db.session.scalar(open_messages(campaign.id)))
        receipted = time.monotonic()
        done = read(campaign.id)
        say("messages", done.audience)
        say("messages/s prepared", good / (prepared - began))
        say("messages/s sent", good / (sent - prepared))
        say("messages/s from launch to the last receipt", good / (receipted - began))
        say("delivered", done.n_delivered)


def open_messages(campaign_id: int) -> Select[int]:
    """Messages that still wait for a receipt."""
    waiting = Message.status.in_(("queued", "sending", "sent"))
    return select(func.count()).where(Message.campaign_id == campaign_id, waiting)


def read(campaign_id: int) -> Campaign:
    """The campaign as it is now."""
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id, populate_existing=True)


def wait(done: Callable[[], bool]) -> None:
    """Check ten times a second, for ten minutes at most."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        db.session.rollback()
        db.session.expire_all()
        if done():
            return
        time.sleep(0.1)
    sys.exit("It took longer than ten minutes.")


def peaks(supervisor: psutil.Process) -> list[tuple[str, float]]:
    """The highest resident memory of each running process in MB, from the kernel."""
    peak_by_process = []
    for process in [supervisor, *supervisor.children(recursive=True)]:
        status = Path(f"/proc/{process.pid}/status").read_text()
        high = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        peak_by_process.append((f"{process.name()} ({process.pid})", int(high.split()[1]) / 1024))
    return peak_by_process


def free_ports(number: int) -> list[int]:
    """Free ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(server.getsockname()[1]) for server in sockets]
    for server in sockets:
        server.close()
    return ports


def say(label: str, value: object) -> None:
    """Print one line of the result."""
    shown = f"{value:,.0f}" if isinstance(value, float) else str(value)
    sys.stdout.write(f"{label:46} {shown:>12}\n")


if __name__ == "__main__":
    main()
