"""The breakdowns of campaigns."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.campaigns import breakdown


def run() -> None:
    """Count campaigns by country, list and time, and queue the job again for the rest."""
    if breakdown.store(time_slice.begin(others_wait=partial(queue.others_wait, "work"))):
        queue.wake("work", "breakdowns.run")
