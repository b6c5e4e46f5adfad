"""Prepare a launched campaign, a slice at a time where others wait."""

from functools import partial

from promosms import bell
from promosms.jobs import cards
from promosms.models import CampaignStatus
from promosms.services import preparation, sweep


def run(campaign_id: int) -> None:
    """Prepare, then ring for the gateways that have something to send, or for the next slice."""
    status = preparation.prepare(campaign_id, others_wait=partial(bell.others_wait, "work"))
    if status == CampaignStatus.PREPARING:
        bell.ring("work", "prepare.run", campaign_id)
    if status == CampaignStatus.SENDING:
        for gateway_id in sweep.gateways_with_work():
            bell.ring(bell.gateway_queue(gateway_id), "send.run", gateway_id)
    cards.ring_top_ups()  # the campaign has just set its price aside
