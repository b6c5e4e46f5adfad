"""A time limit that holds whatever the process waits for: it ends the process."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from promosms import logs

log = logs.get(__name__)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End this process unless the block ends in time. Its supervisor starts it again."""
    timer = end_after(seconds)
    try:
        yield
    finally:
        timer.cancel()


def end_after(seconds: float) -> threading.Timer:
    """End this process after some seconds; the timer can be cancelled."""
    timer = threading.Timer(seconds, _end, [seconds])
    timer.daemon = True
    timer.start()
    return timer


def _end(seconds: float) -> None:
    log.error("process.over_time", extra={"seconds": seconds, "code": "over_time"})
    os._exit(1)  # nothing that waits would let the process end in another way
