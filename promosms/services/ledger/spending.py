"""Spending: what an account has spent in a month, and its own limits for that. In 1/10,000."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from promosms.models import Account, EntryKind, Guard, LedgerEntry, now, table_of

SPENT = (EntryKind.CHARGE, EntryKind.RELEASE)
GUARDS = table_of(Guard)
_LIMITS = select(GUARDS.c.account_id, GUARDS.c.per_month).where(
    GUARDS.c.account_id.in_(bindparam("ids", expanding=True))
)


def month_begin(account: Account, moment: datetime) -> datetime:
    """The beginning of the month that this moment is in, in the time zone of the account."""
    local = moment.astimezone(ZoneInfo(account.timezone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)


def committed(session: Session, account: Account) -> int:
    """What this month has cost so far, with what is set aside now.

    A charge of what was set aside, and what comes back of it, changes `held` and the balance; both
    together are what left the account for good.
    """
    spent = session.scalar(
        select(func.sum(-LedgerEntry.amount - LedgerEntry.held)).where(
            LedgerEntry.account_id == account.id,
            LedgerEntry.created_at >= month_begin(account, now()),
            LedgerEntry.kind.in_(SPENT),
        )
    )
    return int(spent or 0) + account.held


def limits(session: Session, account_ids: Collection[int]) -> dict[int, int]:
    """The monthly limits of those of the accounts that have one."""
    rows = session.connection().execute(_LIMITS, {"ids": sorted(account_ids)})
    return {account_id: limit for account_id, limit in rows if limit is not None}


def over_month(session: Session, account: Account, amount: int) -> int:
    """By how much `amount` more would pass the monthly limit of the account; 0 if it does not."""
    limit = session.scalar(select(Guard.per_month).where(Guard.account_id == account.id))
    if limit is None or amount <= 0:
        return 0
    return max(committed(session, account) + amount - limit, 0)
