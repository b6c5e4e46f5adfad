"""Replies as they are stored when they come in, with their conversation."""

from sqlalchemy.orm import Session

from promosms.models import InboundMessage
from promosms.services.inbox import conversation_rows


def store(session: Session, *replies: InboundMessage) -> None:
    """Store replies in this order."""
    for reply in replies:
        session.add(reply)
        session.flush()
        conversation_rows.received(session, reply)
