"""The dashboard: the state of an account, from counters and a few small queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Import,
    ImportStatus,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import campaigns
from promosms.services.recipients import held_replies

DAYS = 30
RECENT = 6


@dataclass(frozen=True)
class Steps:
    """The first steps that an account has done."""

    recipients: bool
    written: bool
    sent: bool
    draft: str  # public id of the newest draft, "" without one


@dataclass(frozen=True)
class Summary:
    """The figures of the day, and the campaigns and imports that need a decision."""

    today: int
    under_way: int
    opted_out: int
    held: int
    days: list[tuple[date, int, int]]  # day, delivered, not delivered
    recent: list[Campaign]
    blocked: list[Campaign]
    unconfirmed: list[Campaign]
    imports: list[Import]
    running: bool


def steps(account: Account) -> Steps:
    """Which of the three first steps are done."""
    draft = db.session.scalar(
        select(Campaign.public_id)
        .where(Campaign.account_id == account.id, Campaign.status == CampaignStatus.DRAFT)
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    sent = _any(
        select(Campaign.id).where(
            Campaign.account_id == account.id, Campaign.launched_at.is_not(None)
        )
    )
    return Steps(
        recipients=_any(select(Recipient.id).where(Recipient.account_id == account.id)),
        written=draft is not None or sent,
        sent=sent,
        draft=draft or "",
    )


def summary(account: Account, zone: ZoneInfo) -> Summary:
    """The content of the dashboard; days begin at midnight in `zone`."""
    today = now().astimezone(zone).date()
    launched = _launched(account, _midnight(today - timedelta(days=DAYS - 1), zone))
    running = [campaign for campaign in launched if campaign.status in CampaignStatus.RUNNING]
    recent = db.session.scalars(
        select(Campaign)
        .where(Campaign.account_id == account.id)
        .order_by(Campaign.id.desc())
        .limit(RECENT)
    )
    return Summary(
        today=sum(
            campaigns.figures(campaign).sent
            for campaign in launched
            if _day(campaign, zone) == today
        ),
        under_way=sum(campaigns.figures(campaign).waiting for campaign in running),
        opted_out=_opted_out(account, _midnight(today.replace(day=1), zone)),
        held=held_replies.count(account.id),
        days=_days(launched, today, zone),
        recent=list(recent),
        blocked=[campaign for campaign in launched if campaign.status == CampaignStatus.BLOCKED],
        unconfirmed=[campaign for campaign in launched if campaign.n_unknown],
        imports=_imports(account),
        running=bool(running),
    )


def _launched(account: Account, since: datetime) -> list[Campaign]:
    query = select(Campaign).where(Campaign.account_id == account.id, Campaign.launched_at >= since)
    return list(db.session.scalars(query.order_by(Campaign.id.desc())))


def _imports(account: Account) -> list[Import]:
    query = select(Import).where(
        Import.account_id == account.id, Import.status == ImportStatus.MAPPING
    )
    return list(db.session.scalars(query.order_by(Import.id.desc()).limit(RECENT)))


def _opted_out(account: Account, since: datetime) -> int:
    query = select(func.count(Suppression.id)).where(
        Suppression.account_id == account.id,
        Suppression.source != SuppressionSource.HELD,
        Suppression.created_at >= since,
    )
    return db.session.scalar(query) or 0


def _days(launched: list[Campaign], today: date, zone: ZoneInfo) -> list[tuple[date, int, int]]:
    delivered = {today - timedelta(days=back): 0 for back in range(DAYS - 1, -1, -1)}
    not_delivered = dict(delivered)
    for campaign in launched:
        day = _day(campaign, zone)
        if day in delivered:
            figures = campaigns.figures(campaign)
            delivered[day] += figures.delivered
            not_delivered[day] += figures.not_delivered
    return [(day, delivered[day], not_delivered[day]) for day in delivered]


def _day(campaign: Campaign, zone: ZoneInfo) -> date | None:
    return campaign.launched_at.astimezone(zone).date() if campaign.launched_at else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.min, zone)


def _any(query: Select[int]) -> bool:
    return db.session.scalar(query.limit(1)) is not None
