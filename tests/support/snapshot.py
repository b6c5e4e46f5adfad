"""Snapshots of everything that the application stores, which can be restored many times."""

import shutil
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis
from flask import Flask
from psycopg import sql
from sqlalchemy import URL, Integer

from promosms.extensions import db
from promosms.jobs import nightly
from promosms.models import Model
from promosms.services.installation import defaults, nightly_jobs
from tests.support.cast import Cast, invite_cast

FOLDERS = ("uploads", "undecided_uploads", "exports", "simulator", "erased")
LONGEST = 60
"""Seconds for which a snapshot is reused: rows that count as recent must still be recent."""
Made = TypeVar("Made")


class Snapshots:
    """What tests begin with: made once, and put back for each of them."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self.app, self.redis_url = app, redis_url
        self.people: Cast | None = None
        self.made: dict[str, tuple[Any, Snapshot]] = {}
        with app.app_context():
            defaults.ensure_defaults()
            # As on any day. Otherwise all of them ran in each test that waits for work to be done.
            for job in nightly.NIGHTLY:
                nightly_jobs.claim(job)
                nightly_jobs.finish(job)
            db.session.remove()
        self.empty = self.with_people = Snapshot(app, redis_url)

    def begin_empty(self) -> None:
        """An installation that was just started."""
        self.empty.put_back()

    def begin_with_cast(self, *, anew: bool = False) -> None:
        """The cast, their accounts and nothing else; `people` are they."""
        if self.people and self.with_people.age() < LONGEST and not anew:
            self.with_people.put_back()
            return
        self.begin_empty()
        self.people = invite_cast(self.app)
        self.with_people = Snapshot(self.app, self.redis_url)
        self.made.clear()

    def begin_with(self, name: str, make: Callable[[], Made]) -> Made:
        """The cast and what `make` stores for them; returns its result."""
        made, snapshot = self.made.get(name, (None, None))
        if snapshot and snapshot.age() < LONGEST:
            snapshot.put_back()
        else:
            self.with_people.put_back()
            made = make()
            self.made[name] = made, Snapshot(self.app, self.redis_url)
        return made


class Snapshot:
    """Rows, files and Redis keys. Restoring them is much faster than creating them."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self.instance = Path(app.instance_path)
        self.redis = redis.Redis.from_url(redis_url)
        self.taken_at = time.monotonic()
        with app.app_context():
            self.rows = ROWS[db.engine.dialect.name](db.engine.url)
        self.keys = [
            (key, self.redis.pttl(key), self.redis.dump(key)) for key in self.redis.scan_iter()
        ]
        # In memory: other tests search the whole disk for deleted data.
        self.files = {
            path: path.read_bytes()
            for name in FOLDERS
            for path in (self.instance / name).rglob("*")
            if path.is_file()
        }

    def age(self) -> float:
        """Seconds since it was taken."""
        return time.monotonic() - self.taken_at

    def put_back(self) -> None:
        """Replace everything that is stored now."""
        for name in FOLDERS:
            shutil.rmtree(self.instance / name, ignore_errors=True)
        for path, content in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.rows.put_back()
        self.redis.flushall()
        for key, left, value in self.keys:
            self.redis.restore(key, max(left, 0), value)


def stored_rows(app: Flask) -> dict[str, list[str]]:
    """All rows as text, sorted, by table: to compare, not to read."""
    rows: dict[str, list[str]] = {table.name: [] for table in Model.metadata.sorted_tables}
    with app.app_context():
        url = db.engine.url
    if url.drivername == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as live:
            for name in rows:
                rows[name] = sorted(map(repr, live.execute(f"SELECT * FROM {name}")))
        return rows
    everything = " UNION ALL ".join(f"SELECT '{name}', t::text FROM {name} t" for name in rows)
    for name, row in _connection(url).execute(everything, prepare=True):
        rows[name].append(row)
    return {name: sorted(content) for name, content in rows.items()}


class Rows(ABC):
    """All rows of the database behind a URL."""

    @abstractmethod
    def __init__(self, url: URL) -> None: ...

    @abstractmethod
    def put_back(self) -> None:
        """Replace all rows of the same database by them."""


class RowsOnSqlite(Rows):
    """By a backup of the whole SQLite file."""

    def __init__(self, url: URL) -> None:
        self.path = str(url.database)
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self.path)) as live:
            live.backup(self.copy)

    def put_back(self) -> None:
        # A new connection each time, because a test may replace the file.
        with closing(sqlite3.connect(self.path, timeout=10)) as live:
            self.copy.backup(live)


class RowsOnPostgresql(Rows):
    """By COPY, and without the triggers that protect some tables."""

    def __init__(self, url: URL) -> None:
        self.live = _connection(url)
        self.tables: dict[str, bytes] = {}
        with self.live.transaction():
            for table in Model.metadata.sorted_tables:
                copying = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.name))
                with self.live.cursor().copy(copying) as out:
                    if content := b"".join(bytes(piece) for piece in out):
                        self.tables[table.name] = content
            # A test begins with the same ids, whichever tests came before it.
            self.sequences = "SELECT " + ", ".join(
                f"setval('{name}_id_seq', {max(first, self._last_id(name) + 1)}, false)"
                for name, first in FIRST_IDS.items()
            )

    def put_back(self) -> None:
        with self.live.transaction():
            full = [row[0] for row in self.live.execute(NONEMPTY, prepare=True)]
            emptied = "; ".join(f"DELETE FROM {name}" for name in full)
            self.live.execute(emptied)
            for name, content in self.tables.items():
                copying = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with self.live.cursor().copy(copying) as into:
                    into.write(content)
            self.live.execute(self.sequences, prepare=True)

    def _last_id(self, table: str) -> int:
        row = self.live.execute(f"SELECT max(id) FROM {table}").fetchone()
        return int(row[0] or 0) if row else 0


FIRST_IDS = {
    table.name: 1_000 * place
    for place, table in enumerate(Model.metadata.sorted_tables, 1)
    if "id" in table.c and isinstance(table.c.id.type, Integer) and not table.c.id.foreign_keys
}
"""On PostgreSQL each table begins with another id, so that no id is taken for another table's."""
# The tables with rows. Most are empty, and a query is cheaper than a delete.
NONEMPTY = " UNION ALL ".join(
    f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})"
    for table in reversed(Model.metadata.sorted_tables)
)
ROWS: dict[str, type[Rows]] = {"sqlite": RowsOnSqlite, "postgresql": RowsOnPostgresql}
_connections: dict[URL, psycopg.Connection[Any]] = {}


def _connection(url: URL) -> psycopg.Connection[Any]:
    """One for all snapshots of a database, so that it has each statement prepared only once.

    No triggers run in it. Switched off for one transaction, they would make the server forget the
    plans of all prepared statements, whose planning takes longer than they do.
    """
    if url not in _connections:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        _connections[url] = psycopg.connect(address, autocommit=True)
        _connections[url].execute("SET session_replication_role = replica")
    return _connections[url]
