"""Keeps the index of the search up to date on SQLite, in the transaction of each change.

Triggers note what has changed (`models/recipients/search_index.py`); before a commit one statement
for all rows takes the old words out of the index, and another one puts the new ones in. So it does
not matter who writes recipients, and a transaction that is rolled back leaves nothing.
"""

import sqlite3
import time

from sqlalchemy import Connection, Engine, event

from promosms.models.recipients.search_index import CHANGES, OWNER, ROWS, TABLE

TAKE_OUT = (
    f"INSERT INTO {TABLE}({TABLE}, rowid, search, owner) "
    f"SELECT 'delete', id, search, {OWNER.format('account_id')} FROM {CHANGES} "
    "WHERE search IS NOT NULL"
)
PUT_IN = (
    f"INSERT INTO {TABLE}(rowid, search, owner) SELECT id, search, owner FROM {ROWS} "
    f"WHERE id IN (SELECT id FROM {CHANGES})"
)
PAGES, PAUSE = 64, 0.005
"""So many pages of the index are merged at a time, some 50 ms; then other writers have a chance."""


def init_app(engine: Engine) -> None:
    """Update the index before each commit on SQLite; PostgreSQL does it by itself."""
    event.listen(engine, "commit", _before_commit)


def update(raw: sqlite3.Connection) -> None:
    """Bring the index up to date with what this transaction has changed."""
    if raw.execute(f"SELECT 1 FROM {CHANGES} LIMIT 1").fetchone():
        for statement in (TAKE_OUT, PUT_IN, f"DELETE FROM {CHANGES}"):
            raw.execute(statement)


def merge(raw: sqlite3.Connection) -> None:
    """Rewrite the index without what was taken out of it; the connection commits by itself.

    FTS5 only notes that a row is gone: its letters stay until the parts of the index are merged.
    """
    if not _exists(raw):
        return
    raw.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('merge', -{PAGES})")
    changed = 2
    while changed >= 2:  # fewer changes: there was nothing to merge any more
        before = raw.total_changes
        raw.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('merge', {PAGES})")
        changed = raw.total_changes - before
        time.sleep(PAUSE)


def _before_commit(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    info = connection.connection.info
    if info.get("search_index") != raw.total_changes and _exists(raw):
        update(raw)
    info["search_index"] = raw.total_changes


def _exists(raw: sqlite3.Connection) -> bool:
    """Not before the migration that makes it."""
    query = "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'"
    return raw.execute(query, (CHANGES,)).fetchone() is not None
