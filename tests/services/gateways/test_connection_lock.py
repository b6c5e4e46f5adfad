"""A connection of a gateway has one worker; when that has ended, the next one starts at once."""

import os
import signal

import pytest
from flask import Flask
from sqlalchemy import text

from promosms.extensions import db
from promosms.services.gateways.connection_lock import ConnectionLock, Taken

pytestmark = pytest.mark.usefixtures("context")


def test_a_second_worker_of_a_connection_is_refused() -> None:
    first, second, other = ConnectionLock(1, 1), ConnectionLock(1, 1), ConnectionLock(1, 2)
    first.take()
    with pytest.raises(Taken):
        second.take(patience=0.0)
    other.take(patience=0.0)
    first.release()
    second.take(patience=0.0)
    for lock in (second, other):
        lock.release()


def test_the_lock_of_a_killed_process_is_free_at_once(app: Flask) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    lock = ConnectionLock(1, 1)
    if pid == 0:
        try:
            db.engine.dispose(close=False)
            lock.take()
            os.write(writing, b"!")
            signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    try:
        assert os.read(reading, 1) == b"!"
        with pytest.raises(Taken):
            lock.take(patience=0.0)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    lock.take()
    lock.release()
    os.close(reading)


@pytest.mark.only("postgresql")
def test_a_released_lock_is_free_before_the_server_sees_the_end_of_the_connection(
    engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ConnectionLock(1, 1), ConnectionLock(1, 1)
    first.take()
    session = first.session
    assert session
    monkeypatch.setattr(session, "invalidate", lambda: None)
    monkeypatch.setattr(session, "close", lambda: None)
    first.release()
    second.take(patience=0.0)
    second.release()
    monkeypatch.undo()
    session.invalidate()
    session.close()


@pytest.mark.only("postgresql")
def test_a_lock_that_was_lost_with_its_connection_is_taken_again(engine_name: str) -> None:
    lock, second = ConnectionLock(1, 1), ConnectionLock(1, 1)
    lock.take()
    assert lock.session
    own = lock.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.execute(text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own})
    lock.keep()
    with pytest.raises(Taken):
        second.take(patience=0.0)
    lock.release()


@pytest.mark.only("postgresql")
def test_a_lock_that_somebody_else_has_meanwhile_is_not(
    engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, second = ConnectionLock(1, 1), ConnectionLock(1, 1)
    lock.take()
    lock.release()
    second.take()
    monkeypatch.setattr(lock, "take", lambda: ConnectionLock.take(lock, patience=0.0))
    with pytest.raises(Taken):
        lock.keep()
    second.release()
