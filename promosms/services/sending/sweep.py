"""The sweep of messages and campaigns: finds what was forgotten, whatever was killed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Resend
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayEvent,
    Hold,
    Message,
    MessageStatus,
    now,
)
from promosms.services.ledger import ledger
from promosms.services.sending import counters, cursors, recording, unconfirmed, withdrawal

BATCH = 1000
UNSETTLED = timedelta(hours=72)
CONTINUED = timedelta(hours=24)


def take_back_leases() -> int:
    """Claims of dead workers are unknown: nobody can know whether the gateway has the texts.

    They are not sent again, unless the gateway can tell by our reference. Returns how many rows.
    """
    db.session.rollback()  # what has been read before is old
    cursors.settle()
    query = select(Message.id, Message.campaign_id, Message.gateway_id)
    query = query.where(Message.lease_until < now()).limit(BATCH)
    found = [row for each in cursors.under_way() for row in db.session.execute(query.where(each))]
    number = 0
    with transaction() as session:
        # Campaigns before their rows, as everywhere, so that nobody waits in a circle.
        campaigns = {row.campaign_id for row in found if row.campaign_id is not None}
        session.execute(
            select(Campaign.id)
            .where(Campaign.id.in_(campaigns))
            .order_by(Campaign.id)
            .with_for_update()
        ).all()
        for gateway in session.scalars(select(Gateway)):
            ids = [row.id for row in found if row.gateway_id == gateway.id]
            number += _give_up(session, ids, recording.resend_of(gateway))
    return number


def withdraw_stopped() -> None:
    """Rows that came back to the queue of a campaign that was cancelled meanwhile."""
    with transaction() as session:
        stopped = session.scalars(
            select(Campaign.id)
            .where(Campaign.status == CampaignStatus.CANCELLED, Campaign.n_queued > 0)
            .with_for_update()
        ).all()
        for campaign_id in stopped:
            which = Message.campaign_id == campaign_id
            withdrawal.withdraw(session, which, campaign_id, MessageStatus.CANCELLED)


def finish_campaigns(campaign_id: int | None = None) -> int:
    """A campaign is finished when none of its messages is open; returns how many finished."""
    query = update(Campaign).where(
        Campaign.status.in_((CampaignStatus.SENDING, CampaignStatus.PAUSED)),
        Campaign.n_queued == 0,
        Campaign.n_sending == 0,
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    with transaction() as session:
        found = session.execute(
            query.values(status=CampaignStatus.FINISHED, finished_at=now())
            .returning(Campaign.id)
            .execution_options(synchronize_session=False)
        )
        return len(found.all())


def continue_blocked() -> list[int]:
    """Campaigns that wait for money go on when there is enough, for a day; later it would surprise.

    Returns those that are to be prepared again.
    """
    affordable = select(Account.id).where(
        Account.status == AccountStatus.ACTIVE, Account.balance >= Campaign.total_price
    )
    with transaction() as session:
        found = session.execute(
            update(Campaign)
            .where(
                Campaign.status == CampaignStatus.BLOCKED,
                Campaign.missing > 0,
                Campaign.total_price <= Campaign.agreed_price,
                Campaign.launched_at > now() - CONTINUED,
                Campaign.account_id.in_(affordable),
            )
            .values(status=CampaignStatus.PREPARING, missing=0)
            .returning(Campaign.id)
            .execution_options(synchronize_session=False)
        )
        return list(found.scalars())


def release_unsettled() -> int:
    """After 72 hours without a word the price of unconfirmed texts is given back."""
    number = 0
    with transaction() as session:
        old = (
            Campaign.status.in_((CampaignStatus.FINISHED, CampaignStatus.CANCELLED)),
            Campaign.finished_at < now() - UNSETTLED,
        )
        query = (
            select(Hold.campaign_id, Hold.remaining)
            .join(Campaign, Campaign.id == Hold.campaign_id)
            .where(Hold.remaining > 0, Campaign.n_sending == 0, Campaign.n_queued == 0, *old)
        )
        for campaign_id, remaining in session.execute(query).all():
            ledger.release(campaign_id, remaining, f"release:{campaign_id}:unsettled")
            number += 1
    return number


def gateways_with_work() -> list[int]:
    """Gateways for which messages wait."""
    single = select(Message.gateway_id).where(
        Message.apart == cursors.QUEUED, Message.campaign_id.is_(None)
    )
    running = (
        select(Message.gateway_id)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(Message.apart == cursors.QUEUED, Campaign.status == CampaignStatus.SENDING)
    )
    found = {gateway for gateway in db.session.scalars(single.union(running)) if gateway}
    return sorted(found | cursors.unfinished())


def events_due() -> bool:
    """Is there something in the inbox of the gateways?"""
    query = select(func.count()).select_from(
        select(GatewayEvent.id).where(GatewayEvent.next_attempt_at <= now()).limit(1).subquery()
    )
    return bool(db.session.scalar(query))


def _give_up(session: Transaction, ids: Sequence[int], resend: Resend) -> int:
    if not ids:
        return 0
    status = MessageStatus.UNKNOWN if resend is Resend.NEVER else MessageStatus.QUEUED
    values: dict[str, object] = {
        "reason": unconfirmed.NO_ANSWER,
        "lease_until": None,
        "apart": status,
    }
    if status == MessageStatus.UNKNOWN:
        values["final_at"] = now()
    else:
        values |= {"doubtful": True, "submitted_at": None, "lease_token": None}
        values["next_attempt_at"] = now() + recording.DOUBTFUL
    rows = session.execute(
        update(Message)
        .where(
            Message.id.in_(ids),
            Message.status == MessageStatus.SENDING,
            Message.lease_until < now(),
        )
        .values(status=status, **values)
        .returning(Message.campaign_id)
        .execution_options(synchronize_session=False)
    ).all()
    for campaign_id, number in Counter(row.campaign_id for row in rows).items():
        if campaign_id is not None:
            changes = {MessageStatus.SENDING: -number, status: number}
            counters.move(session, campaign_id, changes)
    return len(rows)
