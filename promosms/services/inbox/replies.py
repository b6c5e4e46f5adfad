"""Replies: what recipients answered, the newest first."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import (
    Decision,
    InboundKind,
    InboundMessage,
    Recipient,
    Suppression,
    SuppressionSource,
    table_of,
)
from promosms.services.recipients import held_replies

PAGE = 50


@dataclass(frozen=True)
class Reply:
    """A reply, the recipient whose number it came from, and whether that is on the opt-outs.

    `waits`: a person has to read it. `reader` is the e-mail address of who has.
    """

    message: InboundMessage
    recipient: Recipient | None
    source: str | None
    reader: str

    @property
    def waits(self) -> bool:
        """Is the number held because of this reply, or of another like it?"""
        is_open = self.message.kind == InboundKind.HOLD and self.message.decision == Decision.OPEN
        return is_open and self.source == SuppressionSource.HELD


def page(account_id: int, after: str = "") -> Page[Reply]:
    """A page of replies, the newest first, after the one with this public id."""
    last = id_of(table_of(InboundMessage), account_id, after)
    query = (
        select(InboundMessage, Recipient, Suppression.source)
        .outerjoin(
            Recipient,
            and_(
                Recipient.account_id == InboundMessage.account_id,
                Recipient.phone == InboundMessage.phone,
            ),
        )
        .outerjoin(
            Suppression,
            and_(
                Suppression.account_id == InboundMessage.account_id,
                Suppression.phone == InboundMessage.phone,
            ),
        )
        .where(InboundMessage.account_id == account_id)
    )
    rows = db.session.execute(select_page(query, InboundMessage.id, last, PAGE)).all()
    names = held_replies.readers(account_id, (row[0].decided_by for row in rows))
    replies = (
        Reply(message, recipient, source, names.get(message.decided_by, ""))
        for message, recipient, source in rows
    )
    return page_of(replies, PAGE, lambda reply: reply.message.public_id)
