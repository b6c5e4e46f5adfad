"""The past of the demo account: what became of campaigns that are launched, as it was then.

Their texts are prepared and paid by the same functions as real ones; only the receipts are made up.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.demo import clicks as demo_clicks
from promosms.models import (
    Campaign,
    CampaignStatus,
    InboundMessage,
    Message,
    MessagePart,
    MessageStatus,
    attention_status_of,
)
from promosms.services.campaigns import preparation
from promosms.services.ledger import ledger
from promosms.services.sending import counters, gateway_counts

REPLY_OF = 40  # one of so many writes back
RATE = 300  # texts per second of the past campaigns
ENDS = {
    MessageStatus.DELIVERED: 0.962,
    MessageStatus.UNDELIVERED: 0.021,
    MessageStatus.EXPIRED: 0.009,
    MessageStatus.FAILED: 0.005,
    MessageStatus.UNKNOWN: 0.003,
}
REASONS = {MessageStatus.FAILED: "bad_number", MessageStatus.UNKNOWN: "no_answer"}
REPLIES = ("Super, będę w sobotę", "Thank you!", "Do której otwarte?", "Lovely, see you there")


def end(
    session: Session,
    campaign: Campaign,
    started: datetime,
    random: Random,
    opened_by: float = demo_clicks.OPENED_BY,
) -> None:
    """Give a launched campaign its receipts, its money and its replies, all since `started`.

    `opened_by` is the share of those it has reached who open its link, if it has one.
    """
    with ledger.dated(started):
        preparation.prepare(campaign.id)
    waiting = select(Message).where(
        Message.campaign_id == campaign.id, Message.status == MessageStatus.QUEUED
    )
    messages = session.scalars(waiting.order_by(Message.id)).all()
    for place, message in enumerate(messages):
        _end(session, message, started + timedelta(seconds=place / RATE), random)
    session.flush()
    _count(session, messages)
    with ledger.dated(started):
        _settle(session, campaign, messages)
    campaign.created_at = campaign.launched_at = started
    campaign.finished_at = max(message.final_at or started for message in messages)
    campaign.status = CampaignStatus.FINISHED
    _reply(session, messages, random)
    demo_clicks.seed(session, campaign, messages, random, opened_by)


def _reply(session: Session, messages: Sequence[Message], random: Random) -> None:
    """Some of those who got the text have written back, and somebody has read that."""
    arrived = [each for each in messages if each.status == MessageStatus.DELIVERED]
    for message in random.sample(arrived, len(arrived) // REPLY_OF):
        assert message.final_at is not None
        at = message.final_at + timedelta(minutes=random.uniform(1, 600))
        session.add(
            InboundMessage(
                account_id=message.account_id,
                recipient=message.recipient,
                phone=message.phone,
                text=random.choice(REPLIES),
                gateway_id=message.gateway_id,
                inbound_number=message.sender,
                received_at=at,
                read_at=at,
            )
        )


def _end(session: Session, message: Message, at: datetime, random: Random) -> None:
    """Give a waiting message its final status, and its parts the gateway's references."""
    status = random.choices(list(ENDS), list(ENDS.values()))[0]
    message.status = status
    message.attention_status = attention_status_of(status)
    message.reason = REASONS.get(status, "")
    message.attempts = 1
    message.created_at = message.submitted_at = at
    message.final_at = at + timedelta(seconds=random.uniform(1, 40))
    if status in MessageStatus.ACCEPTED:
        message.sent_at = at
        session.add_all(
            MessagePart(
                message_id=message.id,
                number=number,
                account_id=message.account_id,
                gateway_id=message.gateway_id,
                reference=f"demo-{message.id}-{number}",
                status=status,
            )
            for number in range(1, message.parts + 1)
        )


def _count(session: Session, messages: Sequence[Message]) -> None:
    """Add the texts to the counts of their gateways."""
    changes = gateway_counts.Changes()
    for message in messages:
        if message.sent_at is not None:
            sending, sent = MessageStatus.SENDING, MessageStatus.SENT
            changes.move(message.gateway_id, message.sent_at, sending, sent, 1)
        if message.final_at is not None:
            status = MessageStatus(message.status)
            changes.move(message.gateway_id, message.final_at, MessageStatus.SENT, status, 1)
    changes.write(session)


def _settle(session: Session, campaign: Campaign, messages: Sequence[Message]) -> None:
    """Book the texts: accepted ones are charged, the others released."""
    ends = Counter(MessageStatus(message.status) for message in messages)
    counters.move(session, campaign.id, {MessageStatus.QUEUED: -len(messages), **ends})
    charged = sum(message.price for message in messages if message.status in MessageStatus.ACCEPTED)
    released = sum(message.price for message in messages) - charged
    ledger.charge(campaign.id, charged, f"charge:demo:{campaign.id}")
    ledger.release(campaign.id, released, f"release:demo:{campaign.id}")
    session.refresh(campaign)
