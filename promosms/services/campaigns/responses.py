"""Responses: what people did within a week after the last text they had got.

A reply and an opt-out belong to the campaign whose text was the last one before them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
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
    now,
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
    if campaigns.deleted(campaign)[0]:
        return Responses()
    return Responses(number(replied(campaign)), number(opted_out(campaign)))


def replied(campaign: Campaign) -> Select[str]:
    """The numbers of the people who have written back."""
    return _phones(
        campaign,
        InboundMessage.phone,
        InboundMessage.received_at,
        and_(InboundMessage.account_id == campaign.account_id, InboundMessage.kind.in_(REPLIES)),
    )


def opted_out(campaign: Campaign) -> Select[str]:
    """The numbers of the people who have opted out."""
    return _phones(
        campaign,
        Suppression.phone,
        Suppression.created_at,
        and_(Suppression.account_id == campaign.account_id, Suppression.source.in_(THEIR_WISH)),
    )


@dataclass(frozen=True)
class Responders:
    """The numbers of some people that have written back, and of those that have opted out."""

    replied: frozenset[str]
    opted_out: frozenset[str]


def among(campaign: Campaign, phones: Collection[str]) -> Responders:
    """Which of these numbers have responded to the campaign."""
    return Responders(
        frozenset(db.session.scalars(replied(campaign).where(InboundMessage.phone.in_(phones)))),
        frozenset(db.session.scalars(opted_out(campaign).where(Suppression.phone.in_(phones)))),
    )


def number(phones: Select[str]) -> int:
    """How many numbers a query of these has; without those whose messages were deleted."""
    return db.session.scalar(select(func.count()).select_from(phones.subquery())) or 0


def _phones(
    campaign: Campaign,
    phone: InstrumentedAttribute[str],
    moment: InstrumentedAttribute[datetime],
    condition: ColumnElement[bool],
) -> Select[str]:
    start = campaign.launched_at or now()
    later = aliased(Message)
    texted_since = exists().where(
        later.phone == phone,
        later.account_id == campaign.account_id,
        later.id > Message.id,
        later.sent_at <= moment,
    )
    return (
        select(phone)
        .distinct()
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
