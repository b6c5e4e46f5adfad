"""Apply what the gateways told."""

import time

from promosms.services import events

SECONDS = 20


def run() -> None:
    """Apply due events for at most 20 seconds."""
    end = time.monotonic() + SECONDS
    while events.apply_batch() and time.monotonic() < end:
        continue
