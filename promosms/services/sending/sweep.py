"""The sweep of messages and campaigns: finds what was forgotten, whatever was killed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session as Transaction

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Resend
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    DirectText,
    Gateway,
    GatewayInboxRow,
    Hold,
    Message,
    MessageStatus,
    now,
)
from promosms.services.gateways import breaker
from promosms.services.ledger import balances, ledger
from promosms.services.sending import counters, cursors, recording, withdrawal
from promosms.services.webhooks import noting

BATCH = 1000
UNSETTLED = timedelta(hours=72)
CONTINUED = timedelta(hours=24)
HELD = text("direct_texts.remaining > 0")  # in the words of its index


def take_back_leases() -> int:
    """Take back expired claims of dead workers; returns how many messages.

    The gateway may have these messages, so they become unknown. They are queued again only if the
    gateway recognises repetitions by our reference.
    """
    db.session.rollback()  # end the transaction, to read the newest rows
    cursors.advance_done()
    query = select(Message.id, Message.campaign_id, Message.gateway_id)
    query = query.where(Message.lease_until < now()).limit(BATCH)
    rows = [
        row for condition in cursors.sending() for row in db.session.execute(query.where(condition))
    ]
    number = 0
    with transaction() as session:
        # Campaigns before their messages, as everywhere, so there are no deadlocks.
        campaigns = {row.campaign_id for row in rows if row.campaign_id is not None}
        session.execute(
            select(Campaign.id)
            .where(Campaign.id.in_(campaigns))
            .order_by(Campaign.id)
            .with_for_update()
        ).all()
        for gateway in session.scalars(select(Gateway)):
            ids = [row.id for row in rows if row.gateway_id == gateway.id]
            number += _give_up(session, ids, recording.resend_of(gateway))
    return number


def withdraw_stopped() -> None:
    """End messages that were queued again after their campaign was cancelled."""
    with transaction() as session:
        stopped = session.scalars(
            select(Campaign.id)
            .where(Campaign.status == CampaignStatus.CANCELLED, Campaign.n_queued > 0)
            .with_for_update()
        ).all()
        for campaign_id in stopped:
            condition = Message.campaign_id == campaign_id
            withdrawal.withdraw(session, condition, campaign_id, MessageStatus.CANCELLED)


def finish_campaigns(campaign_id: int | None = None) -> int:
    """Finish campaigns without queued and sending messages; returns how many."""
    query = update_rows(Campaign).where(
        Campaign.status.in_(CampaignStatus.SENDABLE),
        Campaign.n_queued == 0,
        Campaign.n_sending == 0,
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    with transaction() as session:
        campaigns = session.execute(
            query.values(status=CampaignStatus.FINISHED, finished_at=now()).returning(
                Campaign.account_id, Campaign.id
            )
        ).all()
        noting.note_campaigns(session, campaigns, CampaignStatus.FINISHED)
        return len(campaigns)


def continue_blocked() -> list[int]:
    """Continue campaigns that lacked money, if there is enough now; returns their ids.

    Only for a day: later the customer would not expect it. They are prepared again.
    """
    affordable = select(Account.id).where(
        Account.status == AccountStatus.ACTIVE, Account.balance >= Campaign.total_price
    )
    with transaction() as session:
        campaigns = session.execute(
            update_rows(Campaign)
            .where(
                Campaign.status == CampaignStatus.BLOCKED,
                Campaign.missing > 0,
                Campaign.total_price <= Campaign.agreed_price,
                Campaign.launched_at > now() - CONTINUED,
                Campaign.account_id.in_(affordable),
            )
            .values(status=CampaignStatus.PREPARING, missing=0)
            .returning(Campaign.id)
        )
        return list(campaigns.scalars())


def release_unsettled() -> int:
    """After 72 hours without a receipt release the price of unknown messages."""
    number = 0
    with transaction() as session:
        old = (
            Campaign.status.in_(CampaignStatus.FINAL),
            Campaign.finished_at < now() - UNSETTLED,
        )
        query = (
            select(Hold.campaign_id, Hold.remaining)
            .join(Campaign, Campaign.id == Hold.campaign_id)
            .where(Hold.remaining > 0, Campaign.n_sending == 0, Campaign.n_queued == 0, *old)
        )
        with balances.in_order(session):
            for campaign_id, remaining in session.execute(query).all():
                ledger.release(campaign_id, remaining, f"release:{campaign_id}:unsettled")
                number += 1
    return number


def release_unsettled_direct() -> int:
    """The same for direct texts; also for one whose message was deleted before it was settled."""
    moment = now() - UNSETTLED
    unknown = Message.status == MessageStatus.UNKNOWN, Message.final_at < moment
    query = (
        select(DirectText.message_id, DirectText.remaining)
        .outerjoin(Message, Message.id == DirectText.message_id)
        .where(
            HELD,
            DirectText.created_at < moment,
            or_(Message.id.is_(None), and_(*unknown)),
        )
    )
    with transaction() as session:
        rows = session.execute(query.limit(BATCH)).all()
        with balances.in_order(session):
            for message_id, remaining in rows:
                ledger.settle_text(message_id, 0, remaining, ":unsettled")
    return len(rows)


def gateways_with_work() -> list[int]:
    """Gateways with queued messages, and those that wait for probes."""
    single = select(Message.gateway_id).where(
        Message.attention_status == cursors.QUEUED,
        Message.campaign_id.is_(None),
        or_(Message.next_attempt_at.is_(None), Message.next_attempt_at <= now()),
    )
    running = (
        select(Message.gateway_id)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(
            Message.attention_status == cursors.QUEUED,
            Campaign.status == CampaignStatus.SENDING,
            cursors.not_held(),
        )
    )
    gateways = {gateway for gateway in db.session.scalars(single.union(running)) if gateway}
    return sorted(gateways | cursors.unfinished_gateways() | set(breaker.due()))


def inbox_due() -> bool:
    """Is a row of the gateway inbox due?"""
    due = GatewayInboxRow.next_attempt_at <= now()
    query = select(GatewayInboxRow.id).where(due).limit(1)
    # Each condition has an index of its own.
    return any(
        db.session.scalar(query.where(text(condition))) is not None
        for condition in ("attempts = 0", "attempts > 0")
    )


def _give_up(session: Transaction, ids: Sequence[int], resend: Resend) -> int:
    if not ids:
        return 0
    status = MessageStatus.UNKNOWN if resend is Resend.NEVER else MessageStatus.QUEUED
    values: dict[str, object] = {
        "reason": withdrawal.NO_ANSWER,
        "lease_until": None,
        "attention_status": status,
    }
    if status == MessageStatus.UNKNOWN:
        values["final_at"] = now()
    else:
        values |= {"unconfirmed": True, "submitted_at": None, "lease_token": None}
        values["next_attempt_at"] = now() + recording.UNCONFIRMED_WAIT
    rows = session.execute(
        update_rows(Message)
        .where(
            Message.id.in_(ids),
            Message.status == MessageStatus.SENDING,
            Message.lease_until < now(),
        )
        .values(status=status, **values)
        .returning(Message.id, Message.account_id, Message.campaign_id, Message.priority)
    ).all()
    if status == MessageStatus.UNKNOWN:
        accounts = {row.account_id for row in rows}
        noting.note_texts(session, accounts, status, lambda: (noting.EndedText(*r) for r in rows))
    for campaign_id, number in Counter(row.campaign_id for row in rows).items():
        if campaign_id is not None:
            changes = {MessageStatus.SENDING: -number, status: number}
            counters.move(session, campaign_id, changes)
    return len(rows)
