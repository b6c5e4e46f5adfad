"""The job of the webhooks' worker."""

import time

from promosms.jobs.webhooks import waking
from promosms.jobs.webhooks.deliverer import LEAVING, PAUSE, Deliverer, deliver
from promosms.services.webhooks import recording

SECONDS = 15.0
IDLE_SECONDS = 5.0
"""So long a job waits for more, asking the database four times a second."""
_deliverer: Deliverer | None = None


def run() -> None:
    """Deliver for at most 15 seconds, and end 5 seconds after the last one."""
    global _deliverer
    if _deliverer is None:
        _deliverer = Deliverer()
    if deliver(_deliverer, SECONDS, IDLE_SECONDS):
        waking.wake_anyway()


def close() -> None:
    """Take the answers that still come, and close the connections: the worker ends."""
    global _deliverer
    if _deliverer is None:
        return
    end = time.monotonic() + LEAVING
    while _deliverer.under_way and time.monotonic() < end:
        if results := _deliverer.answered(PAUSE):
            recording.record(results)
    _deliverer.close()
    _deliverer = None
