"""Withdrawal: the waiting messages of a campaign end unsent, and their price is released."""

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from promosms.models import Message, MessageStatus, now
from promosms.services.ledger import ledger
from promosms.services.sending import counters, unconfirmed


def withdraw(
    session: Session, which: ColumnElement[bool], campaign_id: int, status: MessageStatus
) -> int:
    """End the waiting messages of a campaign and release their price; returns how many."""
    unconfirmed.keep_unknown(session, which, MessageStatus.QUEUED)
    waiting = (which, Message.status == MessageStatus.QUEUED)
    number, price, last = session.execute(
        select(func.count(), func.coalesce(func.sum(Message.price), 0), func.max(Message.id)).where(
            *waiting
        )
    ).one()
    if not number:
        return 0
    session.execute(
        update(Message)
        .where(*waiting)
        .values(
            status=status,
            attention_status=status,
            final_at=now(),
            lease_token=None,
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    counters.move(session, campaign_id, {MessageStatus.QUEUED: -number, status: number})
    ledger.release_if_held(campaign_id, int(price), f"release:{campaign_id}:{status}:{last}")
    return int(number)
