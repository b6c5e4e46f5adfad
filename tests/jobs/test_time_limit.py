"""The time limit of a round of the tick: it ends the process, whatever that waits for."""

import os
import threading

import pytest

from promosms.jobs.time_limit import time_limit


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when this process would have ended."""
    event = threading.Event()
    monkeypatch.setattr(os, "_exit", lambda code: event.set() if code == 1 else None)
    return event


def test_what_takes_too_long_ends_the_process(ended: threading.Event) -> None:
    with time_limit(0.01):
        assert ended.wait(10)


def test_what_is_done_in_time_does_not(ended: threading.Event) -> None:
    before = set(threading.enumerate())  # threads of earlier tests may end meanwhile
    with time_limit(60):
        (timer,) = set(threading.enumerate()) - before
        assert timer.is_alive()
    timer.join(10)
    assert not timer.is_alive()
    assert not ended.is_set()
