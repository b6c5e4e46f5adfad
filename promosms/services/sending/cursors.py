"""Send cursors: how far each gateway has come in each campaign.

A claim needs the next queued messages of a campaign, and the sweep those that are being sent. An
index on the status would find both, but each message would change it three times, which costs
more than everything else. Send cursors find them without an index:

- When a campaign is opened, all its messages exist. A gateway sends its messages in the order of
  their ids, each once, so it only needs to know the last id that it has claimed.
- The cursor of a gateway in a campaign has three ids. Up to `done` nothing is being sent, up to
  `next` nothing is queued, after `last` there are no messages. So the queued messages are after
  `next`, up to `last`; those being sent are after `done`, up to `next`.
- The cursors are a column of the campaign, `send_cursors`. They change under its lock, in the
  transaction that claims: after a crash the next worker continues from there.
- A message that is tried again, or that moves to another gateway, cannot wait behind a cursor
  that has passed it. It is *detached*: it gets an `attention_status`, and the small index
  on that column finds it. Cursors ignore detached messages.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, now, table_of

SLICE = 500  # messages of one campaign before another account has its turn
SLICE_SECONDS = 1.0
StoredCursors = Mapping[str, Sequence[int]]
Number = ColumnElement[int]
ROWS = table_of(Message)
# Written into the statements, or the databases would not use the partial index.
QUEUED = literal(MessageStatus.QUEUED.value, literal_execute=True)
SENDING = literal(MessageStatus.SENDING.value, literal_execute=True)


@dataclass
class Turn:
    """The campaign that a gateway serves now, and how many more of its messages."""

    campaign_id: int
    account_id: int
    left: int = SLICE
    until: float = field(default_factory=lambda: time.monotonic() + SLICE_SECONDS)


class Cursor(NamedTuple):
    """Three ids of messages, see above."""

    done: int
    next: int
    last: int


def read(stored: StoredCursors, gateway_id: int) -> Cursor:
    """The cursor of a gateway; one that is at its end if there is none."""
    return Cursor(*stored.get(str(gateway_id), (0, 0, 0)))


def replaced(stored: StoredCursors, gateway_id: int, cursor: Cursor) -> dict[str, list[int]]:
    """The cursors of a campaign, with a new one for this gateway."""
    cursors = {key: list(values) for key, values in stored.items()}
    return {**cursors, str(gateway_id): list(cursor)}


def initial(ranges: Iterable[tuple[int, int, int]]) -> dict[str, list[int]]:
    """The cursors of a campaign that is opened, from gateways, first and last queued ids.

    A gateway may come several times.
    """
    cursors: dict[str, list[int]] = {}
    for gateway_id, first, last in ranges:
        _, before, end = cursors.get(str(gateway_id), [0, first - 1, last])
        start = min(before, first - 1)
        cursors[str(gateway_id)] = [start, start, max(end, last)]
    return cursors


def queued_rows(values: Mapping[str, int] | None = None) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the rows that a cursor comes to next.

    `values` has gateway, campaign, next and last; without it they are parameters.
    """
    gateway, campaign, after, last = _values(("gateway", "campaign", "next", "last"), values)
    return _between(campaign, after, last), *_attached(gateway, QUEUED)


def _sending_rows(values: Mapping[str, int]) -> ColumnElement[bool]:
    """Condition for the rows that a cursor has passed and that are being sent."""
    gateway, campaign, done, after = _values(("gateway", "campaign", "done", "next"), values)
    return and_(_between(campaign, done, after), *_attached(gateway, SENDING))


