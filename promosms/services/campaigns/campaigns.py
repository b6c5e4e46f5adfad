"""Campaigns: drafts, and what is read of those that were sent."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignList,
    CampaignStatus,
    Gateway,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    RecipientList,
    RouteGateway,
    now,
)
from promosms.services.installation import defaults

PAGE = 25
ROWS = 50
CHUNK = 1_000
MOST_COUNTED = 20_000  # reasons of a running campaign are counted up to here only

_KEY = re.compile(r"[0-9a-f]{20}")


class NotDraft(Exception):
    """The campaign is no draft any more: it was sent."""


class ChangedElsewhere(Exception):
    """The draft was saved in another window after this one was opened."""


@dataclass(frozen=True)
class Draft:
    """What the user has typed: the text, and to whom."""

    name: str = ""
    text: str = ""
    opt_out_line: bool = True
    language: str = "en"
    everyone: bool = False
    lists: list[str] = field(default_factory=list)  # public ids


@dataclass(frozen=True)
class Figures:
    """What has become of the messages of a campaign; `done` of `total` need no more work."""

    total: int
    done: int
    waiting: int
    sent: int
    delivered: int
    not_delivered: int
    unconfirmed: int
    skipped: int
    cancelled: int
    parts_left: int


def create(account: Account, draft: Draft, key: str) -> Campaign:
    """A new draft. The same key again (a double click) is the same draft, not a second one."""
    try:
        return _create(account, draft, key)
    except IntegrityError:
        # The other click was faster by a moment; now its draft is there to be found.
        return _create(account, draft, key)


def _create(account: Account, draft: Draft, key: str) -> Campaign:
    with transaction() as session:
        found = _of_key(session, key)
        if found and found.account_id == account.id and found.status == CampaignStatus.DRAFT:
            _write(found, draft)
            return found
        campaign = Campaign(account_id=account.id, route_id=defaults.default_route().id)
        if found is None and _KEY.fullmatch(key):
            campaign.public_id = key
        session.add(campaign)
        session.flush()
        _write(campaign, draft)
    return campaign


def _of_key(session: Session, key: str) -> Campaign | None:
    if not _KEY.fullmatch(key):
        return None
    query = select(Campaign).where(Campaign.public_id == key).with_for_update()
    with row_security.bypass("a key that another account has cannot be taken"):
        return session.scalar(query)


def update(campaign: Campaign, draft: Draft, seen: str) -> None:
    """Save a draft that the user saw as of the stamp `seen`.

    Raises NotDraft when it was sent, ChangedElsewhere when it was saved in between.
    """
    with transaction():
        _lock_draft(campaign)
        if stamp(campaign) != seen and not _says(campaign, draft):
            raise ChangedElsewhere
        _write(campaign, draft)


def remove(campaign: Campaign) -> None:
    """Delete a draft. Raises NotDraft: what was sent stays in the books."""
    with transaction() as session:
        _lock_draft(campaign)
        session.delete(campaign)


def duplicate(campaign: Campaign, name: str) -> Campaign:
    """A new draft with the text and the audience of a campaign."""
    account = db.session.get_one(Account, campaign.account_id)
    told = read(campaign)
    return create(
        account,
        Draft(name, told.text, told.opt_out_line, told.language, told.everyone, told.lists),
        key="",
    )


def read(campaign: Campaign) -> Draft:
    """A campaign as it was typed."""
    return Draft(
        name=campaign.name,
        text=campaign.text,
        opt_out_line=campaign.opt_out_line,
        language=campaign.language,
        everyone=campaign.everyone,
        lists=[found.public_id for found in lists_of(campaign)],
    )


def stamp(campaign: Campaign) -> str:
    """When the campaign was last saved, to notice a change from another window."""
    return campaign.updated_at.isoformat()


def lists_of(campaign: Campaign) -> list[RecipientList]:
    """The lists that a campaign is addressed to, by name."""
    query = (
        select(RecipientList)
        .join(CampaignList, CampaignList.list_id == RecipientList.id)
        .where(CampaignList.campaign_id == campaign.id)
        .order_by(RecipientList.name)
    )
    return list(db.session.scalars(query))


def lists(account: Account) -> list[RecipientList]:
    """The lists of an account, by name."""
    query = select(RecipientList).where(RecipientList.account_id == account.id)
    return list(db.session.scalars(query.order_by(RecipientList.name)))


def everyone(account: Account) -> int:
    """How many recipients an account has."""
    query = select(func.count(Recipient.id)).where(Recipient.account_id == account.id)
    return db.session.scalar(query) or 0


def page(account: Account, before: str = "") -> tuple[list[Campaign], str]:
    """A page of campaigns, the newest first, and where the next page begins ("" at the end)."""
    query = select(Campaign).where(Campaign.account_id == account.id)
    if before.isdecimal():
        query = query.where(Campaign.id < int(before[:18]))
    found = list(db.session.scalars(query.order_by(Campaign.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else ""


def figures(campaign: Campaign) -> Figures:
    """The counters of a campaign in the words of its report."""
    sent = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    waiting = campaign.n_queued + campaign.n_sending
    total = sent + waiting + campaign.n_failed + campaign.n_unknown + campaign.n_cancelled
    return Figures(
        total=total,
        done=total - waiting,
        waiting=waiting,
        sent=sent,
        delivered=campaign.n_delivered,
        not_delivered=campaign.n_undelivered + campaign.n_expired + campaign.n_failed,
        unconfirmed=campaign.n_unknown,
        skipped=campaign.n_skipped,
        cancelled=campaign.n_cancelled,
        parts_left=waiting * max(campaign.n_parts, total) // total if total else 0,
    )


def duration(campaign: Campaign, parts: int) -> timedelta:
    """How long the gateway of the campaign's route takes for so many parts."""
    query = (
        select(Gateway.rate)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == campaign.route_id)
        .order_by(RouteGateway.position)
        .limit(1)
    )
    return timedelta(seconds=parts / max(db.session.scalar(query) or 1, 1))


