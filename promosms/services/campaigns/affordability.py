"""Affordability: what a campaign would cost, before its messages are inserted.

A campaign that will be blocked gets no messages: each try would write a row for every recipient,
for nothing.
"""

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus
from promosms.services.campaigns import audience
from promosms.services.campaigns.estimates import Estimate


def unaffordable(campaign: Campaign) -> Estimate | None:
    """The result of a campaign that would be blocked; None if it can be prepared.

    The whole audience is read only if there is a doubt: the agreed price is more than the account
    has, or there are more recipients than the review page has shown.
    """
    affordable = min(campaign.agreed_price, available(campaign))
    if affordable == campaign.agreed_price and audience.count(campaign) <= campaign.audience:
        return None
    estimate = audience.estimate(campaign)
    return estimate if estimate.total > affordable else None


def available(campaign: Campaign) -> int:
    """The balance, without the price of campaigns that were launched before and are prepared now.

    Without that, many at once would each count on the same money.
    """
    balance = db.session.scalar(select(Account.balance).where(Account.id == campaign.account_id))
    if not balance or campaign.launched_at is None:
        return balance or 0
    earlier = select(func.coalesce(func.sum(Campaign.agreed_price), 0)).where(
        Campaign.account_id == campaign.account_id,
        Campaign.status == CampaignStatus.PREPARING,
        Campaign.launched_at < campaign.launched_at,
        Campaign.agreed_price <= balance,  # the others will be blocked
    )
    return balance - int(db.session.scalars(earlier).one())
