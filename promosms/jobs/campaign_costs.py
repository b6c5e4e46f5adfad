"""The figures of campaigns that have ended, in the worker."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.ledger import campaign_costs


def run() -> None:
    """Store the figures of ended campaigns, and come back for what is left."""
    if campaign_costs.store(time_slice.begin(others_wait=partial(queue.others_wait, "work"))):
        queue.wake("work", "campaign_costs.run")
