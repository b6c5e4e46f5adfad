"""Arrivals: how soon after the start of a campaign its texts had arrived."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignBreakdown,
    CampaignStatus,
    GroupedBy,
    Message,
    MessageStatus,
    now,
)
from promosms.services.campaigns import campaigns

AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
MOST_READ = 200_000  # texts that can be read while a reader waits for the page


@dataclass(frozen=True)
class Arrived:
    """The share of the texts, 0 to 1, that had arrived so long after the start."""

    after: timedelta
    share: float


def of(campaign: Campaign) -> list[Arrived]:
    """The shares after a minute, five, an hour and a day, as far as these are over.

    Empty before anything has arrived. One query by the index of the campaign reads all its
    messages: for the page, not for each refresh. Those of a large campaign are counted in the
    background; what was counted stays when messages and their times are deleted.
    """
    figures = campaigns.figures(campaign)
    texts = figures.total - figures.cancelled
    start = campaign.launched_at
    if start is None or campaign.status == CampaignStatus.PREPARING or not figures.delivered:
        return []
    moments = [after for after in AFTER if start + after <= now()]
    if not moments:
        return []
    if texts > MOST_READ or campaigns.deleted(campaign)[0]:
        return [
            Arrived(after, number / texts)
            for after, number in _stored(campaign).items()
            if after in moments and campaign.counted_at and start + after <= campaign.counted_at
        ]
    counts = [
        func.count(case((Message.final_at <= start + after, Message.id))) for after in moments
    ]
    row = db.session.execute(
        select(*counts).where(
            Message.campaign_id == campaign.id,
            campaigns.has_status([MessageStatus.DELIVERED]),
        )
    ).one()
    return [Arrived(after, count / texts) for after, count in zip(moments, row, strict=True)]


def _stored(campaign: Campaign) -> dict[timedelta, int]:
    """How many texts had arrived so long after the start, as counted in the background."""
    query = select(CampaignBreakdown.name, CampaignBreakdown.delivered).where(
        CampaignBreakdown.campaign_id == campaign.id,
        CampaignBreakdown.grouped_by == GroupedBy.MINUTES,
    )
    found = {timedelta(minutes=int(name)): number for name, number in db.session.execute(query)}
    return dict(sorted(found.items()))
