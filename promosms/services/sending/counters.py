"""Counters of campaigns: how many messages have which status, kept in the same transaction."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from promosms.models import Campaign, MessageStatus, table_of

ROWS = table_of(Campaign)


def move(
    session: Session,
    campaign_id: int,
    changes: Mapping[MessageStatus, int],
    walks: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``; write its walks, if any."""
    values: dict[str, Any] = {status: number for status, number in changes.items() if number}
    if values or walks:
        statement = _addition(tuple(sorted(values)), bool(walks))
        values |= {"gone": walks} if walks else {}
        session.connection().execute(statement, {**values, "campaign": campaign_id})


@lru_cache
def _addition(statuses: tuple[str, ...], walks: bool) -> Update:
    added: dict[str, Any] = {f"n_{s}": ROWS.c[f"n_{s}"] + bindparam(s) for s in statuses}
    added |= {"walks": bindparam("gone", type_=ROWS.c.walks.type)} if walks else {}
    return update(ROWS).where(ROWS.c.id == bindparam("campaign")).values(added)
