"""Can people answer a campaign, and does a promotional text say how to get no more of them?

A line such as "Reply STOP to opt out" works only where people can answer. Under a name the line has
a link with which each recipient opts out. Without the line a promotional text must itself name a
page, an address or a number to opt out at.
"""

from promosms.models import Campaign, CampaignKind
from promosms.services.senders import chosen
from promosms.services.senders.chosen import Chosen
from promosms.sms.senders import way_out


def can_answer(campaign: Campaign) -> bool:
    """Can people answer this campaign, also with STOP?"""
    return chosen.of(campaign.route_id, campaign.sender_id).answerable


def lacks_way_out(campaign: Campaign) -> bool:
    """Is it promotional, without a way out that works?"""
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    line = campaign.opt_out_line
    return draft_lacks_way_out(campaign.kind, campaign.text, on_top, opt_out_line=line)


def has_link(campaign: Campaign) -> bool:
    """Does the line of a campaign have a link to opt out?"""
    return campaign.opt_out_line and not can_answer(campaign)


def draft_lacks_way_out(kind: str, text: str, on_top: Chosen, *, opt_out_line: bool) -> bool:
    """The same as `lacks_way_out`, of a text that is being written."""
    if kind != CampaignKind.PROMOTIONAL or on_top.answerable or opt_out_line:
        return False
    return not way_out.is_in(text)
