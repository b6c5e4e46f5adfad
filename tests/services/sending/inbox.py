"""Replies in tests: earlier texts, incoming messages and their results."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Campaign,
    Gateway,
    GatewayInboxRow,
    InboundMessage,
    Message,
    MessageStatus,
    Priority,
    Suppression,
    now,
)
from promosms.services.inbox import gateway_inbox
from promosms.services.installation import defaults

PHONE = "+48601200100"
NUMBER = "+48732000001"
OTHER = "+48732000009"


def gateway_id() -> int:
    return db.session.query(Gateway).one().id


def texted(
    account_id: int,
    *,
    sender: str = NUMBER,
    phone: str = PHONE,
    language: str = "en",
    status: MessageStatus = MessageStatus.SENT,
    days: int = 0,
) -> None:
    """The account has texted this phone, so many days ago."""
    with transaction() as session:
        route = defaults.default_route().id
        campaign = Campaign(account_id=account_id, route_id=route, text="x", language=language)
        session.add(campaign)
        session.flush()
        session.add(
            Message(
                account_id=account_id,
                campaign_id=campaign.id,
                gateway_id=gateway_id(),
                phone=phone,
                country="PL",
                sender=sender,
                text="x",
                status=status,
                created_at=now() - timedelta(days=days),
            )
        )


def reply(text: str, reference: str, number: str = NUMBER, phone: str = PHONE) -> None:
    """A reply comes in and is applied."""
    come([Inbound(reference, phone, number, text)])


def come(messages: Sequence[Inbound]) -> None:
    gateway_inbox.store(gateway_id(), messages)
    while gateway_inbox.apply_batch():
        continue


def kept() -> list[tuple[int, str, str]]:
    """What is in the inboxes: account, kind, text."""
    rows = db.session.query(InboundMessage).order_by(InboundMessage.id)
    return [(row.account_id, row.kind, row.text) for row in rows]


def stopped() -> list[int]:
    """The accounts that may not text the phone."""
    query = select(Suppression.account_id).where(Suppression.phone == PHONE)
    return sorted(db.session.scalars(query))


def answered() -> list[str]:
    """What the platform has written back."""
    query = (
        select(Message.text).where(Message.priority == Priority.VERIFICATION).order_by(Message.id)
    )
    return list(db.session.scalars(query))


def waiting() -> int:
    return db.session.query(GatewayInboxRow).count()
