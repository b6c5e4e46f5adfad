"""The rows of conversations: kept beside the replies, so that no page counts replies.

The row of a conversation is locked before its replies are changed; of several, in the order of
their numbers. A reply that comes at the same time waits, or adds itself afterwards.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.statements import delete_rows, update_rows
from promosms.models import Conversation, InboundKind, InboundMessage, now, table_of

SETTLED = (InboundKind.STOP, InboundKind.START, InboundKind.HELP)
"""They are obeyed or answered at once, so nobody has to do anything."""
ROWS = table_of(Conversation)


def received(session: Session, reply: InboundMessage) -> None:
    """Note a reply that was just stored: its conversation is open if somebody has to read it."""
    settled = reply.kind in SETTLED or reply.read_at is not None
    row = upsert.insert(Conversation).values(
        account_id=reply.account_id,
        phone=reply.phone,
        last_reply_id=reply.id,
        unread=int(reply.kind == InboundKind.REPLY and reply.read_at is None),
        done_at=now() if settled else None,
    )
    new = row.excluded
    # Of two replies at once the later one may be committed first.
    later = new.last_reply_id > ROWS.c.last_reply_id
    changes = {
        "last_reply_id": case((later, new.last_reply_id), else_=ROWS.c.last_reply_id),
        "unread": ROWS.c.unread + new.unread,
        "done_at": ROWS.c.done_at if settled else None,
        "answer_id": None,
    }
    session.execute(row.on_conflict_do_update(index_elements=["account_id", "phone"], set_=changes))


def answered(session: Session, account_id: int, phone: str, message_id: int) -> None:
    """Note a text of the account to somebody who has written."""
    statement = update_rows(Conversation).where(_of(account_id, (phone,)))
    session.execute(statement.values(answer_id=message_id))


def lock(session: Session, account_id: int, phones: Collection[str]) -> None:
    """Lock the conversations with these numbers, before their replies are changed or deleted."""
    query = select(Conversation.id).where(_of(account_id, phones)).order_by(Conversation.phone)
    session.execute(query.with_for_update()).all()


def mark_read(session: Session, account_id: int, phone: str, up_to: int) -> int:
    """Mark the replies of a locked conversation as read, up to this id; returns how many."""
    replies = update_rows(InboundMessage).where(
        InboundMessage.account_id == account_id,
        InboundMessage.phone == phone,
        InboundMessage.id <= up_to,
        is_unread(),
    )
    number = session.connection().execute(replies.values(read_at=now())).rowcount
    statement = update_rows(Conversation).where(_of(account_id, (phone,)))
    session.execute(statement.values(unread=Conversation.unread - number))
    return number


def refresh(session: Session, account_id: int, phones: Collection[str]) -> None:
    """Make locked conversations agree with the replies that are left; without any they go."""
    left = and_(
        InboundMessage.account_id == Conversation.account_id,
        InboundMessage.phone == Conversation.phone,
    )
    chosen = _of(account_id, phones)
    session.execute(delete_rows(Conversation).where(chosen, ~exists().where(left)))
    unread = select(func.count(InboundMessage.id)).where(left, is_unread())
    session.execute(
        update_rows(Conversation)
        .where(chosen)
        .values(
            last_reply_id=select(func.max(InboundMessage.id)).where(left).scalar_subquery(),
            unread=unread.scalar_subquery(),
        )
    )


def is_unread() -> ColumnElement[bool]:
    """Replies that nobody of the account has opened; STOP, START, HELP and what is held are none.

    Literal values: with bound parameters the database cannot use the partial index.
    """
    return and_(
        InboundMessage.read_at.is_(None),
        InboundMessage.kind == literal(InboundKind.REPLY.value, literal_execute=True),
    )


def _of(account_id: int, phones: Collection[str]) -> ColumnElement[bool]:
    return and_(Conversation.account_id == account_id, Conversation.phone.in_(phones))
