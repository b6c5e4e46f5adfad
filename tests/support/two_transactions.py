"""Two transactions at once, on PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from promosms.extensions import db

PATIENCE = 120


@contextmanager
def connection() -> Iterator[psycopg.Connection]:
    """A connection of its own to the database of the application."""
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as live:
        yield live


def waits(watch: psycopg.Connection, pid: int, thread: threading.Thread) -> bool:
    """Does the other transaction wait for a lock? False if it has ended without waiting."""
    end = time.monotonic() + PATIENCE
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    while time.monotonic() < end:
        row = watch.execute(query, (pid,)).fetchone()
        watch.rollback()
        if row and row[0]:
            return True
        if not thread.is_alive():
            return False
    raise AssertionError("it neither waits nor ends")


class Second(NamedTuple):
    """What became of the second statement."""

    waited: bool
    error: str
    """The SQLSTATE with which it was refused; empty if it was not."""


def at_once(first: str, second: str) -> Second:
    """Run the second statement while the first is not committed yet."""
    errors = [""]
    with connection() as one, connection() as two, connection() as watch:
        one.execute(first)

        def run() -> None:
            try:
                two.execute(second)
                two.commit()
            except psycopg.Error as error:
                errors.append(error.sqlstate or "?")

        thread = threading.Thread(target=run)
        thread.start()
        waited = waits(watch, two.info.backend_pid, thread)
        one.commit()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return Second(waited, errors[-1])