def _attached(gateway: Number, status: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    return ROWS.c.gateway_id == gateway, ROWS.c.status == status, ROWS.c.attention_status.is_(None)


def _between(campaign: Number, first: Number, last: Number) -> ColumnElement[bool]:
    """Messages of a campaign after an id, up to another: no statement reads beyond these."""
    return and_(ROWS.c.campaign_id == campaign, ROWS.c.id > first, ROWS.c.id <= last)


def _values(names: Sequence[str], values: Mapping[str, int] | None) -> list[Number]:
    if values is None:
        return [parameter(name) for name in names]
    return [literal(values[name], BigInteger) for name in names]


def parameter(name: str) -> BindParameter[int]:
    """A parameter that is an id."""
    return bindparam(name, type_=BigInteger)


def not_held() -> ColumnElement[bool]:
    """Condition for campaigns in which something may be claimed at this moment."""
    return or_(Campaign.held_until.is_(None), Campaign.held_until <= now())


def queued(gateway_id: int) -> Iterator[ColumnElement[bool]]:
    """Conditions that together find all queued messages of a gateway, each with an index."""
    yield and_(ROWS.c.attention_status == QUEUED, ROWS.c.gateway_id == gateway_id)
    for cursor in _cursors(Campaign.n_queued > 0, gateway_id):
        if cursor["next"] < cursor["last"]:
            yield and_(*queued_rows(cursor))


def sending(*campaigns: ColumnElement[bool], gateway_id: int | None = None) -> list[Any]:
    """Conditions that together find all messages that are being sent, each with an index.

    They can be limited to one gateway, or to some `campaigns`; those without a campaign are
    always included.
    """
    of_gateway = () if gateway_id is None else (ROWS.c.gateway_id == gateway_id,)
    detached = and_(ROWS.c.attention_status == SENDING, *of_gateway)
    cursors = _cursors(Campaign.n_sending > 0, gateway_id, *campaigns)
    return [
        detached,
        *(_sending_rows(cursor) for cursor in cursors if cursor["done"] < cursor["next"]),
    ]


def unfinished_gateways() -> set[int]:
    """Gateways whose cursor has messages before it in a campaign that is being sent."""
    sending = Campaign.status == CampaignStatus.SENDING
    cursors = _cursors(Campaign.n_queued > 0, None, sending, not_held())
    return {cursor["gateway"] for cursor in cursors if cursor["next"] < cursor["last"]}


def detach(
    session: Session, campaign_id: int, gateway_id: int, which: ColumnElement[bool], most: int
) -> int:
    """Detach queued messages from the cursor of a gateway; returns how many.

    Locks the campaign. The cursor moves on to the first message that remains.
    """
    stored = lock(session, campaign_id)
    cursor = read(stored, gateway_id)
    if cursor.next >= cursor.last or most <= 0:
        return 0
    given = {"gateway": gateway_id, "campaign": campaign_id, **cursor._asdict()}
    query = select(ROWS.c.id).where(*queued_rows(given)).order_by(ROWS.c.campaign_id, ROWS.c.id)
    ids = session.scalars(query.where(which).limit(most)).all()
    detaching = update(ROWS).where(bulk.among(ROWS.c.id))
    session.connection().execute(
        detaching.values(attention_status=MessageStatus.QUEUED), {"ids": ids}
    )
    first = session.scalar(query.limit(1))
    cursor = cursor._replace(next=cursor.last if first is None else first - 1)
    store(session, campaign_id, replaced(stored, gateway_id, cursor))
    return len(ids)


def advance_done() -> None:
    """Move `done` of all cursors forward, so that messages being sent are found quickly."""
    for cursor in _cursors(Campaign.n_sending > 0, None):
        if cursor["done"] < cursor["next"]:
            # No lock is needed to look: a message before `next` that is not being sent now will
            # never be again, unless it is detached.
            query = select(ROWS.c.id).where(_sending_rows(cursor))
            first = db.session.scalar(query.order_by(ROWS.c.campaign_id, ROWS.c.id).limit(1))
            done = cursor["next"] if first is None else first - 1
            if done > cursor["done"]:
                _store_done(cursor["campaign"], cursor["gateway"], done)


def _cursors(
    has_messages: ColumnElement[bool], gateway_id: int | None, *campaigns: ColumnElement[bool]
) -> list[dict[str, int]]:
    """The cursors of campaigns, with the ids of campaign and gateway."""
    query = select(Campaign.id, Campaign.send_cursors).where(has_messages, *campaigns)
    return [
        {"campaign": campaign_id, "gateway": int(key), **read(stored, int(key))._asdict()}
        for campaign_id, stored in db.session.execute(query.order_by(Campaign.id))
        for key in (stored if gateway_id is None else (str(gateway_id),))
    ]


def _store_done(campaign_id: int, gateway_id: int, done: int) -> None:
    with transaction() as session:
        stored = lock(session, campaign_id)
        cursor = read(stored, gateway_id)
        if cursor.done < done <= cursor.next:
            store(session, campaign_id, replaced(stored, gateway_id, cursor._replace(done=done)))


def lock(session: Session, campaign_id: int) -> StoredCursors:
    """Lock a campaign and read its cursors."""
    query = select(Campaign.send_cursors).where(Campaign.id == campaign_id).with_for_update()
    return session.scalar(query) or {}


def store(session: Session, campaign_id: int, cursors: dict[str, list[int]]) -> None:
    """Store the cursors of a campaign that is locked."""
    session.execute(
        update_rows(Campaign).where(Campaign.id == campaign_id).values(send_cursors=cursors)
    )
