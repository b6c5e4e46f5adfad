"""Replies: what recipients answered, the newest first."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import InboundMessage, Recipient, table_of

PAGE = 50


@dataclass(frozen=True)
class Reply:
    """A reply and the recipient whose number it came from, if there is one."""

    message: InboundMessage
    recipient: Recipient | None


def page(account_id: int, after: str = "") -> Page[Reply]:
    """A page of replies, the newest first, after the one with this public id."""
    last = id_of(table_of(InboundMessage), account_id, after)
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
    )
    rows = db.session.execute(select_page(query, InboundMessage.id, last, PAGE))
    replies = (Reply(message, recipient) for message, recipient in rows)
    return page_of(replies, PAGE, lambda reply: reply.message.public_id)
