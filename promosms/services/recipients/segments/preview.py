"""A filter before it is saved: how many meet it, and the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Recipient
from promosms.services.recipients import sample
from promosms.services.recipients.segments import counts, queries
from promosms.services.recipients.segments.conditions import Filter
from promosms.services.recipients.segments.counts import Counted

FIRST = 5


@dataclass(frozen=True)
class Preview:
    """How many, and some of them."""

    counted: Counted
    first: Sequence[Recipient]


def of(account: Account, chosen: Filter) -> Preview:
    """Those who meet a filter."""
    condition = queries.where(account, chosen)
    newest = sample.newest(account.id, counts.MOST_READ)
    query = select(Recipient).where(newest, condition).order_by(Recipient.id.desc()).limit(FIRST)
    return Preview(counts.now_or_about(account.id, condition), db.session.scalars(query).all())
