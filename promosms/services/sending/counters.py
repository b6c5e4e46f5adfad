"""Counters of campaigns: how many messages have which status."""

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
    send_cursors: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``; also store its cursors."""
    values: dict[str, Any] = {status: number for status, number in changes.items() if number}
    if values or send_cursors:
        statement = _addition(tuple(sorted(values)), bool(send_cursors))
        values |= {"cursors": send_cursors} if send_cursors else {}
        session.connection().execute(statement, {**values, "campaign": campaign_id})


@lru_cache
def _addition(statuses: tuple[str, ...], cursors: bool) -> Update:
    added: dict[str, Any] = {f"n_{s}": ROWS.c[f"n_{s}"] + bindparam(s) for s in statuses}
    if cursors:
        added["send_cursors"] = bindparam("cursors", type_=ROWS.c.send_cursors.type)
    return update(ROWS).where(ROWS.c.id == bindparam("campaign")).values(added)
