"""The statement: the ledger of an account as rows that an owner can read. Money in 1/10,000.

All charges and releases of a campaign are part of one row, at the time of its hold. So the balance
in a row is the balance after this row and all older ones, not the balance at that moment.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import (
    Campaign,
    CampaignCost,
    DirectText,
    EntryKind,
    Hold,
    Invoice,
    LedgerEntry,
    Payment,
    PaymentKind,
    Route,
    Sender,
    TopUp,
)
from promosms.services.ledger import campaign_costs
from promosms.services.ledger.campaign_costs import CostRow

PAGE = 50
CHUNK = 500
OF_CAMPAIGNS = (EntryKind.CHARGE, EntryKind.RELEASE)
RECEIVED = (EntryKind.CREDIT, EntryKind.ADJUSTMENT, EntryKind.REFUND, EntryKind.DISPUTE)


class Topic(StrEnum):
    """Groups of ledger entries by which the statement can be filtered."""

    ALL = ""
    TOP_UPS = "top-ups"
    CAMPAIGNS = "campaigns"
    TEXTS = "texts"
    CORRECTIONS = "corrections"


TOPICS: dict[Topic, ColumnElement[bool]] = {
    Topic.TOP_UPS: LedgerEntry.kind.in_((EntryKind.CREDIT, EntryKind.REFUND, EntryKind.DISPUTE)),
    Topic.CAMPAIGNS: LedgerEntry.campaign_id.is_not(None),
    Topic.TEXTS: and_(
        LedgerEntry.kind.in_((EntryKind.HOLD, *OF_CAMPAIGNS)), LedgerEntry.campaign_id.is_(None)
    ),
    Topic.CORRECTIONS: LedgerEntry.kind == EntryKind.ADJUSTMENT,
}


@dataclass(frozen=True)
class StatementFilter:
    """Which rows: of a topic, from a moment on, before another moment, of campaigns by name."""

    topic: Topic = Topic.ALL
    since: datetime | None = None
    until: datetime | None = None
    name: str = ""
    title: Callable[[str], str] = str
    """What the pages show as the name of a campaign."""

    @property
    def whole(self) -> bool:
        """Does it show rows of all kinds? Only then a row has a balance."""
        return self.topic is Topic.ALL and not self.name


EVERYTHING = StatementFilter()


@dataclass(frozen=True)
class StatementRow:
    """A ledger entry, or all entries of a campaign.

    `amount` is the change of the balance, `after` the balance with this row and all older ones.
    Of a campaign, `charged` is what was spent, `held` what is still set aside, `released` what
    was given back; `costs` splits this by country, parts and price once the hold is closed. Of a
    direct text, `held` is what is still set aside; `sign_up`: it was the code of a sign-up form,
    `automatic`: it went by itself. `sender` is that of a campaign: a name, or the number of its
    route.
    """

    id: int
    at: datetime
    kind: EntryKind
    amount: int
    note: str = ""
    gift: bool = False
    campaign: Campaign | None = None
    sender: str = ""
    held: int = 0
    charged: int = 0
    released: int = 0
    sign_up: bool = False
    automatic: bool = False
    after: int = 0
    payment: Payment | None = None
    invoice: Invoice | None = None
    paid: "Paid | None" = None
    costs: list[CostRow] = field(default_factory=list)


@dataclass(frozen=True)
class Paid:
    """How a top-up was paid until it was credited: all its payments, gross, and the order."""

    amount: int
    number: int
    providers: frozenset[str]
    top_up: TopUp


@dataclass(frozen=True)
class Totals:
    """What an account has received and spent since it exists, in 1/10,000."""

    received: int
    spent: int


def page(
    account_id: int,
    after: int | None = None,
    size: int = PAGE,
    filters: StatementFilter = EVERYTHING,
) -> Page[StatementRow]:
    """A page of the statement, the newest rows first."""
    _begin_snapshot()
    entries = _entries(account_id, after, size, filters)
    rows = _rows(entries.rows)
    if rows and filters.whole:
        rows = list(_with_balances(rows, _balance(account_id, rows[0].id)))
    return Page(rows, entries.next_key)


def all_rows(account_id: int, filters: StatementFilter) -> Iterator[StatementRow]:
    """All rows, the newest first, read in chunks that fit into memory: for a file."""
    after: int | None = None
    balance: int | None = None
    while True:
        _begin_snapshot()
        entries = _entries(account_id, after, CHUNK, filters)
        rows = _rows(entries.rows)
        if rows and filters.whole:
            start = _balance(account_id, rows[0].id) if balance is None else balance
            rows = list(_with_balances(rows, start))
            balance = rows[-1].after - rows[-1].amount
        db.session.expunge_all()
        db.session.commit()  # the snapshot would stay open while a slow client reads
        yield from rows
        if entries.next_key is None:
            return
        after = rows[-1].id


def of_campaign(campaign: Campaign) -> StatementRow | None:
    """The row of a campaign with its costs; None before its hold."""
    query = select(LedgerEntry).where(
        LedgerEntry.campaign_id == campaign.id, LedgerEntry.kind == EntryKind.HOLD
    )
    entry = db.session.scalars(query).first()
    if entry is None:
        return None
    return replace(_rows([entry])[0], costs=campaign_costs.of(campaign))


def totals(account_id: int) -> Totals:
    """Sums over the whole ledger of the account."""
    received = _sum(account_id).where(LedgerEntry.kind.in_(RECEIVED))
    charged = _sum(account_id).where(LedgerEntry.kind == EntryKind.CHARGE)
    # Releases of campaigns are not spent money that comes back: it was only set aside.
    released = _sum(account_id).where(
        LedgerEntry.kind == EntryKind.RELEASE, LedgerEntry.campaign_id.is_(None)
    )
    return Totals(_number(received), -_number(charged) - _number(released))


def _begin_snapshot() -> None:
    """The next queries see one moment, although campaigns are sending meanwhile."""
    if not on_sqlite() and not db.session.info.get("writing"):
        db.session.commit()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _entries(
    account_id: int, after: int | None, size: int, filters: StatementFilter
) -> Page[LedgerEntry]:
    """The entries that have a row of their own; `_rows` adds the others of a campaign."""
    query = select(LedgerEntry).where(LedgerEntry.account_id == account_id, _has_row())
    query = query.where(*_conditions(account_id, filters))
    query = select_page(query, LedgerEntry.id, after, size)
    return page_of(db.session.scalars(query), size, lambda entry: entry.id)


def _has_row() -> ColumnElement[bool]:
    """The charge of a direct text has none: its hold, which changed the balance, is the row."""
    single = LedgerEntry.campaign_id.is_(None)
    settled = and_(LedgerEntry.kind == EntryKind.CHARGE, LedgerEntry.amount == 0)
    return or_(and_(single, ~settled), LedgerEntry.kind.not_in(OF_CAMPAIGNS))


def _conditions(account_id: int, filters: StatementFilter) -> Iterator[ColumnElement[bool]]:
    if filters.topic is not Topic.ALL:
        yield TOPICS[filters.topic]
    if filters.since is not None:
        yield LedgerEntry.created_at >= filters.since
    if filters.until is not None:
        yield LedgerEntry.created_at < filters.until
    if filters.name:
        yield LedgerEntry.campaign_id.in_(_named(account_id, filters))


def _named(account_id: int, filters: StatementFilter) -> list[int]:
    """Campaigns by a part of the name that the pages show.

    They are compared here, because SQLite folds only ASCII letters.
    """
    query = select(Campaign.id, Campaign.name).where(Campaign.account_id == account_id)
    return [
        key
        for key, name in db.session.execute(query)
        if filters.name.casefold() in filters.title(name).casefold()
    ]


def _balance(account_id: int, row_id: int) -> int:
    """The sum of a row and all older ones."""
    of_account = LedgerEntry.account_id == account_id
    older = (
        select(LedgerEntry.campaign_id)
        .where(of_account, LedgerEntry.kind == EntryKind.HOLD, LedgerEntry.id <= row_id)
        .scalar_subquery()
    )
    collapsed = and_(LedgerEntry.kind.in_(OF_CAMPAIGNS), LedgerEntry.campaign_id.in_(older))
    query = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        of_account, or_(and_(_has_row(), LedgerEntry.id <= row_id), collapsed)
    )
    return _number(query)


def _with_balances(rows: Iterable[StatementRow], balance: int) -> Iterator[StatementRow]:
    for row in rows:
        yield replace(row, after=balance)
        balance -= row.amount


def _sum(account_id: int) -> Select[int]:
    total = func.coalesce(func.sum(LedgerEntry.amount + LedgerEntry.held), 0)
    return select(total).where(LedgerEntry.account_id == account_id)


def _number(query: Select[int]) -> int:
    return int(db.session.scalar(query) or 0)


def _rows(entries: Sequence[LedgerEntry]) -> list[StatementRow]:
    """Rows of entries, with their campaigns, payments and invoices."""
    campaigns = [entry.campaign_id for entry in entries if entry.campaign_id]
    holds, costs = _holds(campaigns), _costs(campaigns)
    payments = _payments([entry.payment_id for entry in entries if entry.payment_id])
    paid = _paid([payment for payment, _invoice in payments.values()])
    direct = _direct(entries)
    rows = []
    for entry in entries:
        payment, invoice = payments.get(entry.payment_id or 0, (None, None))
        text = direct.get(entry.reference)
        row = StatementRow(
            entry.id,
            entry.created_at,
            EntryKind(entry.kind),
            entry.amount,
            entry.note,
            gift=entry.payment_id is None,
            payment=payment,
            invoice=invoice,
            paid=paid.get(entry.payment_id or 0),
            held=text.remaining if text else 0,
            sign_up=bool(text and text.sign_up),
            automatic=bool(text and text.automatic_answer_id),
        )
        if entry.campaign_id in holds:
            row = _of_campaign(row, *holds[entry.campaign_id], costs[entry.campaign_id])
        rows.append(row)
    return rows


def _direct(entries: Sequence[LedgerEntry]) -> dict[str, DirectText]:
    """The money of texts to one person, by the reference of their hold."""
    ids = [
        int(entry.reference.rpartition(":")[2])
        for entry in entries
        if entry.kind == EntryKind.HOLD and entry.campaign_id is None
    ]
    query = select(DirectText).where(DirectText.message_id.in_(ids))
    rows = db.session.scalars(query) if ids else ()
    return {f"hold:message:{row.message_id}": row for row in rows}


def _of_campaign(
    row: StatementRow,
    campaign: Campaign,
    hold: Hold,
    charged: int,
    sender: str,
    costs: list[CostRow],
) -> StatementRow:
    released = hold.amount - hold.remaining - charged
    return replace(
        row,
        amount=released - hold.amount,
        campaign=campaign,
        sender=sender,
        held=hold.remaining,
        charged=charged,
        released=released,
        costs=costs,
    )


def _holds(campaigns: list[int]) -> dict[int, tuple[Campaign, Hold, int, str]]:
    charged = (
        select(LedgerEntry.campaign_id, func.sum(-LedgerEntry.held).label("charged"))
        .where(LedgerEntry.campaign_id.in_(campaigns), LedgerEntry.kind == EntryKind.CHARGE)
        .group_by(LedgerEntry.campaign_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            *(Campaign, Hold, func.coalesce(charged.c.charged, 0)),
            func.coalesce(Sender.name, Route.sender),
        )
        .join(Hold, Hold.campaign_id == Campaign.id)
        .join(Route, Route.id == Campaign.route_id)
        .outerjoin(Sender, Sender.id == Campaign.sender_id)
        .outerjoin(charged, charged.c.campaign_id == Campaign.id)
        .where(Campaign.id.in_(campaigns))
    )
    return {
        campaign.id: (campaign, hold, int(total), sender) for campaign, hold, total, sender in rows
    }


def _costs(campaigns: list[int]) -> dict[int, list[CostRow]]:
    by_campaign: dict[int, list[CostRow]] = defaultdict(list)
    query = select(CampaignCost).where(CampaignCost.campaign_id.in_(campaigns))
    for cost in db.session.scalars(query.order_by(*campaign_costs.ORDER)):
        by_campaign[cost.campaign_id].append(campaign_costs.cost_row(cost))
    return by_campaign


def _paid(payments: list[Payment]) -> dict[int, Paid]:
    """How the top-ups were paid, by the id of the payment that completed each."""
    completing = {payment.id: payment.top_up_id for payment in payments if payment.top_up_id}
    receipts: dict[int, list[Payment]] = defaultdict(list)
    orders: dict[int, TopUp] = {}
    rows = db.session.execute(
        select(TopUp, Payment)
        .join(Payment, Payment.top_up_id == TopUp.id)
        .where(TopUp.id.in_(completing.values()), Payment.kind == PaymentKind.RECEIPT)
    )
    for top_up, payment in rows:
        orders[top_up.id] = top_up
        receipts[top_up.id].append(payment)
    return {
        last: _sum_of([one for one in receipts[top_up_id] if one.id <= last], orders[top_up_id])
        for last, top_up_id in completing.items()
        if top_up_id in orders
    }


def _sum_of(receipts: list[Payment], top_up: TopUp) -> Paid:
    providers = frozenset(receipt.provider for receipt in receipts)
    return Paid(sum(receipt.amount for receipt in receipts), len(receipts), providers, top_up)


def _payments(ids: list[int]) -> dict[int, tuple[Payment, Invoice | None]]:
    rows = db.session.execute(
        select(Payment, Invoice)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.id.in_(ids))
    )
    return {payment.id: (payment, invoice) for payment, invoice in rows}
