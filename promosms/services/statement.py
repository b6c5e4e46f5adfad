"""The statement: the ledger of an account as lines that an owner can read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from promosms.extensions import db
from promosms.models import Campaign, EntryKind, Hold, LedgerEntry

PAGE = 50
OF_CAMPAIGNS = (EntryKind.CHARGE, EntryKind.RELEASE)


@dataclass(frozen=True)
class Line:
    """A movement, or everything that a campaign has moved. Money in 1/10,000.

    `amount` is what it did to the balance, `charged` what was spent, `held` what is still set
    aside, `released` what came back.
    """

    id: int
    at: datetime
    kind: EntryKind
    amount: int
    note: str = ""
    campaign: Campaign | None = None
    held: int = 0
    charged: int = 0
    released: int = 0


@dataclass(frozen=True)
class Totals:
    """What came in and what was spent since the account exists, in 1/10,000."""

    received: int
    spent: int


def lines(account_id: int, before: int | None = None, limit: int = PAGE) -> list[Line]:
    """Lines from the newest on, older than the one with the id `before`.

    A campaign is one line, at the time of its hold: its charges and releases are collapsed.
    """
    own = or_(LedgerEntry.campaign_id.is_(None), LedgerEntry.kind.not_in(OF_CAMPAIGNS))
    query = select(LedgerEntry).where(LedgerEntry.account_id == account_id, own)
    if before is not None:
        query = query.where(LedgerEntry.id < before)
    entries = list(db.session.scalars(query.order_by(LedgerEntry.id.desc()).limit(limit)))
    holds = _holds([entry.campaign_id for entry in entries if entry.campaign_id])
    return [_line(entry, holds) for entry in entries]


def totals(account_id: int) -> Totals:
    """Sums over the whole ledger of the account."""
    came_in = LedgerEntry.kind.in_([EntryKind.CREDIT, EntryKind.ADJUSTMENT])
    received = _sum(account_id).where(came_in)
    spent = _sum(account_id).where(LedgerEntry.kind == EntryKind.CHARGE)
    back = _sum(account_id).where(
        LedgerEntry.kind == EntryKind.RELEASE, LedgerEntry.campaign_id.is_(None)
    )
    return Totals(_number(received), -_number(spent) - _number(back))


def _sum(account_id: int) -> Select[int]:
    total = func.coalesce(func.sum(LedgerEntry.amount + LedgerEntry.held), 0)
    return select(total).where(LedgerEntry.account_id == account_id)


def _number(query: Select[int]) -> int:
    return int(db.session.scalar(query) or 0)


def _holds(campaigns: list[int]) -> dict[int, tuple[Campaign, Hold, int]]:
    charged = (
        select(LedgerEntry.campaign_id, func.sum(-LedgerEntry.held).label("charged"))
        .where(LedgerEntry.campaign_id.in_(campaigns), LedgerEntry.kind == EntryKind.CHARGE)
        .group_by(LedgerEntry.campaign_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Campaign, Hold, func.coalesce(charged.c.charged, 0))
        .join(Hold, Hold.campaign_id == Campaign.id)
        .outerjoin(charged, charged.c.campaign_id == Campaign.id)
        .where(Campaign.id.in_(campaigns))
    )
    return {campaign.id: (campaign, hold, int(spent)) for campaign, hold, spent in rows}


def _line(entry: LedgerEntry, holds: dict[int, tuple[Campaign, Hold, int]]) -> Line:
    kind = EntryKind(entry.kind)
    if entry.campaign_id not in holds:
        return Line(entry.id, entry.created_at, kind, entry.amount, entry.note)
    campaign, hold, charged = holds[entry.campaign_id]
    released = hold.amount - hold.remaining - charged
    return Line(
        entry.id,
        entry.created_at,
        kind,
        released - hold.amount,
        campaign=campaign,
        held=hold.remaining,
        charged=charged,
        released=released,
    )
