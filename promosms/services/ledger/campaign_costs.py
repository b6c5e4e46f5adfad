"""Campaign costs: the charge of a campaign, split by country, parts and price.

While a small campaign runs, its texts are counted for each page. When its hold is closed the costs
cannot change any more and are stored, because counting a million texts takes seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    union_all,
)

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Campaign,
    CampaignCost,
    EntryKind,
    Hold,
    LedgerEntry,
    Message,
    MessageCount,
    MessagePart,
    MessageStatus,
    now,
)

RECENT = timedelta(hours=1)
BATCH = 20
MOST_COUNTED = 50_000  # texts that can be counted while a reader waits for the page
Rows = Select[*tuple[Any, ...]]
FIGURES = ("country", "parts", "price", "taken", "charged", "returned", "released")
ORDER = (CampaignCost.country, CampaignCost.parts, CampaignCost.price)


@dataclass(frozen=True)
class CostRow:
    """Texts of one country, number of parts and price of a text. Money in 1/10,000.

    `taken` texts were accepted and `charged`; for `returned` ones the money was `released`.
    `waiting` texts are not sent or not confirmed yet; `pending` is still set aside for them.
    """

    country: str
    parts: int
    price: int
    taken: int
    charged: int
    returned: int
    released: int
    waiting: int = 0
    pending: int = 0


@dataclass(frozen=True)
class Totals:
    """What became of the money of a campaign, in 1/10,000: by its ledger entries and its hold.

    `set_aside` is the sum of the other three; `pending` is neither charged nor given back yet.
    """

    set_aside: int
    charged: int
    given_back: int
    pending: int


def totals(campaign: Campaign) -> Totals | None:
    """The money of a campaign; None before its hold."""
    hold = db.session.get(Hold, campaign.id)
    if hold is None:
        return None
    charged = spent(campaign.id)
    return Totals(hold.amount, charged, hold.amount - charged - hold.remaining, hold.remaining)


def of(campaign: Campaign) -> list[CostRow]:
    """The costs of a campaign by country, parts and price; empty before its hold.

    Also empty for a large campaign until a little after its end: then it is counted once.
    """
    hold = db.session.get(Hold, campaign.id)
    if hold is None:
        return []
    closed = hold.closed_at is not None
    stored = _stored(campaign.id) if closed else []
    if stored or campaign.audience > MOST_COUNTED:
        return stored
    return count(campaign.id, closed)


def spent(campaign_id: int) -> int:
    """What a campaign has cost so far, in 1/10,000: its charges in the ledger."""
    query = select(func.sum(-LedgerEntry.held)).where(
        LedgerEntry.campaign_id == campaign_id, LedgerEntry.kind == EntryKind.CHARGE
    )
    return int(db.session.scalar(query) or 0)


def count(campaign_id: int, closed: bool) -> list[CostRow]:
    """Count the texts. With a `closed` hold, the money of unknown ones was released."""
    rows = db.session.execute(count_query(campaign_id)).all()
    return [_row(closed, *(row[:3]), *(int(figure) for figure in row[3:])) for row in rows]


def count_query(campaign_id: int) -> Rows:
    """Country, parts and price; accepted texts, their charge; waiting texts, their price; all.

    A failed text is charged for those parts that the gateway had accepted. Recipients who were
    skipped before the hold have no price and are left out.
    """
    messages = _grouped(
        Message,
        Message.campaign_id == campaign_id,
        func.count(),
        func.sum(charged()),
    )
    purged = _grouped(
        MessageCount,
        MessageCount.campaign_id == campaign_id,
        func.sum(MessageCount.messages),
        func.sum(MessageCount.charged),
    )
    both = union_all(messages, purged).subquery()
    keys = [both.c[name] for name in ("country", "parts", "price")]
    status, texts = both.c.status, both.c.texts
    waiting = status.in_(MessageStatus.UNSETTLED)
    query: Rows = (
        select(
            *keys,
            func.sum(case((status.in_(MessageStatus.ACCEPTED), texts), else_=0)),
            func.sum(both.c.charged),
            func.sum(case((waiting, texts), else_=0)),
            func.sum(case((waiting, texts * both.c.price), else_=0)),
            func.sum(texts),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return query


def charged() -> ColumnElement[int]:
    """What a message has cost: its price if accepted, that of its accepted parts if failed."""
    parts_taken = (
        select(func.count())
        .where(MessagePart.message_id == Message.id)
        .correlate(Message)
        .scalar_subquery()
    )
    return case(
        (Message.status.in_(MessageStatus.ACCEPTED), Message.price),
        (
            and_(Message.status == MessageStatus.FAILED, Message.parts > 1),
            parts_taken * Message.price // Message.parts,
        ),
        else_=0,
    )


def _grouped(
    model: type[Message] | type[MessageCount],
    condition: ColumnElement[bool],
    texts: ColumnElement[int],
    cost: ColumnElement[int],
) -> Rows:
    """Messages by country, parts, price and status, without those skipped before the hold."""
    keys = (model.country, model.parts, model.price, model.status)
    query: Rows = (
        select(*keys, texts.label("texts"), cost.label("charged"))
        .where(condition, not_(and_(model.status == MessageStatus.SKIPPED, model.price == 0)))
        .group_by(*keys)
    )
    return query


def due() -> bool:
    """Was a hold closed in the last hour whose costs are not stored?"""
    recent = Hold.closed_at > now() - RECENT
    return db.session.scalar(_missing().where(recent).limit(1)) is not None


def store(over: Callable[[], bool] = time_slice.nobody) -> bool:
    """Store missing costs, campaign by campaign; True if some are left."""
    while campaigns := list(db.session.scalars(_missing().limit(BATCH))):
        stored = 0
        for campaign_id in campaigns:
            stored += _store(campaign_id)
            if over():
                return True
        if not stored:
            return False  # their texts are purged and cannot be counted any more
    return False


def _missing() -> Select[int]:
    stored = exists().where(CampaignCost.campaign_id == Hold.campaign_id)
    texts = or_(
        exists().where(Message.campaign_id == Hold.campaign_id),
        exists().where(MessageCount.campaign_id == Hold.campaign_id),
    )
    return (
        select(Hold.campaign_id)
        .where(Hold.closed_at.is_not(None), not_(stored), texts)
        .order_by(Hold.campaign_id)
    )


def _store(campaign_id: int) -> int:
    rows = count(campaign_id, closed=True)
    with transaction() as session:
        query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
        campaign = session.scalar(query)
        if campaign is None or not rows or _stored(campaign_id):
            return 0
        keys = {"campaign_id": campaign_id, "account_id": campaign.account_id}
        values = [{**keys, **{name: getattr(row, name) for name in FIGURES}} for row in rows]
        session.execute(insert(CampaignCost), values)
    return 1


def _stored(campaign_id: int) -> list[CostRow]:
    query = select(CampaignCost).where(CampaignCost.campaign_id == campaign_id).order_by(*ORDER)
    return [cost_row(cost) for cost in db.session.scalars(query)]


def cost_row(cost: CampaignCost) -> CostRow:
    """The row of stored costs."""
    return CostRow(*(getattr(cost, name) for name in FIGURES))


def _row(
    closed: bool,
    country: str,
    parts: int,
    price: int,
    taken: int,
    charged: int,
    waiting: int,
    pending: int,
    texts: int,
) -> CostRow:
    if closed:
        waiting = pending = 0
    returned = texts - taken - waiting
    released = texts * price - charged - pending
    return CostRow(country, parts, price, taken, charged, returned, released, waiting, pending)
