"""Replies: what recipients answered, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

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


@dataclass(frozen=True)
class Recent:
    """How many replies came lately, and the newest of them, each with the name of who wrote."""

    number: int
    newest: Sequence[tuple[InboundMessage, str]]


def recent(account_id: int, since: datetime, most: int) -> Recent:
    """Replies that came since then and are no STOP, START or HELP, and are not held."""
    condition = and_(
        InboundMessage.account_id == account_id,
        InboundMessage.kind == InboundKind.REPLY,
        InboundMessage.received_at >= since,
    )
    number = db.session.scalar(select(func.count(InboundMessage.id)).where(condition)) or 0
    query = (
        select(InboundMessage, Recipient.first_name, Recipient.last_name)
        .outerjoin(
            Recipient,
            and_(
                Recipient.account_id == InboundMessage.account_id,
                Recipient.phone == InboundMessage.phone,
            ),
        )
        .where(condition)
        .order_by(InboundMessage.id.desc())
        .limit(most)
    )
    rows = db.session.execute(query) if number else ()
    return Recent(
        number,
        [(reply, f"{first or ''} {last or ''}".strip()) for reply, first, last in rows],
    )


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
