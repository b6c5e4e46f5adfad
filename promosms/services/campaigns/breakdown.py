"""The breakdown of a campaign: its texts by country, by list, and by how soon they arrived.

It is counted in the background and stored, because grouping a million texts takes seconds, and so
that the figures stay when the messages are deleted. It is counted again while texts leave and
receipts come: the longer the end is ago, and the longer counting takes, the less often.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, delete, func, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignBreakdown,
    CampaignStatus,
    GroupedBy,
    ListRecipient,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    now,
)
from promosms.services.campaigns import addressed, campaigns, clicks, responses
from promosms.services.campaigns.arrivals import AFTER

MOST_LISTS = 50
"""Of a campaign to everyone the largest lists are counted."""
SOONEST = timedelta(minutes=1)
SHARE = 50
"""Counting takes at most a fiftieth of the time."""
LATER = 4
"""The next count comes when a fourth more of the time is over since it ended or stopped."""
LATEST = timedelta(hours=1)
LEFT = MessageStatus.ACCEPTED | {MessageStatus.UNKNOWN}
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Group:
    """Texts that left, that arrived and that did not, and the people who responded."""

    texts: int = 0
    delivered: int = 0
    not_delivered: int = 0
    replied: int = 0
    opted_out: int = 0
    clicked: int = 0


@dataclass(frozen=True)
class Breakdown:
    """The groups of a campaign, as they were counted at a moment; `None`: not counted yet.

    `countries` by their code, `lists` by their name; the largest group first.
    """

    counted_at: datetime | None
    countries: Mapping[str, Group]
    lists: Mapping[str, Group]


def of(campaign: Campaign) -> Breakdown:
    """What is stored of a campaign; lists that were deleted are left out."""
    query = select(CampaignBreakdown, RecipientList.name)
    query = query.outerjoin(RecipientList, RecipientList.public_id == CampaignBreakdown.name)
    query = query.where(
        CampaignBreakdown.campaign_id == campaign.id,
        CampaignBreakdown.grouped_by != GroupedBy.MINUTES,
    ).order_by(CampaignBreakdown.texts.desc(), CampaignBreakdown.name)
    found: dict[str, dict[str, Group]] = {GroupedBy.COUNTRY: {}, GroupedBy.LIST: {}}
    for row, list_name in db.session.execute(query):
        name = row.name if row.grouped_by == GroupedBy.COUNTRY else list_name
        if name is not None:
            found[row.grouped_by][name] = Group(*(getattr(row, figure) for figure in FIGURES))
    return Breakdown(campaign.counted_at, found[GroupedBy.COUNTRY], found[GroupedBy.LIST])


def due() -> bool:
    """Is there a campaign to count?"""
    return _next() is not None


def store(over: Callable[[], bool]) -> bool:
    """Count campaigns until the time slice is over; is there more?"""
    while (campaign_id := _next()) is not None:
        count(campaign_id)
        if over():
            return due()
    return False


def count(campaign_id: int) -> None:
    """Count a campaign and store it. When some of its messages are gone, what is stored stays."""
    start, moment = time.monotonic(), now()
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        return
    known = not campaigns.deleted(campaign)[0]
    rows = list(_rows(campaign)) if known else []
    took = timedelta(seconds=time.monotonic() - start)
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        again = _next_count(campaign, moment, took) if known else None
        values = {"count_at": again, **({"counted_at": moment} if known else {})}
        session.execute(update_rows(Campaign).where(Campaign.id == campaign_id).values(**values))
        if known:
            old = CampaignBreakdown.campaign_id == campaign_id
            session.execute(delete(CampaignBreakdown).where(old))
        if rows:
            keys = {"campaign_id": campaign_id, "account_id": campaign.account_id}
            session.execute(insert(CampaignBreakdown), [{**keys, **row} for row in rows])
    db.session.expire(campaign)


def _next() -> int | None:
    query = select(Campaign.id).where(
        Campaign.count_at <= now(), Campaign.status.not_in(CampaignStatus.NOT_PREPARED)
    )
    return db.session.scalar(query.order_by(Campaign.count_at).limit(1))


def _next_count(campaign: Campaign, moment: datetime, took: timedelta) -> datetime | None:
    """When to count again; None when nothing changes any more."""
    if campaigns.over(campaign):
        return None
    sending = campaign.status == CampaignStatus.SENDING
    stopped_at = campaign.finished_at or (moment if sending else campaign.updated_at)
    return moment + max(SOONEST, took * SHARE, min((moment - stopped_at) / LATER, LATEST))


def _rows(campaign: Campaign) -> Iterator[dict[str, object]]:
    for grouped_by, groups in (
        (GroupedBy.COUNTRY, _groups(campaign, Message.country)),
        (GroupedBy.LIST, _by_list(campaign)),
        (GroupedBy.MINUTES, _by_time(campaign)),
    ):
        for name, figures in groups.items():
            yield {
                "grouped_by": grouped_by.value,
                "name": name,
                **dict.fromkeys(FIGURES, 0),
                **figures,
            }


def _by_list(campaign: Campaign) -> dict[str, dict[str, int]]:
    lists = _lists(campaign)
    if not lists:
        return {}
    members = (
        select(RecipientList.public_id.label("name"), Recipient.phone.label("phone"))
        .join(ListRecipient, ListRecipient.list_id == RecipientList.id)
        .join(Recipient, Recipient.id == ListRecipient.recipient_id)
        .where(RecipientList.id.in_(lists))
    ).subquery()
    return _groups(campaign, members.c.name, members)


def _lists(campaign: Campaign) -> Sequence[int]:
    chosen = addressed.of(campaign)
    if not chosen.everyone:
        return [one.id for one in chosen.chosen.lists]
    query = select(RecipientList.id).where(RecipientList.account_id == campaign.account_id)
    query = query.order_by(RecipientList.size.desc(), RecipientList.id)
    return db.session.scalars(query.limit(MOST_LISTS)).all()


def _groups(
    campaign: Campaign,
    name: ColumnElement[str] | InstrumentedAttribute[str],
    members: Subquery | None = None,
) -> dict[str, dict[str, int]]:
    """The figures by `name`; with `members`, a name and a phone a row, by the names of a phone."""
    got: dict[str, dict[str, int]] = {}
    texts = select(
        name,
        func.sum(_one(Message.status.in_(LEFT))),
        func.sum(_one(Message.status == MessageStatus.DELIVERED)),
        func.sum(_one(Message.status.in_(MessageStatus.NOT_DELIVERED))),
    )
    for key, *figures in db.session.execute(_of_campaign(texts, campaign, members).group_by(name)):
        got[key] = dict(zip(("texts", "delivered", "not_delivered"), figures, strict=True))
    for figure, phones in (
        ("replied", responses.replied(campaign)),
        ("opted_out", responses.opted_out(campaign)),
        ("clicked", clicks.clicked(campaign)),
    ):
        people = _of_campaign(select(name, func.count()), campaign, members)
        people = people.where(Message.phone.in_(phones)).group_by(name)
        for key, number in db.session.execute(people):
            got[key][figure] = number
    return {key: figures for key, figures in got.items() if figures["texts"]}


def _of_campaign(query: Rows, campaign: Campaign, members: Subquery | None) -> Rows:
    query = query.select_from(Message).where(Message.campaign_id == campaign.id)
    return query if members is None else query.join(members, members.c.phone == Message.phone)


def _by_time(campaign: Campaign) -> dict[str, dict[str, int]]:
    start = campaign.launched_at
    if start is None:
        return {}
    counts = [func.sum(_one(Message.final_at <= start + after)) for after in AFTER]
    query = select(func.count(), *counts).where(
        Message.campaign_id == campaign.id, campaigns.has_status([MessageStatus.DELIVERED])
    )
    texts, *arrived = db.session.execute(query).one()
    return {
        str(int(after.total_seconds() // 60)): {"texts": texts, "delivered": number or 0}
        for after, number in zip(AFTER, arrived, strict=True)
    }


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0))


FIGURES: Iterable[str] = tuple(field.name for field in fields(Group))
