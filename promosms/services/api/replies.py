"""Replies as programs see them. Reading them by a program marks nothing as read."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import ApiKey, InboundMessage


def find(key: ApiKey, public_id: str) -> InboundMessage | None:
    """A reply of the account; none is found in the sandbox."""
    query = select(InboundMessage).where(
        InboundMessage.account_id == key.account_id, InboundMessage.public_id == public_id
    )
    return None if key.sandbox else db.session.scalar(query)


def page(key: ApiKey, after: int | None, size: int, phone: str = "") -> Page[InboundMessage]:
    """A page of replies, the newest first; there are none in the sandbox."""
    if key.sandbox:
        return Page([], None)
    query = select(InboundMessage).where(InboundMessage.account_id == key.account_id)
    if phone:
        query = query.where(InboundMessage.phone == phone)
    rows = db.session.scalars(select_page(query, InboundMessage.id, after, size))
    return page_of(rows, size, lambda reply: reply.id)
