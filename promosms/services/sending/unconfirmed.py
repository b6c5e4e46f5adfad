"""Unconfirmed messages: those that are queued again although the gateway may have the text."""

from collections import Counter

from sqlalchemy import ColumnElement, exists, or_, update
from sqlalchemy.orm import Session

from promosms.models import Message, MessagePart, MessageStatus, now
from promosms.services.sending import counters

NO_ANSWER = "no_answer"


def keep_unknown(session: Session, condition: ColumnElement[bool], before: MessageStatus) -> None:
    """Give the status `unknown` to the messages that a gateway may have, wholly or in part.

    Call it before the other messages are ended. The price stays held: a receipt may still come.
    """
    taken = exists().where(MessagePart.message_id == Message.id)
    rows = session.execute(
        update(Message)
        .where(condition, Message.status == before, or_(Message.unconfirmed, taken))
        .values(
            status=MessageStatus.UNKNOWN,
            attention_status=MessageStatus.UNKNOWN,
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
