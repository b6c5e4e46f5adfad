"""Checks of the books: each looks at some rows after a given id, in one snapshot.

A check returns what it has found and the id to go on from, None at the end. So the whole of it
runs in little memory, no snapshot stays open for long, and the nightly one can be interrupted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignCost,
    CampaignStatus,
    EntryKind,
    Hold,
    Invoice,
    InvoiceKind,
    LedgerEntry,
    Message,
    MessageCount,
    Payment,
    TopUp,
    TopUpStatus,
)
from promosms.services.ledger import campaign_costs

ACCOUNTS, CAMPAIGNS, ENTRIES, ORDERS = 200, 20, 5_000, 200
ENDED = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)


@dataclass(frozen=True)
class Finding:
    """Two figures that should be the same: `found` stands there, `expected` follows from the rest.

    `subject` is the public id of an account, a campaign or an order, or the number of an entry.
    """

    kind: str
    subject: str
    found: int
    expected: int


Found = tuple[list[Finding], int | None]
Check = Callable[[int, datetime | None], Found]


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees one moment only."""
    engine = db.engine
    if not on_sqlite():
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def accounts(after: int, _since: datetime | None) -> Found:
    """Balance and held money of accounts are the sums of their entries, and of their holds."""
    amount, held, left = (
        _sum(LedgerEntry.amount, LedgerEntry.account_id == Account.id),
        _sum(LedgerEntry.held, LedgerEntry.account_id == Account.id),
        _sum(Hold.remaining, Hold.account_id == Account.id),
    )
    query = (
        select(Account.id, Account.public_id, Account.balance, Account.held, amount, held, left)
        .where(Account.id > after, Account.status != AccountStatus.DELETING)
        .order_by(Account.id)
        .limit(ACCOUNTS)
    )
    with snapshot() as connection:
        rows = connection.execute(query).all()
    found: list[Finding] = []
    for _id, name, balance, aside, amounts, helds, remaining in rows:
        found += _unless(int(amounts) == balance, "balance", name, balance, amounts)
        found += _unless(int(helds) == aside, "held", name, aside, helds)
        found += _unless(int(remaining) == aside, "holds", name, aside, remaining)
        found += _unless(balance >= 0 and aside >= 0, "negative", name, min(balance, aside), 0)
    return found, _next(rows, ACCOUNTS)


def campaigns(after: int, since: datetime | None) -> Found:
    """What was set aside is what was charged, given back and is left; charged is what was taken.

    The texts of campaigns that ended before `since` are not counted again: the figures that were
    stored when they ended speak for them.
    """
    query = (
        select(Hold, Campaign.public_id, Campaign.status, Campaign.finished_at)
        .join(Campaign, Campaign.id == Hold.campaign_id)
        .join(Account, Account.id == Hold.account_id)
        .where(Hold.campaign_id > after, Account.status != AccountStatus.DELETING)
        .order_by(Hold.campaign_id)
        .limit(CAMPAIGNS)
    )
    found: list[Finding] = []
    with snapshot() as connection:
        rows = connection.execute(query).all()
        moved = _moved(connection, [row.campaign_id for row in rows])
        for row in rows:
            sums = moved.get(row.campaign_id, (0, 0, 0, 0))
            found += _hold(row, *sums[:3])
            if row.status in ENDED:
                recount = since is None or row.finished_at is None or row.finished_at >= since
                found += _charged(connection, row, sums[1], sums[3], recount)
    return found, _next(rows, CAMPAIGNS)


def entries(after: int, _since: datetime | None) -> Found:
    """No entry speaks of a hold or a payment that is not there."""
    with snapshot() as connection:
        upto = connection.execute(
            select(func.max(LedgerEntry.id)).where(
                LedgerEntry.id.in_(
                    select(LedgerEntry.id)
                    .where(LedgerEntry.id > after)
                    .order_by(LedgerEntry.id)
                    .limit(ENTRIES)
                )
            )
        ).scalar()
        if upto is None:
            return [], None
        within = LedgerEntry.id > after, LedgerEntry.id <= upto
        alone = (
            select(LedgerEntry.id, LedgerEntry.amount + LedgerEntry.held)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(*within, Account.status != AccountStatus.DELETING)
        )
        no_hold = alone.outerjoin(Hold, Hold.campaign_id == LedgerEntry.campaign_id).where(
            LedgerEntry.campaign_id.is_not(None), Hold.campaign_id.is_(None)
        )
        no_payment = alone.outerjoin(Payment, Payment.id == LedgerEntry.payment_id).where(
            LedgerEntry.payment_id.is_not(None),
            or_(Payment.id.is_(None), Payment.account_id != LedgerEntry.account_id),
        )
        found = [
            Finding(kind, str(number), int(amount), 0)
            for kind, rows in (("no_hold", no_hold), ("no_payment", no_payment))
            for number, amount in connection.execute(rows)
        ]
    return found, int(upto)


