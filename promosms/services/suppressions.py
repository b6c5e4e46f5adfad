"""Suppressions: honour an opt-out at once, whatever is under way."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import Campaign, Message, MessageStatus, Suppression, SuppressionSource, now
from promosms.services import counters, ledger

OPTED_OUT = "opted_out"
DELETED = "deleted"


def opt_out(account_id: int, phone: str, source: SuppressionSource) -> bool:
    """Suppress a number for an account and skip what still waits for it; False if it already was.

    Messages whose submission has begun cannot be called back; all others are skipped in the
    transaction of the opt-out, and their price is released.
    """
    with transaction() as session:
        known = session.get(Suppression, session.scalar(_row(account_id, phone)) or 0)
        if known is None:
            session.add(Suppression(account_id=account_id, phone=phone, source=source))
        elif source == SuppressionSource.REPLY:
            known.source = source  # the recipient's own word: nobody else may lift it now
        session.flush()
        skip_waiting(session, account_id, [phone], OPTED_OUT)
        return known is None


def lift(account_id: int, phone: str) -> bool:
    """Allow texts to the number again: only on the recipient's own, newer wish."""
    with transaction() as session:
        query = delete(Suppression).where(
            Suppression.account_id == account_id, Suppression.phone == phone
        )
        return bool(session.execute(query.returning(Suppression.id)).all())


def is_suppressed(account_id: int, phone: str) -> bool:
    """Has this number opted out of this account's texts?"""
    return db.session.scalar(_row(account_id, phone)) is not None


def _row(account_id: int, phone: str) -> Select[int]:
    return select(Suppression.id).where(
        Suppression.account_id == account_id, Suppression.phone == phone
    )


def skip_waiting(session: Session, account_id: int, phones: Sequence[str], reason: str) -> None:
    """Skip what waits in the account's campaigns for these numbers, and release its price."""
    waiting = (
        Message.phone.in_(phones),
        Message.account_id == account_id,
        Message.campaign_id.is_not(None),
        Message.status == MessageStatus.QUEUED,
    )
    concerned = session.scalars(select(Message.campaign_id).where(*waiting)).all()
    # Whoever touches queued rows locks their campaign first, so that nobody waits in a circle.
    session.execute(
        select(Campaign.id)
        .where(Campaign.id.in_(concerned))
        .order_by(Campaign.id)
        .with_for_update()
    ).all()
    skipped = session.execute(
        update(Message)
        .where(*waiting)
        .values(status=MessageStatus.SKIPPED, reason=reason, final_at=now())
        .returning(Message.id, Message.campaign_id, Message.price)
        .execution_options(synchronize_session=False)
    ).all()
    for message_id, campaign_id, price in skipped:
        assert campaign_id is not None
        counters.move(session, campaign_id, {MessageStatus.QUEUED: -1, MessageStatus.SKIPPED: 1})
        ledger.release_if_held(campaign_id, price, f"release:message:{message_id}")
