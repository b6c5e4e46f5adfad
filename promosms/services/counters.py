"""Counters of campaigns: how many messages have which status, kept in the same transaction."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session

from promosms.models import Campaign, MessageStatus


def column(status: MessageStatus) -> InstrumentedAttribute[int]:
    """The counter of a status."""
    found: InstrumentedAttribute[int] = getattr(Campaign, f"n_{status.value}")
    return found


def move(session: Session, campaign_id: int, changes: Mapping[MessageStatus, int]) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``."""
    values = {column(s): column(s) + n for s, n in changes.items() if n}
    if values:
        session.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
