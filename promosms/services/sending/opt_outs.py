"""Suppressions: an opt-out takes effect at once, also while messages are being sent."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import on_sqlite, transaction, writing
from promosms.extensions import db
from promosms.models import (
    Campaign,
    Message,
    MessageStatus,
    Suppression,
    SuppressionSource,
    new_public_id,
    now,
    table_of,
)
from promosms.services.ledger import ledger
from promosms.services.sending import counters, withdrawal

OPTED_OUT = "opted_out"
DELETED = "deleted"
PATIENCE = 2.0  # seconds that an opt-out waits for a submission
# Advisory locks for opt-outs on PostgreSQL, one for each account. A claim takes it shared, see
# `claim_statements.locking`.
LOCKS = 1 << 32

LISTED = table_of(Suppression)
T = TypeVar("T")


def opt_out(account_id: int, phone: str, source: SuppressionSource) -> bool:
    """Suppress a number and skip its queued messages; False if it was suppressed before.

    After this returns nothing is submitted to the number, see `alone`. Queued messages are skipped
    and their price is released in the same transaction.
    """
    return alone(account_id, phone, lambda session: suppress(session, account_id, phone, source))


def opt_out_all(account_id: int, phones: Sequence[str], source: SuppressionSource) -> None:
    """Suppress numbers as `opt_out` does; those that were suppressed before stay as they are."""
    alone(account_id, phones, lambda session: _suppress_all(session, account_id, phones, source))


def _suppress_all(
    session: Session, account_id: int, phones: Sequence[str], source: SuppressionSource
) -> None:
    rows = [
        {
            "public_id": new_public_id(),
            "account_id": account_id,
            "phone": phone,
            "source": source,
            "created_at": now(),
        }
        for phone in sorted(phones)
    ]
    keys = ["account_id", "phone"]
    statement = upsert.insert(Suppression).on_conflict_do_nothing(index_elements=keys)
    session.connection().execute(statement, rows)
    skip_waiting(session, account_id, phones, OPTED_OUT)


def alone(account_id: int, phone: str | Sequence[str], work: Callable[[Session], T]) -> T:
    """Do the work in one transaction during which nothing is being submitted to these numbers.

    It waits for a submission that has begun, but at most two seconds, because a gateway may not
    answer. A later submission sees what the work has written. Inside a running transaction it
    does not wait.
    """
    end = time.monotonic() + PATIENCE
    nested = writing()
    while True:
        with transaction() as session:
            if not on_sqlite():
                session.execute(select(func.pg_advisory_xact_lock(LOCKS + account_id)))
            begun = session.scalar(_begun(account_id, phone))
            if begun is None or nested or time.monotonic() > end:
                return work(session)
        time.sleep(0.005)


def suppress(session: Session, account_id: int, phone: str, source: SuppressionSource) -> bool:
    """Suppress a number and skip its queued messages; False if it was suppressed before."""
    suppression = session.get(Suppression, session.scalar(_row(account_id, phone)) or 0)
    if suppression is None:
        session.add(Suppression(account_id=account_id, phone=phone, source=source))
    elif source == SuppressionSource.REPLY:
        suppression.source = source  # the recipient's own opt-out: nobody else may lift it
    session.flush()
    skip_waiting(session, account_id, [phone], OPTED_OUT)
    return suppression is None


def lift(account_id: int, phone: str) -> bool:
    """Allow texts to the number again: only if the recipient asks for it later."""
    with transaction() as session:
        query = delete(Suppression).where(
            Suppression.account_id == account_id, Suppression.phone == phone
        )
        return bool(session.execute(query.returning(Suppression.id)).all())


def is_suppressed(account_id: int, phone: str) -> bool:
    """Has this number opted out of this account's texts?"""
    return db.session.scalar(_row(account_id, phone)) is not None


def _begun(account_id: int, phone: str | Sequence[str]) -> Select[int]:
    return (
        select(Message.id)
        .where(
            Message.phone.in_([phone] if isinstance(phone, str) else phone),
            Message.account_id == account_id,
            Message.campaign_id.is_not(None),
            Message.status == MessageStatus.SENDING,
            Message.submitted_at.is_not(None),
        )
        .limit(1)
    )


def _row(account_id: int, phone: str) -> Select[int]:
    return select(Suppression.id).where(
        Suppression.account_id == account_id, Suppression.phone == phone
    )


def opted_out() -> ColumnElement[bool]:
    """Has the number of a row of messages opted out of its account's campaigns?

    Plain SQL, because SQLAlchemy leaves out table names in RETURNING on SQLite.
    """
    return literal_column(
        "EXISTS (SELECT 1 FROM suppressions"
        " WHERE suppressions.account_id = messages.account_id"
        " AND suppressions.phone = messages.phone AND messages.campaign_id IS NOT NULL)"
    )


def skip_claimed(session: Session, ids: Sequence[int]) -> None:
    """Skip messages that this transaction has claimed although their number has opted out.

    They were queued after the opt-out. Their campaign must be locked.
    """
    claimed = Message.id.in_(ids)
    session.execute(
        update_rows(Message)
        .where(claimed, Message.status == MessageStatus.SENDING)
        .values(
            status=MessageStatus.QUEUED,
            attention_status=MessageStatus.QUEUED,
            attempts=Message.attempts - 1,
            submitted_at=None,
            lease_token=None,
            lease_until=None,
        )
    )
    _skip(session, (claimed, Message.status == MessageStatus.QUEUED), OPTED_OUT)


def skip_waiting(session: Session, account_id: int, phones: Sequence[str], reason: str) -> None:
    """Skip queued campaign messages of the account to these numbers and release their price."""
    to_phones = and_(Message.phone.in_(phones), Message.account_id == account_id)
    skip_texts(session, to_phones, reason)


def skip_texts(session: Session, condition: ColumnElement[bool], reason: str) -> None:
    """Skip those of these messages that are queued in a campaign and release their price."""
    queued = (
        condition,
        Message.campaign_id.is_not(None),
        Message.status == MessageStatus.QUEUED,
    )
    campaign_ids = session.scalars(select(Message.campaign_id).where(*queued)).all()
    # Everything that changes queued messages locks their campaign first: no deadlocks.
    session.execute(
        select(Campaign.id)
        .where(Campaign.id.in_(campaign_ids))
        .order_by(Campaign.id)
        .with_for_update()
    ).all()
    _skip(session, queued, reason)


def _skip(session: Session, queued: tuple[ColumnElement[bool], ...], reason: str) -> None:
    withdrawal.keep_unknown(session, and_(*queued), MessageStatus.QUEUED)
    skipped = session.execute(
        update_rows(Message)
        .where(*queued)
        .values(
            status=MessageStatus.SKIPPED,
            attention_status=MessageStatus.SKIPPED,
            reason=reason,
            final_at=now(),
        )
        .returning(Message.id, Message.campaign_id, Message.price)
    ).all()
    for message_id, campaign_id, price in skipped:
        assert campaign_id is not None
        counters.move(session, campaign_id, {MessageStatus.QUEUED: -1, MessageStatus.SKIPPED: 1})
        ledger.release_if_held(campaign_id, price, f"release:message:{message_id}")
