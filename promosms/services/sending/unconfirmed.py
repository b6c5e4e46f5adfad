"""Doubts: texts that wait again although the gateway may have them, and are stopped meanwhile."""

from collections import Counter

from sqlalchemy import ColumnElement, exists, or_, update
from sqlalchemy.orm import Session

from promosms.models import Message, MessagePart, MessageStatus, now
from promosms.services.sending import counters

NO_ANSWER = "no_answer"


def keep_unknown(session: Session, which: ColumnElement[bool], before: MessageStatus) -> None:
    """Make those of the rows unknown that a gateway may have taken, or has taken in part.

    Their price stays held: a receipt may still settle them. Call it before the others of these
    rows are ended and their price released.
    """
    taken = exists().where(MessagePart.message_id == Message.id)
    rows = session.execute(
        update(Message)
        .where(which, Message.status == before, or_(Message.doubtful, taken))
        .values(
            status=MessageStatus.UNKNOWN,
            apart=MessageStatus.UNKNOWN,
            reason=NO_ANSWER,
            final_at=now(),
            lease_until=None,
        )
        .returning(Message.campaign_id)
        .execution_options(synchronize_session=False)
    ).all()
    for campaign_id, number in Counter(row.campaign_id for row in rows).items():
        if campaign_id is not None:
            changes = {before: -number, MessageStatus.UNKNOWN: number}
            counters.move(session, campaign_id, changes)
