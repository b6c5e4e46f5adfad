"""Outages: what an ill gateway has refused before its circuit breaker opened."""

from collections.abc import Sequence

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.models import Message, MessageStatus
from promosms.services.gateways import breaker

OUTAGE = "outage"
"""The reason of a text that was refused by an ill gateway, not because of its number."""


def begin(gateway_id: int, why: str, message_ids: Sequence[int]) -> None:
    """Pause an ill gateway. The refusals that have shown it say nothing about their numbers."""
    with transaction() as session:
        breaker.trip(gateway_id, why)
        session.execute(
            update_rows(Message)
            .where(Message.id.in_(message_ids), Message.status == MessageStatus.FAILED)
            .values(reason=OUTAGE)
        )
