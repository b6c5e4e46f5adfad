"""Can the SQLite of this Python do what the search needs?"""

import sqlite3
from contextlib import closing

PROBE = "CREATE VIRTUAL TABLE probe USING fts5(words, tokenize = 'trigram', detail = none)"


def problem(database_url: str) -> str:
    """What is missing, in one line; empty if nothing is, or the database is another one."""
    if not database_url.startswith("sqlite"):
        return ""
    with closing(sqlite3.connect(":memory:")) as memory:
        try:
            memory.execute(PROBE)
        except sqlite3.OperationalError:
            return (
                f"The SQLite of this Python ({sqlite3.sqlite_version}) cannot make the index of "
                "the search: it must be 3.34 or newer, with FTS5. Use another Python or PostgreSQL."
            )
    return ""
