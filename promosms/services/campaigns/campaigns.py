"""Campaigns of an account: their figures and messages."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select

from promosms.extensions import db
from promosms.lib.pages import Page, all_pages, page_of, select_page
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Gateway,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    RouteGateway,
    now,
)
from promosms.services.accounts import trial
from promosms.services.gateways import speed

PAGE = 25
ROWS = 50
CHUNK = 1_000
LATEST_RECEIPT = timedelta(hours=72)  # after the end; the networks send none later
MOST_COUNTED = 20_000  # reasons of a running campaign are counted up to here only


MessageRow = Row[Message, str, str, str]
"""A message, and first name, last name and public id of its recipient, empty if it is deleted."""


@dataclass(frozen=True)
class Figures:
    """Messages of a campaign by their state; `done` of `total` need no more work.

    `undelivered` ones are among the sent and the `not_delivered`, refused ones only among these.
    """

    total: int
    done: int
    waiting: int
    sent: int
    delivered: int
    undelivered: int
    not_delivered: int
    unconfirmed: int
    skipped: int
    cancelled: int
    parts_left: int


def page(account: Account, before: int | None = None) -> Page[Campaign]:
    """A page of campaigns, the newest first."""
    query = select(Campaign).where(
        Campaign.account_id == account.id, Campaign.status != CampaignStatus.PROTOTYPE
    )
    rows = db.session.scalars(select_page(query, Campaign.id, before, PAGE))
    return page_of(rows, PAGE, lambda campaign: campaign.id)


def figures(campaign: Campaign) -> Figures:
    """The figures of a campaign's report, from its counters."""
    sent = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    waiting = campaign.n_queued + campaign.n_sending
    total = sent + waiting + campaign.n_failed + campaign.n_unknown + campaign.n_cancelled
    return Figures(
        total=total,
        done=total - waiting,
        waiting=waiting,
        sent=sent,
        delivered=campaign.n_delivered,
        undelivered=campaign.n_undelivered + campaign.n_expired,
        not_delivered=campaign.n_undelivered + campaign.n_expired + campaign.n_failed,
        unconfirmed=campaign.n_unknown,
        skipped=campaign.n_skipped + (campaign.not_guests or 0),
        cancelled=campaign.n_cancelled,
        parts_left=waiting * max(campaign.n_parts, total) // total if total else 0,
    )


def over(campaign: Campaign) -> bool:
    """Will its figures stay as they are? Receipts come for some time after the last text."""
    if campaign.status in CampaignStatus.OPEN or campaign.n_queued + campaign.n_sending:
        return False
    ended = campaign.finished_at or campaign.updated_at
    return not campaign.n_sent + campaign.n_unknown or ended < now() - LATEST_RECEIPT


def duration(campaign: Campaign, parts: int) -> timedelta:
    """The time that the first gateway of the campaign's route needs for these parts."""
    query = (
        select(Gateway)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == campaign.route_id)
        .order_by(RouteGateway.position)
        .limit(1)
    )
    gateway = db.session.scalar(query)
    return timedelta(seconds=parts / (speed.of(gateway) if gateway else 1))


