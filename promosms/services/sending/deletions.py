"""Deletions of recipients, and pages of a campaign that is being prepared, never pass each other.

Whoever deletes skips the texts that wait: a page is either written before that, or sees that they
are gone. SQLite has one writer and needs no lock.
"""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.bulk import among
from promosms.db.transactions import on_sqlite
from promosms.models import Campaign, Recipient, table_of
from promosms.services.sending import opt_outs

LOCKS = opt_outs.LOCKS * 2
"""Advisory locks of accounts on PostgreSQL: exclusive for deletions, shared for preparations."""
_IDS = table_of(Recipient).c.id


def begin(session: Session, account_id: int) -> None:
    """Delete recipients of an account, after the opt-out lock and before any other."""
    opt_outs.lock_shared(session, account_id)
    if not on_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(LOCKS + account_id)))


def keep_away(session: Session, campaign_id: int) -> None:
    """Let nobody of the account of a campaign be deleted until the end of the transaction."""
    if not on_sqlite():
        lock = func.pg_advisory_xact_lock_shared(LOCKS + Campaign.account_id)
        session.execute(select(lock).where(Campaign.id == campaign_id))


def gone(session: Session, recipient_ids: Collection[int]) -> set[int]:
    """Those of these recipients who have been deleted."""
    values, there = {"ids": list(recipient_ids)}, among(_IDS)
    connection = session.connection()
    if connection.scalar(select(func.count()).where(there), values) == len(recipient_ids):
        return set()
    return {*recipient_ids}.difference(connection.scalars(select(_IDS).where(there), values))
