"""The job that works out what a draft to very many people costs."""

from functools import partial

from promosms import queue
from promosms.services.campaigns import estimating


def run(campaign_id: int) -> None:
    """Count for one time slice, and queue the job again for the rest."""
    if estimating.work(campaign_id, others_wait=partial(queue.others_wait, "work")):
        queue.wake("work", "estimates.run", campaign_id)
