"""The job that prepares a launched campaign, in time slices when other jobs wait."""

from functools import partial

from promosms import queue
from promosms.jobs import stripe
from promosms.models import CampaignStatus
from promosms.services.campaigns import preparation
from promosms.services.sending import sweep


def run(campaign_id: int) -> None:
    """Prepare, then enqueue the next slice, or jobs for the gateways that have messages to send."""
    status = preparation.prepare(campaign_id, others_wait=partial(queue.others_wait, "work"))
    if status == CampaignStatus.PREPARING:
        queue.wake("work", "prepare.run", campaign_id)
    if status == CampaignStatus.SENDING:
        for gateway_id in sweep.gateways_with_work():
            queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    stripe.wake_top_ups()  # the campaign has just held its price
