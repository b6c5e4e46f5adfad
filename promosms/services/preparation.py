"""Preparation: from a launched campaign to its message rows and its hold."""

import time
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from promosms.database import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Lane,
    Message,
    MessageStatus,
    now,
)
from promosms.services import audience, counters, installation, ledger, routing
from promosms.services.audience import Draft


def prepare(campaign_id: int, seconds: float = 20.0) -> CampaignStatus | None:
    """Insert the messages page by page, then hold their price and open the campaign for sending.

    May be killed and run again at any point: each page is one transaction that also moves the
    cursor, and a second worker finds its page already done. Returns the status in the end:
    PREPARING when the time is up before all is done.
    """
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.status != CampaignStatus.PREPARING:
        return None
    gateway = routing.gateway_for(campaign.route_id)
    sender = installation.sender_of(campaign.route_id)
    start = campaign.cursor
    end = time.monotonic() + seconds
    for page in audience.walk(campaign, start):
        if not _insert_page(campaign_id, start, page, gateway, sender):
            return None
        start = page[-1].recipient_id
        if time.monotonic() > end:
            return CampaignStatus.PREPARING
    return _open(campaign_id, start)


def waiting() -> list[int]:
    """Campaigns that wait for their preparation."""
    query = select(Campaign.id).where(Campaign.status == CampaignStatus.PREPARING)
    return list(db.session.scalars(query.order_by(Campaign.id)))


def _insert_page(
    campaign_id: int, start: int, page: Sequence[Draft], gateway: int | None, sender: str
) -> bool:
    with transaction() as session:
        campaign = _still_preparing(session, campaign_id, start)
        if campaign is None:
            return False
        rows = [_row(campaign, draft, gateway, sender) for draft in page]
        dialect = sqlite if on_sqlite() else postgresql
        statement = dialect.insert(Message).on_conflict_do_nothing(
            index_elements=["campaign_id", "phone"]
        )
        session.execute(statement, rows)
        skipped = sum(1 for draft in page if draft.reason)
        queued = len(page) - skipped
        counters.move(
            session,
            campaign_id,
            {MessageStatus.QUEUED: queued, MessageStatus.SKIPPED: skipped},
        )
        campaign.cursor = page[-1].recipient_id
        campaign.total_price += sum(draft.price for draft in page if not draft.reason)
        campaign.n_parts += sum(draft.parts for draft in page if not draft.reason)
    return True


def _open(campaign_id: int, start: int) -> CampaignStatus | None:
    with transaction() as session:
        campaign = _still_preparing(session, campaign_id, start)
        if campaign is None:
            return None
        # Whoever opted out since has left the queue: what is held is what is still to be sent.
        waiting_rows = (Message.campaign_id == campaign_id, Message.status == MessageStatus.QUEUED)
        total, number = session.execute(
            select(func.coalesce(func.sum(Message.price), 0), func.count()).where(*waiting_rows)
        ).one()
        campaign.total_price = int(total)
        campaign.audience = campaign.n_queued + campaign.n_skipped
        campaign.status = _hold(session, campaign, int(total), int(number))
        campaign.updated_at = now()
        return CampaignStatus(campaign.status)


def _hold(session: Session, campaign: Campaign, total: int, number: int) -> CampaignStatus:
    campaign.missing = 0
    if not number:
        campaign.finished_at = now()
        return CampaignStatus.FINISHED
    if total > campaign.agreed_price:
        return CampaignStatus.BLOCKED
    try:
        ledger.hold(campaign.account_id, campaign.id, total)
    except ledger.InsufficientBalance as problem:
        campaign.missing = problem.missing
        return CampaignStatus.BLOCKED
    return CampaignStatus.SENDING


def _still_preparing(session: Session, campaign_id: int, start: int) -> Campaign | None:
    query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    campaign = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if campaign is None or campaign.cursor != start:
        return None
    return campaign if campaign.status == CampaignStatus.PREPARING else None


def _row(campaign: Campaign, draft: Draft, gateway: int | None, sender: str) -> dict[str, object]:
    skipped = bool(draft.reason)
    return {
        "account_id": campaign.account_id,
        "campaign_id": campaign.id,
        "gateway_id": gateway,
        "lane": Lane.CAMPAIGN,
        "phone": draft.phone,
        "country": draft.country,
        "sender": sender,
        "text": draft.text,
        "encoding": draft.encoding,
        "parts": draft.parts,
        "price": 0 if skipped else draft.price,
        "status": MessageStatus.SKIPPED if skipped else MessageStatus.QUEUED,
        "reason": draft.reason,
        "attempts": 0,
        "created_at": now(),
        "final_at": now() if skipped else None,
    }
