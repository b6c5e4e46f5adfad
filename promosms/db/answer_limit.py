"""Connections to PostgreSQL that do not wait for an answer that cannot come.

TCP notices a host that is gone, see settings/store_options.py. It does not notice a server, or a
proxy in front of it, whose kernel still acknowledges while nobody answers. So after a silence the
server is asked over another connection whether it still works on our statement: a statement may
take hours, and may wait for a lock, as long as the server knows of it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import psycopg
from flask import Flask
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import event
from sqlalchemy.engine import Engine

from promosms import logs
from promosms.settings import settings_of

log = logs.get(__name__)
T = TypeVar("T")

INTERVAL = 0.1  # psycopg's own: so often it looks for Ctrl-C
LAST_LOOK = 0.1  # the answer may have come while we asked
# Behind a pooler the server process has another number than the one that we know.
ASK = """SELECT pg_backend_pid(), EXISTS (
    SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active')"""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection that gives up when the server no longer works on its statement.

    After `silence` seconds it asks over `another` connection; without one it gives up at once.
    """

    silence: float | None = None
    another: Callable[[], "LimitedConnection"] | None = None

    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        """Wait for an answer. If none can come, closes and raises OperationalError."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        while True:
            try:
                return super().wait(gen, interval, self.silence)
            except _WaitTimeout:
                if not self._is_served():
                    break
        return self._last_look(gen)

    def _last_look(self, gen: PQGen[T]) -> T:
        try:
            return super().wait(gen, INTERVAL, LAST_LOOK)
        except _WaitTimeout:
            log.warning("database.no_answer", extra={"code": "silent"})
            self.pgconn.finish()  # the pool then makes a new one
            raise psycopg.OperationalError("The database no longer answers.") from None

    def _is_served(self) -> bool:
        """Does the server still work on our statement, or can nobody know?"""
        if self.another is None:
            return False
        try:
            with self.another() as other:
                known, active = other.execute(ASK, [self.info.backend_pid]).fetchone() or (0, False)
                return bool(active) or known != other.info.backend_pid
        except psycopg.OperationalError as error:
            return "FATAL" in str(error)  # it answers, but takes no more connections


def init_app(app: Flask, engine: Engine) -> None:
    """Let the engine open such connections."""

    def connect(_dialect: Any, _record: Any, words: Any, parameters: Any) -> LimitedConnection:
        open_one = partial(_open, settings_of(app).store_silence_seconds, *words, **parameters)
        connection = open_one()
        connection.another = open_one
        return connection

    event.listen(engine, "do_connect", connect)


def _open(silence: float, *words: Any, **parameters: Any) -> LimitedConnection:
    connection: LimitedConnection = LimitedConnection.connect(*words, **parameters)
    connection.silence = silence
    return connection
