"""Replies that nobody has read: how many, the newest of them, and marking them as read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, literal, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import HIGHEST
from promosms.models import Conversation, InboundMessage, Recipient
from promosms.services.inbox import conversation_rows
from promosms.services.inbox.conversation_rows import is_unread
from promosms.services.recipients import held_replies

MOST_COUNTED = 1000
"""Beyond this a number says nothing more, and would cost a walk over all conversations."""


@dataclass(frozen=True)
class Unread:
    """How many replies nobody has read, and the newest of them, each with the name of who wrote."""

    number: int
    newest: Sequence[tuple[InboundMessage, str]]


def count_unread(account_id: int) -> int:
    """How many replies nobody of the account has read, in up to MOST_COUNTED conversations."""
    unread = select(Conversation.unread).where(
        Conversation.account_id == account_id,
        Conversation.unread > literal(0, literal_execute=True),
    )
    some = unread.limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.sum(some.c.unread))) or 0


def count_waiting(account_id: int) -> int:
    """What waits in the inbox: numbers to decide about, and replies to read."""
    return held_replies.count(account_id) + count_unread(account_id)


def mark_read(account_id: int, phone: str, up_to: int = HIGHEST) -> int:
    """Mark the replies of a number as read, up to the one with this id; returns how many."""
    with transaction() as session:
        conversation_rows.lock(session, account_id, (phone,))
        return conversation_rows.mark_read(session, account_id, phone, up_to)


def mark_all_read(account_id: int) -> int:
    """Mark all replies of the account as read; returns how many."""
    with transaction() as session:
        chosen = Conversation.account_id == account_id, Conversation.unread > 0
        query = select(Conversation.phone).where(*chosen).order_by(Conversation.phone)
        phones = session.scalars(query.with_for_update()).all()
        return sum(
            conversation_rows.mark_read(session, account_id, phone, HIGHEST) for phone in phones
        )


def unread(account_id: int, most: int) -> Unread:
    """The replies that nobody of the account has read, the newest first."""
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
        .where(InboundMessage.account_id == account_id, is_unread())
        .order_by(InboundMessage.id.desc())
        .limit(most)
    )
    rows = db.session.execute(query) if number else ()
    return Unread(
        number,
        [(reply, f"{first or ''} {last or ''}".strip()) for reply, first, last in rows],
    )
