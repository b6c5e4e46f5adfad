"""Counters of campaigns: how many messages have which status, kept in the same transaction."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from promosms.models import Campaign, MessageStatus, table_of

ROWS = table_of(Campaign)


def move(session: Session, campaign_id: int, changes: Mapping[MessageStatus, int]) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``."""
    values: dict[str, int] = {status: number for status, number in changes.items() if number}
    if values:
        statement = _addition(tuple(sorted(values)))
        session.connection().execute(statement, {**values, "campaign": campaign_id})


@lru_cache
def _addition(statuses: tuple[str, ...]) -> Update:
    added = {f"n_{s}": ROWS.c[f"n_{s}"] + bindparam(s) for s in statuses}
    return update(ROWS).where(ROWS.c.id == bindparam("campaign")).values(added)
