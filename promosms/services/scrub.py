"""Scrubbing: what was deleted must not be readable in the files of the database either.

SQLite overwrites deleted rows (`secure_delete`), but copies of them can be left in free pages
and in the write-ahead log: VACUUM rebuilds the file, and a checkpoint that truncates empties
the log. PostgreSQL keeps dead rows until the table is rewritten, and samples of values in its
statistics.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from promosms import logs
from promosms.database import on_sqlite
from promosms.extensions import db
from promosms.models import Model, Privacy

log = logs.get(__name__)
PATIENCE = 60.0
PAUSE = 0.1


def scrub() -> bool:
    """Make deleted rows unreadable; False when other connections kept that from happening."""
    return _scrub_sqlite() if on_sqlite() else _scrub_postgresql()


def _scrub_sqlite() -> bool:
    end = time.monotonic() + PATIENCE
    path = db.engine.url.database or ""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PAUSE * 20)) as raw:
        raw.execute("PRAGMA secure_delete = ON")
        return _until(end, raw, _vacuum) and _until(end, raw, _truncate)


def _until(end: float, raw: sqlite3.Connection, step: Callable[[sqlite3.Connection], bool]) -> bool:
    while not step(raw):
        if time.monotonic() > end:
            log.warning("scrub.busy", extra={"where": step.__name__.strip("_")})
            return False
        time.sleep(PAUSE)
    return True


def _vacuum(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise
    return True


def _truncate(raw: sqlite3.Connection) -> bool:
    busy, _frames, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return busy == 0


def _scrub_postgresql() -> bool:
    names = [
        mapper.local_table.name
        for mapper in Model.registry.mappers
        if mapper.class_.privacy in (Privacy.COLLECTED, Privacy.ACCOUNT)
    ]
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in sorted(names):
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{name}"'))
    for statement in ("VACUUM FULL pg_catalog.pg_statistic", "CHECKPOINT"):
        try:  # these need rights that the owner of a database does not always have
            with engine.connect() as connection:
                connection.execute(text(statement))
        except SQLAlchemyError:
            log.info("scrub.not_permitted", extra={"where": statement.split()[0].lower()})
    return True
