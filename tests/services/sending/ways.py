"""The rule of rows that are apart: whatever waits or is being sent will be found."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, apart_of
from promosms.services.sending import cursors

OPENED = (CampaignStatus.SENDING, CampaignStatus.PAUSED, CampaignStatus.CANCELLED)


def astray() -> list[str]:
    """Messages that nobody would find by their status, described."""
    query = select(Message, Campaign).outerjoin(Campaign, Campaign.id == Message.campaign_id)
    rows = db.session.execute(query.order_by(Message.id)).all()
    return [
        f"{message.id}: {message.status}, apart {message.apart}, {campaign and campaign.walks}"
        for message, campaign in rows
        if not _found(message, campaign)
    ]


def _found(message: Message, campaign: Campaign | None) -> bool:
    if message.apart == apart_of(message.status):
        return True
    if message.apart is not None or campaign is None or message.gateway_id is None:
        return False
    walk = cursors.read(campaign.walks, message.gateway_id)
    if message.status == MessageStatus.SENDING:
        return walk.settled < message.id <= walk.place
    opened = campaign.status in OPENED
    return message.status == MessageStatus.QUEUED and (
        not opened or walk.place < message.id <= walk.last
    )