def reasons(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Status, reason and number of the messages that were not delivered or not sent."""
    told = figures(campaign)
    problems = told.not_delivered + told.skipped
    if not problems or (campaign.status in CampaignStatus.RUNNING and problems > MOST_COUNTED):
        return []
    there = (
        select(Message.status, Message.reason, func.count())
        .where(Message.campaign_id == campaign.id, written_out(sorted(MessageStatus.PROBLEM)))
        .group_by(Message.status, Message.reason)
    )
    counted: Counter[tuple[str, str]] = Counter()
    for status, reason, number in (*db.session.execute(there), *_deleted(campaign.id)):
        counted[status, reason] += number
    found = [(status, reason, number) for (status, reason), number in counted.items()]
    return sorted(found, key=lambda each: (-each[2], *each[:2]))


def deleted(campaign: Campaign) -> tuple[int, datetime | None]:
    """Of how many messages numbers and texts have been deleted, and when the last time."""
    query = select(func.sum(MessageCount.messages), func.max(MessageCount.deleted_at))
    number, at = db.session.execute(query.where(MessageCount.campaign_id == campaign.id)).one()
    return int(number or 0), at


def _deleted(campaign_id: int) -> list[tuple[str, str, int]]:
    query = (
        select(MessageCount.status, MessageCount.reason, func.sum(MessageCount.messages))
        .where(
            MessageCount.campaign_id == campaign_id, MessageCount.status.in_(MessageStatus.PROBLEM)
        )
        .group_by(MessageCount.status, MessageCount.reason)
    )
    rows = db.session.execute(query)
    return [(status, reason, int(number)) for status, reason, number in rows]


def written_out(statuses: Sequence[str]) -> ColumnElement[bool]:
    """Has a message one of these? In the statement itself, so that partial indexes are used."""
    known = [MessageStatus(status).value for status in statuses]
    all_attention = MessageStatus.ALWAYS_ATTENTION.issuperset(known)
    column = Message.attention_status if all_attention else Message.status
    return column.in_([literal(status, literal_execute=True) for status in known])


def messages(
    campaign: Campaign, statuses: Sequence[str], after: str = "", limit: int = ROWS
) -> tuple[list[Row[Message, str, str]], str]:
    """Messages with first and last name of their recipient, and where the next page begins."""
    query = (
        select(
            Message,
            func.coalesce(Recipient.first_name, ""),
            func.coalesce(Recipient.last_name, ""),
        )
        .outerjoin(
            Recipient,
            (Recipient.account_id == Message.account_id) & (Recipient.phone == Message.phone),
        )
        .where(Message.campaign_id == campaign.id)
    )
    if statuses:
        query = query.where(written_out(statuses))
    if after.isdecimal():
        query = query.where(Message.id > int(after[:18]))
    found = list(db.session.execute(query.order_by(Message.id).limit(limit + 1)))
    return found[:limit], str(found[limit - 1][0].id) if len(found) > limit else ""


def all_messages(campaign: Campaign) -> Iterator[Row[Message, str, str]]:
    """Every message of a campaign, read in chunks."""
    after = "0"
    while after:
        rows, after = messages(campaign, [], after, CHUNK)
        yield from rows
        for row in rows:
            db.session.expunge(row[0])


def _lock_draft(campaign: Campaign) -> None:
    db.session.refresh(campaign, with_for_update=True)
    if campaign.status != CampaignStatus.DRAFT:
        raise NotDraft


def _says(campaign: Campaign, draft: Draft) -> bool:
    """Is this what the campaign says already?"""
    told = read(campaign)
    return replace(told, lists=sorted(told.lists)) == replace(draft, lists=sorted(draft.lists))


def _write(campaign: Campaign, draft: Draft) -> None:
    campaign.name = draft.name[:100]
    campaign.text = draft.text
    campaign.opt_out_line = draft.opt_out_line
    campaign.language = draft.language
    campaign.everyone = draft.everyone
    campaign.updated_at = _later(campaign.updated_at)
    db.session.execute(delete(CampaignList).where(CampaignList.campaign_id == campaign.id))
    chosen = select(RecipientList.id).where(
        RecipientList.account_id == campaign.account_id, RecipientList.public_id.in_(draft.lists)
    )
    db.session.add_all(
        CampaignList(campaign_id=campaign.id, list_id=list_id, account_id=campaign.account_id)
        for list_id in db.session.scalars(chosen).all()
    )


def _later(before: datetime | None) -> datetime:
    """Now, but never the same moment again: the stamp must change with every saving."""
    present = now()
    return present if before is None or present > before else before + timedelta(microseconds=1)
