"""Apply receipts and replies from the gateway inbox."""

import time

from promosms.jobs.webhooks import waking
from promosms.services.inbox import gateway_inbox

SECONDS = 20


def run() -> None:
    """Apply due rows for at most 20 seconds."""
    end = time.monotonic() + SECONDS
    while gateway_inbox.apply_batch() and time.monotonic() < end:
        continue
    waking.wake_if_noted()
