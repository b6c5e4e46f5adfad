"""Connections and transactions: what SQLite and PostgreSQL need to be equally safe."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from promosms.extensions import db

PRAGMAS = (
    "PRAGMA busy_timeout = 20000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


def init_app(app: Flask) -> None:
    """Attach the listeners of this module to the engine of the application."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction that may write; joins the running one if there is one.

    SQLite: opened by BEGIN IMMEDIATE, because a read transaction that wants to write later can
    be refused at once (SQLITE_BUSY_SNAPSHOT) without waiting. The snapshot that the request may
    already hold is ended first, so objects loaded before are read again under the lock.
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


def on_sqlite() -> bool:
    """Is the database SQLite (and not PostgreSQL)?"""
    return db.engine.dialect.name == "sqlite"


def dispose() -> None:
    """Forget the connections that a fork has inherited, without closing the parent's."""
    engine: Engine = db.engine
    engine.dispose(close=False)


def _configure_sqlite(connection: Any, _record: object) -> None:
    raw: sqlite3.Connection = connection
    raw.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    for pragma in PRAGMAS:
        raw.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
