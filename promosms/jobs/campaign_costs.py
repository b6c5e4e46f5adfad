"""The costs of ended campaigns."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.ledger import campaign_costs


def run() -> None:
    """Store the costs of ended campaigns, and queue the job again for the rest."""
    if campaign_costs.store(time_slice.begin(others_wait=partial(queue.others_wait, "work"))):
        queue.wake("work", "campaign_costs.run")
