"""The statement: the ledger of an account as lines that an owner can read. Money in 1/10,000."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import Campaign, CampaignCost, EntryKind, Hold, Invoice, LedgerEntry, Payment
from promosms.services.ledger import campaign_costs

PAGE = 50
CHUNK = 500
OF_CAMPAIGNS = (EntryKind.CHARGE, EntryKind.RELEASE)


class Topic(StrEnum):
    """What the reader wants to see."""

    ALL = ""
    TOP_UPS = "top-ups"
    CAMPAIGNS = "campaigns"
    TEXTS = "texts"
    CORRECTIONS = "corrections"


TOPICS: dict[Topic, ColumnElement[bool]] = {
    Topic.TOP_UPS: LedgerEntry.kind.in_((EntryKind.CREDIT, EntryKind.REFUND, EntryKind.DISPUTE)),
    Topic.CAMPAIGNS: LedgerEntry.kind == EntryKind.HOLD,
    Topic.TEXTS: and_(LedgerEntry.kind.in_(OF_CAMPAIGNS), LedgerEntry.campaign_id.is_(None)),
    Topic.CORRECTIONS: LedgerEntry.kind == EntryKind.ADJUSTMENT,
}


@dataclass(frozen=True)
class Wanted:
    """A part of the statement: a topic, from a moment on, before another, campaigns by name."""

    topic: Topic = Topic.ALL
    since: datetime | None = None
    until: datetime | None = None
    name: str = ""

    @property
    def whole(self) -> bool:
        """Are all kinds of lines shown, so that each follows from the one before?"""
        return self.topic is Topic.ALL and not self.name


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Line:
    """A movement, or everything that a campaign has moved.

    `amount` is what it did to the balance, `after` the balance with it and all older lines,
    `charged` what was spent, `held` what is still set aside, `released` what came back.
    `spent` says it by country, parts and price once nothing can change any more.
    """

    id: int
    at: datetime
    kind: EntryKind
    amount: int
    note: str = ""
    gift: bool = False
    campaign: Campaign | None = None
    held: int = 0
    charged: int = 0
    released: int = 0
    after: int = 0
    payment: Payment | None = None
    invoice: Invoice | None = None
    spent: list[campaign_costs.Row] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """What came in and what was spent since the account exists, in 1/10,000."""

    received: int
    spent: int


def lines(
    account_id: int,
    before: int | None = None,
    limit: int = PAGE,
    wanted: Wanted = EVERYTHING,
) -> list[Line]:
    """Lines from the newest on, older than the one with the id `before`.

    A campaign is one line, at the time of its hold: its charges and releases are collapsed. So
    the balance of a line is that of all lines up to it, not that of a moment of the past.
    """
    _look_once()
    found = _page(account_id, before, limit, wanted)
    if found and wanted.whole:
        found = list(_balanced(found, _balance(account_id, found[0].id)))
    return found


def every_line(account_id: int, wanted: Wanted) -> Iterator[Line]:
    """All lines from the newest on, in little memory: for a file."""
    before: int | None = None
    balance: int | None = None
    while True:
        _look_once()
        page = _page(account_id, before, CHUNK, wanted)
        if page and wanted.whole:
            start = _balance(account_id, page[0].id) if balance is None else balance
            page = list(_balanced(page, start))
            balance = page[-1].after - page[-1].amount
        db.session.expunge_all()
        db.session.commit()  # no snapshot stays open while the reader's network is slow
        yield from page
        if len(page) < CHUNK:
            return
        before = page[-1].id


def of_campaign(campaign: Campaign) -> Line | None:
    """The line of a campaign, counted by country and parts; None before it has set money aside."""
    query = select(LedgerEntry).where(
        LedgerEntry.campaign_id == campaign.id, LedgerEntry.kind == EntryKind.HOLD
    )
    entry = db.session.scalars(query).first()
    if entry is None:
        return None
    return replace(_filled([entry])[0], spent=campaign_costs.of(campaign))


def totals(account_id: int) -> Totals:
    """Sums over the whole ledger of the account."""
    returned = (EntryKind.REFUND, EntryKind.DISPUTE)
    came_in = LedgerEntry.kind.in_([EntryKind.CREDIT, EntryKind.ADJUSTMENT, *returned])
    received = _sum(account_id).where(came_in)
    spent = _sum(account_id).where(LedgerEntry.kind == EntryKind.CHARGE)
    back = _sum(account_id).where(
        LedgerEntry.kind == EntryKind.RELEASE, LedgerEntry.campaign_id.is_(None)
    )
    return Totals(_number(received), -_number(spent) - _number(back))


def _look_once() -> None:
    """All that is read next is of one moment, although campaigns go on meanwhile."""
    if not on_sqlite() and not db.session.info.get("writing"):
        db.session.commit()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _page(account_id: int, before: int | None, limit: int, wanted: Wanted) -> list[Line]:
    query = select(LedgerEntry).where(LedgerEntry.account_id == account_id, _is_line())
    query = query.where(*_conditions(account_id, wanted))
    if before is not None:
        query = query.where(LedgerEntry.id < before)
    return _filled(list(db.session.scalars(query.order_by(LedgerEntry.id.desc()).limit(limit))))


def _is_line() -> ColumnElement[bool]:
    return or_(LedgerEntry.campaign_id.is_(None), LedgerEntry.kind.not_in(OF_CAMPAIGNS))


def _conditions(account_id: int, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.topic is not Topic.ALL:
        yield TOPICS[wanted.topic]
    if wanted.since is not None:
        yield LedgerEntry.created_at >= wanted.since
    if wanted.until is not None:
        yield LedgerEntry.created_at < wanted.until
    if wanted.name:
        yield LedgerEntry.campaign_id.in_(_named(account_id, wanted.name))


def _named(account_id: int, typed: str) -> list[int]:
    """Campaigns whose name contains this; SQLite knows capital letters of English only."""
    query = select(Campaign.id, Campaign.name).where(Campaign.account_id == account_id)
    return [key for key, name in db.session.execute(query) if typed.casefold() in name.casefold()]


def _balance(account_id: int, line: int) -> int:
    """The sum of a line and all older ones."""
    of_account = LedgerEntry.account_id == account_id
    older = (
        select(LedgerEntry.campaign_id)
        .where(of_account, LedgerEntry.kind == EntryKind.HOLD, LedgerEntry.id <= line)
        .scalar_subquery()
    )
    collapsed = and_(LedgerEntry.kind.in_(OF_CAMPAIGNS), LedgerEntry.campaign_id.in_(older))
    query = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        of_account, or_(and_(_is_line(), LedgerEntry.id <= line), collapsed)
    )
    return _number(query)


def _balanced(found: Iterable[Line], balance: int) -> Iterator[Line]:
    for line in found:
        yield replace(line, after=balance)
        balance -= line.amount


def _sum(account_id: int) -> Select[int]:
    total = func.coalesce(func.sum(LedgerEntry.amount + LedgerEntry.held), 0)
    return select(total).where(LedgerEntry.account_id == account_id)


def _number(query: Select[int]) -> int:
    return int(db.session.scalar(query) or 0)


def _filled(entries: Sequence[LedgerEntry]) -> list[Line]:
    """Lines with what stands in other tables about them."""
    campaigns = [entry.campaign_id for entry in entries if entry.campaign_id]
    holds, spent = _holds(campaigns), _spent(campaigns)
    payments = _payments([entry.payment_id for entry in entries if entry.payment_id])
    found = []
    for entry in entries:
        payment, invoice = payments.get(entry.payment_id or 0, (None, None))
        line = Line(
            entry.id,
            entry.created_at,
            EntryKind(entry.kind),
            entry.amount,
            entry.note,
            gift=entry.payment_id is None,
            payment=payment,
            invoice=invoice,
        )
        if entry.campaign_id in holds:
            line = _of_campaign(line, *holds[entry.campaign_id], spent[entry.campaign_id])
        found.append(line)
    return found


def _of_campaign(
    line: Line, campaign: Campaign, hold: Hold, charged: int, spent: list[campaign_costs.Row]
) -> Line:
    released = hold.amount - hold.remaining - charged
    return replace(
        line,
        amount=released - hold.amount,
        campaign=campaign,
        held=hold.remaining,
        charged=charged,
        released=released,
        spent=spent,
    )


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


def _spent(campaigns: list[int]) -> dict[int, list[campaign_costs.Row]]:
    found: dict[int, list[campaign_costs.Row]] = defaultdict(list)
    query = select(CampaignCost).where(CampaignCost.campaign_id.in_(campaigns))
    for each in db.session.scalars(query.order_by(*campaign_costs.ORDER)):
        found[each.campaign_id].append(campaign_costs.row(each))
    return found


def _payments(ids: list[int]) -> dict[int, tuple[Payment, Invoice | None]]:
    rows = db.session.execute(
        select(Payment, Invoice)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.id.in_(ids))
    )
    return {payment.id: (payment, invoice) for payment, invoice in rows}
