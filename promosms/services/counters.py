"""Counters of campaigns: how many messages have which status, kept in the same transaction."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from promosms.models import Campaign, MessageStatus, table_of

ROWS = table_of(Campaign)


def move(session: Session, campaign_id: int, changes: Mapping[MessageStatus, int]) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``."""
    values = {f"n_{s}": ROWS.c[f"n_{s}"] + n for s, n in changes.items() if n}
    if values:
        session.execute(update(ROWS).where(ROWS.c.id == campaign_id).values(values))
