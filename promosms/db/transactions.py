"""Connections and transactions, equally safe on SQLite and PostgreSQL."""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from promosms.db import answer_limit, search_index
from promosms.extensions import db

PATIENCE = 20  # seconds
PRAGMAS = (
    f"PRAGMA busy_timeout = {PATIENCE * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    # Otherwise a REPLACE deletes guarded rows without their triggers.
    "PRAGMA recursive_triggers = ON",
    # More than the default of 2 MB: a million messages are written all over the indexes.
    "PRAGMA cache_size = -8192",
)
USUAL_LOG, LARGE_LOG = 1_000, 16_384  # pages of 4 KiB
ROOM = 2**30


def init_app(app: Flask, functions: Mapping[str, Callable[[str], str]]) -> None:
    """Attach the listeners of this module to the engine of the application.

    SQLite can call the `functions` by their names; the same text always has the same answer.
    """
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_configure_sqlite, functions))
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _usual_log)
        search_index.init_app(engine)
    else:
        answer_limit.init_app(app, engine)


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction that may write; joins the running one if there is one.

    SQLite: opened by BEGIN IMMEDIATE, because a read transaction that wants to write later can
    be refused at once (SQLITE_BUSY_SNAPSHOT). The snapshot that the request may already hold is
    ended first, so objects loaded before are read again under the lock.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.commit()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"writing": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def writing() -> bool:
    """Is a writing transaction running here? Other connections do not see its changes."""
    return bool(db.session().info.get("writing"))


def undone(ended: SessionTransaction) -> SessionTransaction:
    """What is rolled back with a part that has ended so: its savepoint, or the whole transaction.

    For listeners of `after_soft_rollback`: a flush that fails is a part of its own to SQLAlchemy.
    The whole transaction has no parent.
    """
    while ended.parent is not None and not ended.nested:
        ended = ended.parent
    return ended


def on_sqlite() -> bool:
    """Is the database SQLite (and not PostgreSQL)?"""
    return db.engine.dialect.name == "sqlite"


def has_room() -> bool:
    """Is the database SQLite, with a free gigabyte on its disk for a longer write-ahead log?"""
    file = db.engine.url.database
    return on_sqlite() and bool(file) and shutil.disk_usage(Path(str(file)).parent).free > ROOM


def lengthen_log(session: Session) -> None:
    """Let the write-ahead log of SQLite grow to 64 MB, until this transaction has ended.

    Thousands of rows change the same pages of the indexes again and again; a longer log copies them
    back less often. Not for a small disk, which would fill up.
    """
    session.connection().exec_driver_sql(f"PRAGMA wal_autocheckpoint = {LARGE_LOG}")
    raw = session.connection().connection
    raw.info["log"] = LARGE_LOG


def dispose() -> None:
    """Forget the connections that a fork has inherited, without closing the parent's."""
    engine: Engine = db.engine
    engine.dispose(close=False)


def _configure_sqlite(
    functions: Mapping[str, Callable[[str], str]], connection: Any, _record: object
) -> None:
    raw: sqlite3.Connection = connection
    raw.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    for pragma in PRAGMAS:
        raw.execute(pragma)
    for name, function in functions.items():
        raw.create_function(name, 1, function, deterministic=True)


def _usual_log(raw: Any, record: Any) -> None:
    if record.info.pop("log", None):
        raw.execute(f"PRAGMA wal_autocheckpoint = {USUAL_LOG}").close()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN")
        return
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    _begin_immediate(raw)


def _begin_immediate(raw: sqlite3.Connection) -> None:
    """Take the write lock. SQLite's own wait has steps of up to 100 ms and starves slow writers."""
    end = time.monotonic() + PATIENCE
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                time.sleep(random.uniform(0.001, 0.004))
    finally:
        raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
