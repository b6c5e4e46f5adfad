"""A snapshot of everything that the application stores, which can be restored many times."""

import shutil
import sqlite3
import time
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path

import psycopg
import redis
from flask import Flask
from psycopg import sql
from sqlalchemy import URL

from promosms.extensions import db
from promosms.models import Model
from tests.support import tables

FOLDERS = ("uploads", "exports", "simulator", "erased")


class Snapshot:
    """Rows, files and Redis keys. Restoring them is much faster than creating them."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self.app = app
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
        with self.app.app_context():
            tables.empty()
        self.rows.put_back()
        self.redis.flushall()
        for key, left, value in self.keys:
            self.redis.restore(key, max(left, 0), value)


class Rows(ABC):
    """All rows of the database behind a URL."""

    @abstractmethod
    def __init__(self, url: URL) -> None: ...

    @abstractmethod
    def put_back(self) -> None:
        """Put them into the same database."""


class RowsOnSqlite(Rows):
    """By a backup of the whole SQLite file."""

    def __init__(self, url: URL) -> None:
        self.path = str(url.database)
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self.path)) as live:
            live.backup(self.copy)

    def put_back(self) -> None:
        with closing(sqlite3.connect(self.path, timeout=10)) as live:
            self.copy.backup(live)


class RowsOnPostgresql(Rows):
    """By COPY, and without the triggers that protect some tables."""

    def __init__(self, url: URL) -> None:
        self.address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.tables: dict[str, bytes] = {}
        with psycopg.connect(self.address) as live:
            for table in Model.metadata.sorted_tables:
                copying = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.name))
                with live.cursor().copy(copying) as out:
                    if content := b"".join(bytes(piece) for piece in out):
                        self.tables[table.name] = content

    def put_back(self) -> None:
        with psycopg.connect(self.address) as live:
            live.execute("SET LOCAL session_replication_role = replica")
            for name, content in self.tables.items():
                copying = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with live.cursor().copy(copying) as into:
                    into.write(content)


ROWS: dict[str, type[Rows]] = {"sqlite": RowsOnSqlite, "postgresql": RowsOnPostgresql}
