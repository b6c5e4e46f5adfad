"""Replies: what recipients answered, the newest first, and which of them nobody has read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal, select

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import (
    Decision,
    InboundKind,
    InboundMessage,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
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
    def is_new(self) -> bool:
        """Has nobody of the account opened it yet?"""
        return self.message.kind == InboundKind.REPLY and self.message.read_at is None

    @property
    def waits(self) -> bool:
        """Is the number held because of this reply, or of another like it?"""
        is_open = self.message.kind == InboundKind.HOLD and self.message.decision == Decision.OPEN
        return is_open and self.source == SuppressionSource.HELD


@dataclass(frozen=True)
class Unread:
    """How many replies nobody has read, and the newest of them, each with the name of who wrote."""

    number: int
    newest: Sequence[tuple[InboundMessage, str]]


def is_unread(account_id: int) -> ColumnElement[bool]:
    """Replies that nobody of the account has opened; STOP, START, HELP and what is held are none.

    Literal values: with bound parameters the database cannot use the partial index.
    """
    return and_(
        InboundMessage.account_id == account_id,
        InboundMessage.read_at.is_(None),
        InboundMessage.kind == literal(InboundKind.REPLY.value, literal_execute=True),
    )


def count_unread(account_id: int) -> int:
    """How many replies nobody of the account has read."""
    query = select(func.count(InboundMessage.id)).where(is_unread(account_id))
    return db.session.scalar(query) or 0


def mark_read(account_id: int, phone: str = "", up_to: int | None = None) -> int:
    """Mark replies as read: of the account, or of one number up to a reply; returns how many."""
    with transaction() as session:
        statement = update_rows(InboundMessage).where(is_unread(account_id))
        if phone:
            statement = statement.where(InboundMessage.phone == phone)
        if up_to is not None:
            statement = statement.where(InboundMessage.id <= up_to)
        return session.connection().execute(statement.values(read_at=now())).rowcount


def unread(account_id: int, most: int) -> Unread:
    """The replies that nobody of the account has read, the newest first."""
    condition = is_unread(account_id)
    number = count_unread(account_id)
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
    return Unread(
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
