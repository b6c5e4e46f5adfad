"""Walks: whose turn it is at a gateway, and how far it has come in each campaign.

What goes straight through a campaign stands in no index of what waits, or of what is being sent,
because to keep one up costs more than all the rest. Its ids are known: a gateway walks through the
campaign in their order, each once, and never has to look back. For when a campaign is opened all
of its messages are there, and whatever comes back into the queue, or to another gateway, is apart
(`Message.apart`). A walk stands in the row of the campaign and changes under its lock, in the
transaction that claims: whoever dies, and whoever starts anew, the next one goes on from there.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, table_of

SLICE = 500  # messages of one campaign before another account's turn comes
SLICE_SECONDS = 1.0
Stored = Mapping[str, Sequence[int]]
Number = ColumnElement[int]
ROWS = table_of(Message)
# Written into statements, so that the partial index is used.
QUEUED = literal(MessageStatus.QUEUED.value, literal_execute=True)
SENDING = literal(MessageStatus.SENDING.value, literal_execute=True)


@dataclass
class Turn:
    """Whose turn it is: a campaign, and how many more of its messages."""

    campaign_id: int
    account_id: int
    left: int = SLICE
    until: float = field(default_factory=lambda: time.monotonic() + SLICE_SECONDS)


class Walk(NamedTuple):
    """How far a gateway has come, as ids of messages; what is apart does not count.

    Up to `settled` nothing is being sent, up to `place` nothing waits, after `last` there is
    nothing. So what waits lies between `place` and `last`, what is being sent before it.
    """

    settled: int
    place: int
    last: int


def read(stored: Stored, gateway_id: int) -> Walk:
    """The walk of a gateway; at its end where there is none."""
    return Walk(*stored.get(str(gateway_id), (0, 0, 0)))


def written(stored: Stored, gateway_id: int, walk: Walk) -> dict[str, list[int]]:
    """The walks of a campaign, with a new one of this gateway."""
    return {**{key: list(each) for key, each in stored.items()}, str(gateway_id): list(walk)}


def begun(first: Mapping[int, tuple[int, int]]) -> dict[str, list[int]]:
    """The walks of a campaign that is opened: `first` and last id of what waits, by gateway."""
    return {str(key): [low - 1, low - 1, last] for key, (low, last) in first.items()}


def fresh(given: Mapping[str, int] | None = None) -> tuple[ColumnElement[bool], ...]:
    """What waits on a walk: gateway, campaign, place and last are given, or are parameters."""
    gateway, campaign, place, last = _values(("gateway", "campaign", "place", "last"), given)
    own = ROWS.c.gateway_id == gateway, ROWS.c.status == QUEUED, ROWS.c.apart.is_(None)
    return _between(campaign, place, last), *own


def _flying(given: Mapping[str, int]) -> ColumnElement[bool]:
    """What is being sent on a walk."""
    gateway, campaign, settled, place = _values(("gateway", "campaign", "settled", "place"), given)
    own = ROWS.c.gateway_id == gateway, ROWS.c.status == SENDING, ROWS.c.apart.is_(None)
    return and_(_between(campaign, settled, place), *own)


def _between(campaign: Number, first: Number, last: Number) -> ColumnElement[bool]:
    """Messages of a campaign after an id, up to another: no index is ever walked beyond these."""
    return and_(ROWS.c.campaign_id == campaign, ROWS.c.id > first, ROWS.c.id <= last)


def _values(names: Sequence[str], given: Mapping[str, int] | None) -> list[Number]:
    if given is None:
        return [parameter(name) for name in names]
    return [literal(given[name], BigInteger) for name in names]


def parameter(name: str) -> BindParameter[int]:
    """A parameter that is an id."""
    return bindparam(name, type_=BigInteger)


def waiting(gateway_id: int) -> Iterator[ColumnElement[bool]]:
    """Where the messages are that wait for a gateway: conditions, each with an index."""
    yield and_(ROWS.c.apart == QUEUED, ROWS.c.gateway_id == gateway_id)
    for one in _open(Campaign.n_queued > 0, gateway_id):
        if one["place"] < one["last"]:
            yield and_(*fresh(one))


def under_way(*which: ColumnElement[bool], gateway_id: int | None = None) -> list[Any]:
    """Where the messages are that are being sent: conditions, each with an index.

    Those of a gateway, or of the campaigns `which` and, always, of no campaign.
    """
    own = () if gateway_id is None else (ROWS.c.gateway_id == gateway_id,)
    found = [and_(ROWS.c.apart == SENDING, *own)]
    walks = _open(Campaign.n_sending > 0, gateway_id, *which)
    return found + [_flying(one) for one in walks if one["settled"] < one["place"]]


def unfinished() -> set[int]:
    """Gateways for which messages wait on a walk."""
    found = _open(Campaign.n_queued > 0, None, Campaign.status == CampaignStatus.SENDING)
    return {one["gateway"] for one in found if one["place"] < one["last"]}


def take_aside(
    session: Session, campaign_id: int, gateway_id: int, which: ColumnElement[bool], most: int
) -> int:
    """Make messages on a walk apart, because they are to leave it; returns how many.

    The campaign is locked. The walk goes on with the first that is left.
    """
    stored = locked(session, campaign_id)
    walk = read(stored, gateway_id)
    if walk.place >= walk.last or most <= 0:
        return 0
    given = {"gateway": gateway_id, "campaign": campaign_id, **walk._asdict()}
    query = select(ROWS.c.id).where(*fresh(given)).order_by(ROWS.c.campaign_id, ROWS.c.id)
    ids = session.scalars(query.where(which).limit(most)).all()
    aside = update(ROWS).where(bulk.among(ROWS.c.id)).values(apart=MessageStatus.QUEUED)
    session.connection().execute(aside, {"ids": ids})
    first = session.scalar(query.limit(1))
    walk = walk._replace(place=walk.last if first is None else first - 1)
    write(session, campaign_id, written(stored, gateway_id, walk))
    return len(ids)


def settle() -> None:
    """Move the beginning of what is being sent to where it is now, so that it is soon found.

    Nothing is locked to look: what lies before a place and is not being sent never will be again,
    unless it is apart.
    """
    for one in _open(Campaign.n_sending > 0, None):
        if one["settled"] < one["place"]:
            query = select(ROWS.c.id).where(_flying(one))
            first = db.session.scalar(query.order_by(ROWS.c.campaign_id, ROWS.c.id).limit(1))
            settled = one["place"] if first is None else first - 1
            if settled > one["settled"]:
                _write_settled(one["campaign"], one["gateway"], settled)


def _open(
    some: ColumnElement[bool], gateway_id: int | None, *which: ColumnElement[bool]
) -> list[dict[str, int]]:
    """The walks of campaigns that have `some` messages, with the ids of campaign and gateway."""
    query = select(Campaign.id, Campaign.walks).where(some, *which).order_by(Campaign.id)
    return [
        {"campaign": campaign_id, "gateway": int(key), **read(stored, int(key))._asdict()}
        for campaign_id, stored in db.session.execute(query)
        for key in (stored if gateway_id is None else (str(gateway_id),))
    ]


def _write_settled(campaign_id: int, gateway_id: int, settled: int) -> None:
    with transaction() as session:
        stored = locked(session, campaign_id)
        walk = read(stored, gateway_id)
        if walk.settled < settled <= walk.place:
            write(session, campaign_id, written(stored, gateway_id, walk._replace(settled=settled)))


def locked(session: Session, campaign_id: int) -> Stored:
    """The walks of a campaign, which is locked by this."""
    query = select(Campaign.walks).where(Campaign.id == campaign_id).with_for_update()
    return session.scalar(query) or {}


def write(session: Session, campaign_id: int, walks: dict[str, list[int]]) -> None:
    """Store the walks of a campaign that is locked."""
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id)
        .values(walks=walks)
        .execution_options(synchronize_session=False)
    )
