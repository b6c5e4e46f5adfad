"""Slots for hashing passwords: at most half of the cores of a machine do it at the same time.

A hash is made to be costly. Without slots a few dozen people who sign in, or somebody who only
tries, would take all cores, and the pages of everybody else would wait.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from promosms.settings import instance_file

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SLOTS = max(1, CORES // 2)
# Of the threads of a web process only these hash or wait for a slot, so the others serve pages.
THREADS = threading.BoundedSemaphore(2)
PATIENCE = 0.5  # seconds until one more is refused


class Busy(Exception):
    """Very many people are signing in: nothing was checked, try again in a few seconds."""


@contextmanager
def slot() -> Iterator[None]:
    """Wait for a slot of this machine, for all its processes; raises Busy when too many wait."""
    if not THREADS.acquire(timeout=PATIENCE):
        raise Busy
    try:
        # Closing the file gives the slot back; the kernel does it for a killed process.
        with _any_slot():
            yield
    finally:
        THREADS.release()


@contextmanager
def _any_slot() -> Iterator[None]:
    files = [instance_file(f"hashing-{number}.lock").open("ab") for number in range(SLOTS)]
    try:
        if not any(_take(file.fileno()) for file in files):
            fcntl.flock(files[os.getpid() % SLOTS].fileno(), fcntl.LOCK_EX)
        yield
    finally:
        for file in files:
            file.close()


def _take(descriptor: int) -> bool:
    """Take the slot of this file; False if it is not free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
