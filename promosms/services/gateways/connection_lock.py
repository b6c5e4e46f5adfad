"""One worker for each gateway connection: a lock that ends with the process that holds it.

Nothing has to expire: whoever is killed, on whatever machine or in whatever container, lets go at
once, because the kernel or the database server sees its end. A host that vanishes is found out by
the server after STORE_SILENCE_SECONDS.
"""

import contextlib
import fcntl
import time
from typing import TextIO

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from promosms import logs
from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.settings import instance_file, settings

log = logs.get(__name__)

PATIENCE = 3.0
"""Seconds to wait for the end of a worker that has just been killed."""
PAUSE = 0.1
LOCKS = 20_775
"""The first of the two numbers of our advisory locks; the second one names the connection."""
PER_GATEWAY = 1_000
# The server looks for a host that is gone, as we do. On a Unix socket it reads these as zero.
LOOK = text(
    "SELECT set_config('tcp_keepalives_idle', :idle, false),"
    " set_config('tcp_keepalives_interval', :idle, false),"
    " set_config('tcp_user_timeout', :silence, false)"
)
TAKE = text("SELECT pg_try_advisory_lock(:locks, :number)")
LET_GO = text("SELECT pg_advisory_unlock(:locks, :number)")


class Taken(Exception):
    """Another process holds this connection."""


class ConnectionLock:
    """The lock of one connection of a gateway, counted from 1."""

    def __init__(self, gateway_id: int, connection: int) -> None:
        self.gateway_id, self.connection = gateway_id, connection
        self.file: TextIO | None = None
        self.session: Connection | None = None

    def take(self, patience: float | None = None) -> None:
        """Take it, and hold it until this process ends. Raises Taken."""
        end = time.monotonic() + (PATIENCE if patience is None else patience)
        while not (self._lock_file() if on_sqlite() else self._lock_in_database()):
            if time.monotonic() >= end:
                raise Taken
            time.sleep(PAUSE)

    def keep(self) -> None:
        """Take it again if the connection to the database was lost. Raises Taken."""
        if self.file is not None:
            return
        try:
            if self.session is not None:
                self.session.execute(text("SELECT 1"))
                return
        except DBAPIError:
            self.release()
        self.take()

    def release(self) -> None:
        """Let another process take it, at once."""
        if self.file is not None:
            self.file.close()
        if self.session is not None:
            self._unlock(self.session)
            _close(self.session)
        self.file = self.session = None

    def _lock_file(self) -> bool:
        file = instance_file("locks", f"{self.gateway_id}-{self.connection}").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def _lock_in_database(self) -> bool:
        session = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if self._is_locked(session):
                self.session = session
                return True
        finally:
            if self.session is not session:
                _close(session)
        return False

    def _is_locked(self, session: Connection) -> bool:
        own = session.connection.dbapi_connection
        assert isinstance(own, psycopg.Connection)
        if session.scalar(text("SELECT pg_backend_pid()")) != own.info.backend_pid:
            # It would keep the lock when we have ended.
            log.warning("worker.no_lock", extra={"code": "pooler"})
            return True
        silence = settings.store_silence_seconds
        times = {"idle": str(max(1, round(silence / 2))), "silence": str(round(silence * 1000))}
        session.execute(LOOK, times)
        return bool(session.scalar(TAKE, self._name()))

    def _unlock(self, session: Connection) -> None:
        # The server sees the end of a connection a moment later, and who comes next would wait.
        if not session.invalidated:
            with contextlib.suppress(DBAPIError):
                session.execute(LET_GO, self._name())

    def _name(self) -> dict[str, int]:
        return {"locks": LOCKS, "number": self.gateway_id * PER_GATEWAY + self.connection}


def _close(session: Connection) -> None:
    session.invalidate()  # a lock is that of the connection, so the pool must not have it back
    session.close()
