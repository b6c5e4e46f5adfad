"""Responses: what people did within a week after the last text they had got.

A reply and an opt-out belong to the campaign whose text was the last one before them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, distinct, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from promosms.extensions import db
from promosms.models import (
    Campaign,
    InboundKind,
    InboundMessage,
    Message,
    MessageStatus,
    Suppression,
    SuppressionSource,
)
from promosms.services.campaigns import campaigns

WITHIN = timedelta(days=7)
REPLIES = (InboundKind.REPLY, InboundKind.HOLD, InboundKind.HELP)
THEIR_WISH = (
    *(SuppressionSource.KEYWORD, SuppressionSource.LINK),
    *(SuppressionSource.WORDS, SuppressionSource.REPLY),
)


@dataclass(frozen=True)
class Responses:
    """People who have written back, STOP and START aside, and people who have opted out."""

    replied: int = 0
    opted_out: int = 0


def of(campaign: Campaign) -> Responses:
    """The responses to a campaign; none are known when its messages were deleted."""
    if campaign.launched_at is None or campaigns.deleted(campaign)[0]:
        return Responses()
    replied = _people(
        campaign,
        campaign.launched_at,
        InboundMessage.phone,
        InboundMessage.received_at,
        and_(InboundMessage.account_id == campaign.account_id, InboundMessage.kind.in_(REPLIES)),
    )
    opted_out = _people(
        campaign,
        campaign.launched_at,
        Suppression.phone,
        Suppression.created_at,
        and_(Suppression.account_id == campaign.account_id, Suppression.source.in_(THEIR_WISH)),
    )
    return Responses(replied, opted_out)


def _people(
    campaign: Campaign,
    start: datetime,
    phone: InstrumentedAttribute[str],
    moment: InstrumentedAttribute[datetime],
    condition: ColumnElement[bool],
) -> int:
    later = aliased(Message)
    texted_since = exists().where(
        later.phone == phone,
        later.account_id == campaign.account_id,
        later.id > Message.id,
        later.sent_at <= moment,
    )
    query = (
        select(func.count(distinct(phone)))
        .join(Message, and_(Message.phone == phone, Message.campaign_id == campaign.id))
        .where(
            condition,
            moment >= start,
            moment < start + WITHIN,
            Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED),
            func.coalesce(Message.sent_at, Message.created_at) <= moment,
            ~texted_since,
        )
    )
    return db.session.scalar(query) or 0
