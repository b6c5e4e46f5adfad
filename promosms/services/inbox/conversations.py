"""The inbox: the people who have written, those who wrote last first, and what is done of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import (
    Conversation,
    InboundMessage,
    Message,
    Recipient,
    Suppression,
    SuppressionSource,
    User,
    now,
    table_of,
)
from promosms.services.auth import people
from promosms.services.inbox import conversation_rows
from promosms.services.recipients import search

PAGE = 50
MOST_COUNTED = 1000
"""Beyond this a number says nothing more, and would cost a walk over all conversations."""


class Show(StrEnum):
    """Which conversations a list shows."""

    OPEN = "open"
    UNREAD = "unread"
    DECIDE = "decide"
    DONE = "done"
    MINE = "mine"
    NOBODYS = "nobodys"


BY_PERSON = (Show.MINE, Show.NOBODYS)
"""Open ones, by who looks after them."""


@dataclass(frozen=True)
class Row:
    """A conversation in the list: its last reply, the answer to it, who it is, their opt-out.

    `assignee` is the e-mail address of who looks after it, `reader` of who has decided about that
    reply.
    """

    conversation: Conversation
    reply: InboundMessage
    answer: Message | None
    recipient: Recipient | None
    suppression: Suppression | None
    assignee: str | None
    reader: str

    @property
    def name(self) -> str:
        """Who it is, as far as that is known."""
        return self.recipient.name if self.recipient else ""

    @property
    def source(self) -> str:
        """How they opted out, empty if they have not."""
        return self.suppression.source if self.suppression else ""

    @property
    def text(self) -> str:
        """The last text of the conversation that is no campaign."""
        return self.answer.text if self.answer else self.reply.text

    @property
    def at(self) -> datetime:
        """When that was written."""
        return self.answer.created_at if self.answer else self.reply.received_at

    @property
    def waits(self) -> bool:
        """Is their number held until somebody has read what they wrote?"""
        return self.source == SuppressionSource.HELD


def page(
    account_id: int, show: Show, after: str = "", query: str = "", user_id: int = 0
) -> Page[Row]:
    """A page of conversations, after the one whose last reply has this public id.

    With a `query` for a name or a number the state does not matter. `user_id` is of who reads it.
    """
    last = id_of(table_of(InboundMessage), account_id, after)
    terms = search.search_terms(query)
    rows = _rows(account_id).where(_found(terms) if query.strip() else _shown(show, user_id))
    selected = db.session.execute(select_page(rows, Conversation.last_reply_id, last, PAGE)).all()
    names = people.emails_of(account_id, (row[1].decided_by for row in selected))
    found = (Row(*row, names.get(row[1].decided_by, "")) for row in selected)
    return page_of(found, PAGE, lambda row: row.reply.public_id)


def counts(account_id: int, user_id: int = 0) -> dict[Show, int]:
    """How many conversations wait, up to MOST_COUNTED; nobody needs to know how many are done.

    With a `user_id` also those of this user, and nobody's.
    """
    shows = (Show.OPEN, *(BY_PERSON if user_id else ()), Show.UNREAD, Show.DECIDE)
    return {show: _count(account_id, show, user_id) for show in shows}


def any_of(account_id: int) -> bool:
    """Has anybody written?"""
    query = select(Conversation.id).where(Conversation.account_id == account_id).limit(1)
    return db.session.scalar(query) is not None


def of_number(account_id: int, phone: str) -> Conversation | None:
    """The conversation with a number, None if they have never written."""
    return db.session.scalars(select(Conversation).where(_of(account_id, phone))).one_or_none()


def mark_done(account_id: int, phone: str, seen: int) -> bool:
    """Mark a conversation as done, and its replies as read up to `seen`, the last one shown.

    False if there is none, or a reply has come that nobody has read: it is not done then.
    """
    with transaction() as session:
        conversation_rows.lock(session, account_id, (phone,))
        conversation_rows.mark_read(session, account_id, phone, seen)
        done = session.execute(
            update_rows(Conversation)
            .where(_of(account_id, phone), Conversation.unread == 0)
            .values(done_at=func.coalesce(Conversation.done_at, now()))
            .returning(Conversation.phone)
        )
        return bool(done.all())


def reopen(account_id: int, phone: str) -> bool:
    """Take back that a conversation is done; False if there is none."""
    with transaction() as session:
        statement = update_rows(Conversation).where(_of(account_id, phone)).values(done_at=None)
        return bool(session.execute(statement.returning(Conversation.phone)).all())


def next_open(
    account_id: int, before: int, show: Show = Show.OPEN, user_id: int = 0
) -> InboundMessage | None:
    """The last reply of the next open conversation: of an older one, else of the newest.

    Of those by person only in their list.
    """
    chosen = show if show in BY_PERSON else Show.OPEN
    query = (
        select(InboundMessage)
        .join(Conversation, Conversation.last_reply_id == InboundMessage.id)
        .where(Conversation.account_id == account_id, _shown(chosen, user_id))
        .order_by(Conversation.last_reply_id.desc())
        .limit(1)
    )
    older = query.where(Conversation.last_reply_id < before)
    return db.session.scalars(older).one_or_none() or db.session.scalars(query).one_or_none()


def _rows(
    account_id: int,
) -> Select[Conversation, InboundMessage, Message, Recipient, Suppression, str]:
    def same(model: type[Recipient] | type[Suppression]) -> ColumnElement[bool]:
        return and_(model.account_id == Conversation.account_id, model.phone == Conversation.phone)

    return (
        select(Conversation, InboundMessage, Message, Recipient, Suppression, User.email)
        .join(InboundMessage, InboundMessage.id == Conversation.last_reply_id)
        .outerjoin(
            Message,
            and_(
                Message.id == Conversation.answer_id,
                Message.account_id == Conversation.account_id,
            ),
        )
        .outerjoin(Recipient, same(Recipient))
        .outerjoin(Suppression, same(Suppression))
        .outerjoin(
            User,
            and_(User.id == Conversation.assignee_id, User.account_id == Conversation.account_id),
        )
        .where(Conversation.account_id == account_id)
    )


def _shown(show: Show, user_id: int = 0) -> ColumnElement[bool]:
    """The condition of a list; literal values, so that the partial indexes can be used."""
    if show is Show.DONE:
        return Conversation.done_at.is_not(None)
    if show is Show.UNREAD:
        return Conversation.unread > literal(0, literal_execute=True)
    if show is Show.DECIDE:
        held = select(Suppression.phone).where(
            Suppression.account_id == Conversation.account_id,
            Suppression.source == SuppressionSource.HELD,
            Suppression.phone == Conversation.phone,
        )
        return held.correlate(Conversation).exists()
    is_open = Conversation.done_at.is_(None)
    if show is Show.MINE:
        return and_(is_open, Conversation.assignee_id == user_id)
    if show is Show.NOBODYS:
        return and_(is_open, Conversation.assignee_id.is_(None))
    return is_open


def _found(terms: list[str]) -> ColumnElement[bool]:
    """Who has all terms in their details, or one of them in a number that is no recipient's."""
    digits = [term for term in terms if term.isdecimal()]
    numbers = [Conversation.phone.contains(term, autoescape=True) for term in digits]
    return or_(and_(literal(bool(terms)), *search.contains(terms)), *numbers)


def _count(account_id: int, show: Show, user_id: int) -> int:
    shown = Conversation.account_id == account_id, _shown(show, user_id)
    some = select(Conversation.id).where(*shown)
    found = some.limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _of(account_id: int, phone: str) -> ColumnElement[bool]:
    return and_(Conversation.account_id == account_id, Conversation.phone == phone)
