"""Some recipients who are spread over all: neighbours, in blocks that begin at even distances."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from promosms.extensions import db
from promosms.lib.pages import HIGHEST
from promosms.models import Recipient


def of_everybody(account_id: int, blocks: int, size: int) -> Iterator[int]:
    """Ids of recipients who are spread over all of the account."""
    ids = select(Recipient.id.label("id")).where(Recipient.account_id == account_id)
    return spread(ids, Recipient.id, blocks, size)


def newest(account_id: int, number: int) -> ColumnElement[bool]:
    """A condition: the recipient is one of so many who were added last."""
    own = select(Recipient.id).where(Recipient.account_id == account_id)
    first = db.session.scalar(own.order_by(Recipient.id.desc()).offset(number - 1).limit(1))
    return and_(Recipient.account_id == account_id, Recipient.id >= (first or 0))


def oldest(account_id: int, number: int) -> ColumnElement[bool]:
    """A condition: the recipient is one of so many who were added first."""
    own = select(Recipient.id).where(Recipient.account_id == account_id)
    last = db.session.scalar(own.order_by(Recipient.id).offset(number - 1).limit(1))
    return and_(Recipient.account_id == account_id, Recipient.id <= (last or HIGHEST))


def spread(query: Select[int], column: Any, blocks: int, size: int) -> Iterator[int]:
    """Blocks of neighbours, the first at the beginning; each id once."""
    first = db.session.scalar(query.order_by(column).limit(1))
    last = db.session.scalar(query.order_by(column.desc()).limit(1))
    if first is None or last is None:
        return
    after = first - 1
    for number in range(blocks):
        after = max(after, first - 1 + (last - first) * number // blocks)
        block = db.session.scalars(query.where(column > after).order_by(column).limit(size)).all()
        yield from block
        after = block[-1] if block else after