def reasons(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Status, reason and count of the messages that were not delivered or not sent."""
    totals = figures(campaign)
    problems = totals.not_delivered + totals.skipped
    if not problems or (campaign.status in CampaignStatus.RUNNING and problems > MOST_COUNTED):
        return []
    counts = (
        select(Message.status, Message.reason, func.count())
        .where(Message.campaign_id == campaign.id, has_status(sorted(MessageStatus.PROBLEM)))
        .group_by(Message.status, Message.reason)
    )
    totals_by_reason: Counter[tuple[str, str]] = Counter()
    if campaign.not_guests:
        totals_by_reason[MessageStatus.SKIPPED, trial.SKIPPED] = campaign.not_guests
    for status, reason, count in (*db.session.execute(counts), *_deleted(campaign.id)):
        totals_by_reason[status, reason] += count
    result = [(status, reason, count) for (status, reason), count in totals_by_reason.items()]
    return sorted(result, key=lambda row: (-row[2], *row[:2]))


def deleted(campaign: Campaign) -> tuple[int, datetime | None]:
    """How many messages had their phone and text deleted, and when that last happened."""
    query = select(func.sum(MessageCount.messages), func.max(MessageCount.deleted_at))
    count, deleted_at = db.session.execute(
        query.where(MessageCount.campaign_id == campaign.id)
    ).one()
    return int(count or 0), deleted_at


def may_be_forgotten(campaign: Campaign) -> bool:
    """May messages of it, replies or clicks have been deleted, because their time is over?"""
    account = db.session.get_one(Account, campaign.account_id)
    start = campaign.launched_at or campaign.created_at
    return now() >= start + timedelta(days=account.retention_days)


def _deleted(campaign_id: int) -> list[tuple[str, str, int]]:
    query = (
        select(MessageCount.status, MessageCount.reason, func.sum(MessageCount.messages))
        .where(
            MessageCount.campaign_id == campaign_id, MessageCount.status.in_(MessageStatus.PROBLEM)
        )
        .group_by(MessageCount.status, MessageCount.reason)
    )
    rows = db.session.execute(query)
    return [(status, reason, int(count)) for status, reason, count in rows]


def has_status(statuses: Sequence[str]) -> ColumnElement[bool]:
    """A condition: the message has one of these statuses."""
    values = [MessageStatus(status).value for status in statuses]
    all_attention = MessageStatus.ALWAYS_ATTENTION.issuperset(values)
    # Literal values: with bound parameters the database cannot use the partial indexes.
    column = Message.attention_status if all_attention else Message.status
    return column.in_([literal(status, literal_execute=True) for status in values])


def messages(
    campaign: Campaign,
    statuses: Sequence[str],
    after: int | None = None,
    phones: Select[str] | None = None,
    reasons: Sequence[tuple[str, str]] = (),
) -> Page[MessageRow]:
    """A page of messages with what is known of their recipient, in the order of sending.

    Those with one of the statuses, to one of the phones, with one of the pairs of a status and a
    reason; all of them without.
    """
    query = select(Message.id).where(Message.campaign_id == campaign.id)
    if reasons:
        alike = [and_(has_status([status]), Message.reason == why) for status, why in reasons]
        query = query.where(or_(*alike))
    if statuses:
        query = query.where(has_status(statuses))
    if phones is not None:
        query = query.where(Message.phone.in_(phones))
    ids = select_page(query, Message.id, after, ROWS, ascending=True)
    rows = db.session.execute(_with_names(ids))
    return page_of(rows, ROWS, lambda row: row[0].id)


def example(campaign: Campaign) -> MessageRow | None:
    """The first message that has arrived, as somebody has read it, with their names."""
    if not campaign.n_delivered:
        return None  # else all of them would be looked at
    arrived = Message.campaign_id == campaign.id, has_status([MessageStatus.DELIVERED])
    first = select(Message.id).where(*arrived).order_by(Message.id).limit(1)
    return db.session.execute(_with_names(first)).first()


def pages_of_messages(campaign: Campaign) -> Iterator[Sequence[MessageRow]]:
    """All messages of a campaign, read in chunks."""
    everything = select(Message.id).where(Message.campaign_id == campaign.id)
    for chunk in all_pages(everything, Message.id, CHUNK):
        ids = [row[0] for row in chunk]
        rows = db.session.execute(_with_names(select(Message.id).where(Message.id.in_(ids)))).all()
        yield rows
        for row in rows:
            db.session.expunge(row[0])


def _with_names(ids: Select[int]) -> Select[Message, str, str, str]:
    """These messages, in the order of their ids, with the names of their recipients.

    The ids are found first: while PostgreSQL has no statistics about the messages of a large new
    campaign, it would read all recipients to join them with a few.
    """
    chosen = ids.subquery()
    return (
        select(
            Message,
            func.coalesce(Recipient.first_name, ""),
            func.coalesce(Recipient.last_name, ""),
            func.coalesce(Recipient.public_id, ""),
        )
        .join(chosen, chosen.c.id == Message.id)
        .outerjoin(
            Recipient,
            (Recipient.account_id == Message.account_id) & (Recipient.phone == Message.phone),
        )
        .order_by(Message.id)
    )
