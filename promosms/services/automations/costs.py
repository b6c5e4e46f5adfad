"""What the campaigns of an automation have cost, and what they may still cost."""

from datetime import UTC, datetime, time

from sqlalchemy import ColumnElement, func, select

from promosms.extensions import db
from promosms.models import (
    Automation,
    Campaign,
    CampaignStatus,
    EntryKind,
    Hold,
    LedgerEntry,
    now,
)
from promosms.services.automations.automations import zone_of


def this_month(automation: Automation) -> int:
    """What was charged, and is still set aside, for its campaigns of this month (1/10,000).

    The month is that of the account. What a campaign is being prepared for counts as agreed.
    """
    zone = zone_of(automation)
    first = now().astimezone(zone).date().replace(day=1)
    begin = datetime.combine(first, time.min, zone).astimezone(UTC)
    launched = Campaign.launched_at >= begin
    held = select(func.sum(Hold.remaining)).join(Campaign, Campaign.id == Hold.campaign_id)
    unheld = select(func.sum(Campaign.agreed_price)).where(
        Campaign.status == CampaignStatus.PREPARING
    )
    own = Campaign.automation_id == automation.id, launched
    return charged(*own) + sum(
        int(db.session.scalar(query.where(*own)) or 0) for query in (held, unheld)
    )


def charged(*conditions: ColumnElement[bool]) -> int:
    """What the campaigns that meet these conditions have been charged (1/10,000)."""
    query = (
        select(func.sum(-LedgerEntry.held))
        .join(Campaign, Campaign.id == LedgerEntry.campaign_id)
        .where(LedgerEntry.kind == EntryKind.CHARGE, *conditions)
    )
    return int(db.session.scalar(query) or 0)
