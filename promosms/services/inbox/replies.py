"""Replies: what recipients answered, the newest first."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from promosms.extensions import db
from promosms.models import InboundMessage, Recipient

PAGE = 50


@dataclass(frozen=True)
class Reply:
    """A reply and the recipient whose number it came from, if there is one."""

    message: InboundMessage
    recipient: Recipient | None


def page(account_id: int, after: str = "") -> tuple[list[Reply], str]:
    """A page of replies after the one with this public id, and where the next page goes on."""
    last = db.session.scalar(
        select(InboundMessage.id).where(
            InboundMessage.account_id == account_id, InboundMessage.public_id == after
        )
    )
    query = (
        select(InboundMessage, Recipient)
        .outerjoin(
            Recipient,
            and_(
                Recipient.account_id == InboundMessage.account_id,
                Recipient.phone == InboundMessage.phone,
            ),
        )
        .where(InboundMessage.account_id == account_id)
        .order_by(InboundMessage.id.desc())
        .limit(PAGE + 1)
    )
    if last is not None:
        query = query.where(InboundMessage.id < last)
    replies = [Reply(message, recipient) for message, recipient in db.session.execute(query)]
    return replies[:PAGE], replies[PAGE - 1].message.public_id if len(replies) > PAGE else ""
