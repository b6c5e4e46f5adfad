"""Every queued or sending message can be found: by its attention status or a send cursor."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, attention_status_of
from promosms.services.sending import cursors

OPENED = (CampaignStatus.SENDING, CampaignStatus.PAUSED, CampaignStatus.CANCELLED)


def astray() -> list[str]:
    """Descriptions of messages that no query would find."""
    query = select(Message, Campaign).outerjoin(Campaign, Campaign.id == Message.campaign_id)
    rows = db.session.execute(query.order_by(Message.id)).all()
    return [
        f"{message.id}: {message.status}, {message.attention_status},"
        f" {campaign and campaign.send_cursors}"
        for message, campaign in rows
        if not _found(message, campaign)
    ]


def _found(message: Message, campaign: Campaign | None) -> bool:
    if message.attention_status == attention_status_of(message.status):
        return True
    if message.attention_status is not None or campaign is None or message.gateway_id is None:
        return False
    cursor = cursors.read(campaign.send_cursors, message.gateway_id)
    if message.status == MessageStatus.SENDING:
        return cursor.done < message.id <= cursor.next
    opened = campaign.status in OPENED
    return message.status == MessageStatus.QUEUED and (
        not opened or cursor.next < message.id <= cursor.last
    )
