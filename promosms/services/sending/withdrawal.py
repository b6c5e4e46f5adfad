"""Withdrawal: the waiting messages of a campaign end unsent, and their price is released.

Those that are queued again although the gateway may have the text become `unknown` instead.
"""

from collections import Counter

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.models import Message, MessagePart, MessageStatus, now
from promosms.services.ledger import ledger
from promosms.services.sending import counters
from promosms.services.webhooks import noting

NO_ANSWER = "no_answer"


def withdraw(
    session: Session, condition: ColumnElement[bool], campaign_id: int, status: MessageStatus
) -> int:
    """End the waiting messages of a campaign and release their price; returns how many."""
    keep_unknown(session, condition, MessageStatus.QUEUED)
    waiting = (condition, Message.status == MessageStatus.QUEUED)
    number, price, last = session.execute(
        select(func.count(), func.coalesce(func.sum(Message.price), 0), func.max(Message.id)).where(
            *waiting
        )
    ).one()
    if not number:
        return 0
    session.execute(
        update_rows(Message)
        .where(*waiting)
        .values(
            status=status,
            attention_status=status,
            final_at=now(),
            lease_token=None,
            lease_until=None,
        )
    )
    counters.move(session, campaign_id, {MessageStatus.QUEUED: -number, status: number})
    ledger.release_if_held(campaign_id, int(price), f"release:{campaign_id}:{status}:{last}")
    return int(number)


def keep_unknown(session: Session, condition: ColumnElement[bool], before: MessageStatus) -> None:
    """Give the status `unknown` to the messages that a gateway may have, wholly or in part.

    Call it before the other messages are ended. The price stays held: a receipt may still come.
    """
    taken = exists().where(MessagePart.message_id == Message.id)
    rows = session.execute(
        update_rows(Message)
        .where(condition, Message.status == before, or_(Message.unconfirmed, taken))
        .values(
            status=MessageStatus.UNKNOWN,
            attention_status=MessageStatus.UNKNOWN,
            reason=NO_ANSWER,
            final_at=now(),
            lease_until=None,
        )
        .returning(Message.id, Message.account_id, Message.campaign_id, Message.priority)
    ).all()
    accounts = {row.account_id for row in rows}
    unknown = MessageStatus.UNKNOWN
    noting.note_texts(session, accounts, unknown, lambda: (noting.EndedText(*r) for r in rows))
    for campaign_id, number in Counter(row.campaign_id for row in rows).items():
        if campaign_id is not None:
            changes = {before: -number, MessageStatus.UNKNOWN: number}
            counters.move(session, campaign_id, changes)
