"""Overwriting files: deleted rows must not be readable in the files of the database either.

SQLite overwrites deleted rows (`secure_delete`), but copies can stay in free pages and in the
write-ahead log, and letters in the index of the search: a merge rewrites the index, VACUUM the
file, and a truncating checkpoint empties the log. PostgreSQL keeps dead rows until the table is
rewritten, and samples of values in its statistics; those of an emptied table it keeps for ever. It
also keeps, in a rewritten table, what a transaction that began before may still see.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing

from redis import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from promosms import logs, queue
from promosms.db import search_index
from promosms.db.transactions import on_sqlite
from promosms.extensions import db

log = logs.get(__name__)
PATIENCE = 20.0
PAUSE = 0.1
# A waiting lock on a table blocks all later ones.
LOCK_MILLISECONDS = 3_000
# The owner of a database may not have the rights for these.
IF_PERMITTED = (
    "VACUUM FULL pg_catalog.pg_statistic",
    # Twice: a checkpoint frees only the log before the previous checkpoint.
    *("SELECT pg_switch_wal()", "CHECKPOINT") * 2,
)
# Whoever began, or took a snapshot, before the transaction :moment may see what it found deleted.
SEEN_BY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND greatest(age(backend_xid), age(backend_xmin)) > age(CAST(:moment AS xid))
"""
# Columns of text, JSON and bytes with statistics; numbers and times are not personal.
SAMPLED = """
    SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass(quote_ident(:name)) AND a.attnum > 0 AND NOT a.attisdropped
      AND t.typcategory IN ('S', 'U', 'A')
      AND EXISTS (SELECT 1 FROM pg_stats s WHERE s.tablename = :name AND s.attname = a.attname)
"""


def overwrite(tables: Iterable[str]) -> bool:
    """Overwrite what was deleted from these tables; False if other connections prevent it."""
    return _overwrite_sqlite() if on_sqlite() else _overwrite_postgresql(tables)


def overwrite_redis() -> None:
    """Let Redis rewrite its files. They hold ids and limits only, so a refusal is not an error."""
    server = queue.connection()
    for rewrite in (server.bgrewriteaof, server.bgsave):
        try:
            if rewrite != server.bgsave or server.config_get("save").get("save"):
                rewrite()
        except RedisError:
            log.info("overwrite.not_permitted", extra={"where": rewrite.__name__})


def _overwrite_sqlite() -> bool:
    end = time.monotonic() + PATIENCE
    path = db.engine.url.database or ""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PAUSE * 20)) as raw:
        raw.execute("PRAGMA secure_delete = ON")
        steps = (_merge, _vacuum, _truncate)
        return all(_repeat(end, raw, step) for step in steps)


def _repeat(
    end: float, raw: sqlite3.Connection, step: Callable[[sqlite3.Connection], bool]
) -> bool:
    while not step(raw):
        if time.monotonic() > end:
            log.warning("overwrite.busy", extra={"code": step.__name__.strip("_")})
            return False
        time.sleep(PAUSE)
    return True


def _merge(raw: sqlite3.Connection) -> bool:
    return _free(lambda: search_index.merge(raw))


def _vacuum(raw: sqlite3.Connection) -> bool:
    return _free(lambda: raw.execute("VACUUM"))


def _free(work: Callable[[], object]) -> bool:
    """Do the work; False if other connections prevent it."""
    try:
        work()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise
    return True


def _truncate(raw: sqlite3.Connection) -> bool:
    busy, _frames, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return int(busy) == 0


def _overwrite_postgresql(tables: Iterable[str]) -> bool:
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.detach()  # its settings must not go back to the pool
        connection.execute(text(f"SET lock_timeout = {LOCK_MILLISECONDS}"))
        if not _is_seen_by_nobody(connection):
            log.warning("overwrite.busy", extra={"code": "snapshot"})
            return False
        try:
            for name in tables:
                connection.execute(text(f'VACUUM (FULL, ANALYZE) "{name}"'))
                _forget_samples(connection, name)
        except OperationalError:
            log.warning("overwrite.busy", extra={"code": "vacuum"})
            return False
        for statement in IF_PERMITTED:
            try:
                connection.execute(text(statement))
            except SQLAlchemyError:
                log.info("overwrite.not_permitted", extra={"where": statement.split()[0].lower()})
    return True


def _is_seen_by_nobody(connection: Connection) -> bool:
    """Wait until nobody may see any more what is deleted by now; False if it takes too long."""
    end = time.monotonic() + PATIENCE
    moment = connection.scalar(text("SELECT CAST(pg_current_xact_id() AS text)"))
    while connection.scalar(text(SEEN_BY), {"moment": _as_xid(moment)}):
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def _as_xid(full: str) -> str:
    """A transaction id without the number of times that the ids have begun anew."""
    return str(int(full) % 2**32)


def _forget_samples(connection: Connection, name: str) -> None:
    """Drop the statistics of an empty table, which ANALYZE does not change.

    Setting the type of a column drops them, even if the type stays the same.
    """
    if connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")')):
        return
    sampled = connection.execute(text(SAMPLED), {"name": name}).all()
    if sampled:
        changes = ", ".join(f"ALTER COLUMN {column} TYPE {kind}" for column, kind in sampled)
        connection.execute(text(f'ALTER TABLE "{name}" {changes}'))