def orders(after: int, _since: datetime | None) -> Found:
    """An order that is paid was credited once and invoiced once; what it says came has come."""
    credited = _sum(
        LedgerEntry.amount,
        and_(
            LedgerEntry.reference == literal("top-up:").concat(cast(TopUp.id, String)),
            LedgerEntry.account_id == TopUp.account_id,
            LedgerEntry.payment_id.is_not(None),
        ),
    )
    came = _sum(Payment.amount, Payment.top_up_id == TopUp.id)
    invoiced = _sum(
        Invoice.gross, and_(Invoice.top_up_id == TopUp.id, Invoice.kind == InvoiceKind.INVOICE)
    )
    query = (
        select(TopUp, credited, came, invoiced)
        .join(Account, Account.id == TopUp.account_id)
        .where(TopUp.id > after, Account.status != AccountStatus.DELETING)
        .order_by(TopUp.id)
        .limit(ORDERS)
    )
    found: list[Finding] = []
    with snapshot() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        paid = row.status == TopUpStatus.PAID
        name, credit, came_in, invoice = row.public_id, *(int(figure) for figure in row[-3:])
        due, bill = (row.net, row.gross) if paid else (0, 0)
        found += _unless(credit == due, "credit", name, credit, due)
        found += _unless(invoice == bill, "invoice", name, invoice, bill)
        found += _unless(came_in == row.paid, "paid", name, row.paid, came_in)
    return found, _next(rows, ORDERS)


CHECKS: tuple[Check, ...] = (accounts, campaigns, entries, orders)


def _moved(connection: Connection, ids: list[int]) -> dict[int, tuple[int, int, int, int]]:
    """Held, charged, given back, and of that after 72 hours without a word, by campaign."""
    entry = LedgerEntry
    unsettled = and_(entry.kind == EntryKind.RELEASE, entry.reference.endswith(":unsettled"))
    query = (
        select(
            entry.campaign_id,
            _when(entry.kind == EntryKind.HOLD, entry.held),
            _when(entry.kind == EntryKind.CHARGE, -entry.held),
            _when(entry.kind == EntryKind.RELEASE, entry.amount),
            _when(unsettled, entry.amount),
        )
        .where(entry.campaign_id.in_(ids))
        .group_by(entry.campaign_id)
    )
    rows = connection.execute(query)
    return {row[0] or 0: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows}


def _hold(row: Any, held: int, charged: int, released: int) -> Iterator[Finding]:
    name = row.public_id
    yield from _unless(held == row.amount, "hold", name, row.amount, held)
    left = row.amount - charged - released
    yield from _unless(left == row.remaining, "remaining", name, row.remaining, left)
    closed = row.closed_at is not None
    yield from _unless(closed == (row.remaining == 0), "closed", name, row.remaining, 0)


def _charged(
    connection: Connection, row: Any, charged: int, unsettled: int, recount: bool
) -> list[Finding]:
    """A text that is confirmed after the 72 hours, when its money is back, costs nothing."""
    accepted = _accepted(connection, row.campaign_id, recount)
    if accepted is None:
        return []
    fine = accepted - unsettled <= charged <= accepted
    return _unless(fine, "charged", row.public_id, charged, accepted)


def _accepted(connection: Connection, campaign_id: int, recount: bool) -> int | None:
    """What the accepted texts cost; None if neither the texts nor the figures are there."""
    stored = connection.execute(
        select(func.sum(CampaignCost.charged)).where(CampaignCost.campaign_id == campaign_id)
    ).scalar()
    there = [
        select(model.campaign_id).where(model.campaign_id == campaign_id).limit(1)
        for model in (Message, MessageCount)
    ]
    counted = stored is None or recount
    if counted and any(connection.execute(query).first() for query in there):
        rows = connection.execute(campaign_costs.counting(campaign_id))
        return sum(int(row[4]) for row in rows)
    return None if stored is None else int(stored)


def _sum(column: Any, where: ColumnElement[bool]) -> ColumnElement[int]:
    query: Select[Any] = select(func.coalesce(func.sum(column), 0)).where(where)
    return query.scalar_subquery()


def _when(condition: ColumnElement[bool], value: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _unless(fine: bool, kind: str, subject: str, found: int, expected: Any) -> list[Finding]:
    return [] if fine else [Finding(kind, subject, int(found), int(expected))]


def _next(rows: Any, limit: int) -> int | None:
    return int(rows[-1][0]) if len(rows) == limit else None
