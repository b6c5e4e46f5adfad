"""Prepare a launched campaign, a slice at a time where others wait."""

from functools import partial

from promosms import queue
from promosms.jobs import stripe
from promosms.models import CampaignStatus
from promosms.services.campaigns import preparation
from promosms.services.sending import sweep


def run(campaign_id: int) -> None:
    """Prepare, then ring for the gateways that have something to send, or for the next slice."""
    status = preparation.prepare(campaign_id, others_wait=partial(queue.others_wait, "work"))
    if status == CampaignStatus.PREPARING:
        queue.wake("work", "prepare.run", campaign_id)
    if status == CampaignStatus.SENDING:
        for gateway_id in sweep.gateways_with_work():
            queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    stripe.wake_top_ups()  # the campaign has just set its price aside
