"""The checks of the audit: each reads a batch of rows after a given id, in one snapshot.

A check returns its findings and the id to continue from, None at the end. So the audit needs
little memory, no snapshot stays open for long, and the nightly audit can be interrupted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
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
    DirectText,
    EntryKind,
    Hold,
    Invoice,
    InvoiceKind,
    LedgerEntry,
    Message,
    MessageCount,
    MessageStatus,
    Payment,
    TopUp,
    TopUpStatus,
)
from promosms.services.ledger import campaign_costs

ACCOUNTS, CAMPAIGNS, DIRECT_TEXTS, ENTRIES, TOP_UPS = 200, 20, 500, 5_000, 200  # rows in a batch


@dataclass(frozen=True)
class Finding:
    """Two figures that differ: `found` is stored, `expected` follows from other rows.

    `subject` is the public id of an account, campaign or top-up, or the number of an entry.
    """

    kind: str
    subject: str
    found: int
    expected: int


Batch = tuple[list[Finding], int | None]
Check = Callable[[int, datetime | None], Batch]


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection whose queries all see the same moment."""
    engine = db.engine
    if not on_sqlite():
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def accounts(after: int, _since: datetime | None) -> Batch:
    """Balance and held money of an account are the sums of its entries; held also of its holds.

    Those of direct texts among them.
    """
    entry_amounts, entry_helds, holds, direct = (
        _sum(LedgerEntry.amount, LedgerEntry.account_id == Account.id),
        _sum(LedgerEntry.held, LedgerEntry.account_id == Account.id),
        _sum(Hold.remaining, Hold.account_id == Account.id),
        _sum(DirectText.remaining, DirectText.account_id == Account.id),
    )
    query = (
        select(
            Account.id,
            Account.public_id,
            Account.balance,
            Account.held,
            entry_amounts,
            entry_helds,
            holds + direct,
        )
        .where(Account.id > after, Account.status != AccountStatus.DELETING)
        .order_by(Account.id)
        .limit(ACCOUNTS)
    )
    with snapshot() as connection:
        rows = connection.execute(query).all()
    findings: list[Finding] = []
    for _id, name, balance, held, amounts, helds, remaining in rows:
        findings += _unless(int(amounts) == balance, "balance", name, balance, amounts)
        findings += _unless(int(helds) == held, "held", name, held, helds)
        findings += _unless(int(remaining) == held, "holds", name, held, remaining)
        findings += _unless(balance >= 0 and held >= 0, "negative", name, min(balance, held), 0)
    return findings, _next(rows, ACCOUNTS)


def campaigns(after: int, since: datetime | None) -> Batch:
    """A hold is what was charged, released and is left; the charge is what accepted texts cost.

    The texts of campaigns that ended before `since` are not counted again; their stored costs are
    used instead.
    """
    query = (
        select(Hold, Campaign.public_id, Campaign.status, Campaign.finished_at)
        .join(Campaign, Campaign.id == Hold.campaign_id)
        .join(Account, Account.id == Hold.account_id)
        .where(Hold.campaign_id > after, Account.status != AccountStatus.DELETING)
        .order_by(Hold.campaign_id)
        .limit(CAMPAIGNS)
    )
    findings: list[Finding] = []
    with snapshot() as connection:
        rows = connection.execute(query).all()
        sums_of = _entry_sums(connection, [row.campaign_id for row in rows])
        for row in rows:
            sums = sums_of.get(row.campaign_id, (0, 0, 0, 0))
            findings += _hold(row, *sums[:3])
            if row.status in CampaignStatus.FINAL:
                recount = since is None or row.finished_at is None or row.finished_at >= since
                findings += _charged(connection, row, sums[1], sums[3], recount)
    return findings, _next(rows, CAMPAIGNS)


def direct_texts(after: int, _since: datetime | None) -> Batch:
    """The price of a direct text was set aside once, then charged, released, or is left.

    As far as its message is still stored, it was charged if a gateway has accepted it.
    """
    query = (
        select(DirectText, Message.status)
        .outerjoin(Message, Message.id == DirectText.message_id)
        .join(Account, Account.id == DirectText.account_id)
        .where(DirectText.id > after, Account.status != AccountStatus.DELETING)
        .order_by(DirectText.id)
        .limit(DIRECT_TEXTS)
    )
    findings: list[Finding] = []
    with snapshot() as connection:
        rows = connection.execute(query).all()
        sums_of = _direct_sums(connection, [row.message_id for row in rows])
    for row in rows:
        name = str(row.message_id)
        held, charged, released, unsettled = sums_of.get(row.message_id, (0, 0, 0, 0))
        findings += _unless(held == row.amount, "text_hold", name, row.amount, held)
        left = row.amount - charged - released
        closed = (row.closed_at is not None) == (row.remaining == 0)
        correct = left == row.remaining and closed
        findings += _unless(correct, "text_remaining", name, row.remaining, left)
        if row.status in MessageStatus.ACCEPTED:
            cost = row.amount - unsettled
            findings += _unless(charged == cost, "text_charged", name, charged, cost)
    return findings, _next(rows, DIRECT_TEXTS)


def entries(after: int, _since: datetime | None) -> Batch:
    """The hold and the payment that an entry refers to exist."""
    with snapshot() as connection:
        last_id = connection.execute(
            select(func.max(LedgerEntry.id)).where(
                LedgerEntry.id.in_(
                    select(LedgerEntry.id)
                    .where(LedgerEntry.id > after)
                    .order_by(LedgerEntry.id)
                    .limit(ENTRIES)
                )
            )
        ).scalar()
        if last_id is None:
            return [], None
        batch = LedgerEntry.id > after, LedgerEntry.id <= last_id
        query = (
            select(LedgerEntry.id, LedgerEntry.amount + LedgerEntry.held)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(*batch, Account.status != AccountStatus.DELETING)
        )
        no_hold = query.outerjoin(Hold, Hold.campaign_id == LedgerEntry.campaign_id).where(
            LedgerEntry.campaign_id.is_not(None), Hold.campaign_id.is_(None)
        )
        no_payment = query.outerjoin(Payment, Payment.id == LedgerEntry.payment_id).where(
            LedgerEntry.payment_id.is_not(None),
            or_(Payment.id.is_(None), Payment.account_id != LedgerEntry.account_id),
        )
        findings = [
            Finding(kind, str(number), int(amount), 0)
            for kind, orphans in (("no_hold", no_hold), ("no_payment", no_payment))
            for number, amount in connection.execute(orphans)
        ]
    return findings, int(last_id)


def top_ups(after: int, _since: datetime | None) -> Batch:
    """A paid top-up was credited once and invoiced once; `paid` is the sum of its payments."""
    credited = _sum(
        LedgerEntry.amount,
        and_(
            LedgerEntry.reference == literal("top-up:").concat(cast(TopUp.id, String)),
            LedgerEntry.account_id == TopUp.account_id,
            LedgerEntry.payment_id.is_not(None),
        ),
    )
    received = _sum(Payment.amount, Payment.top_up_id == TopUp.id)
    invoiced = _sum(
        Invoice.gross, and_(Invoice.top_up_id == TopUp.id, Invoice.kind == InvoiceKind.INVOICE)
    )
    query = (
        select(TopUp, credited, received, invoiced)
        .join(Account, Account.id == TopUp.account_id)
        .where(TopUp.id > after, Account.status != AccountStatus.DELETING)
        .order_by(TopUp.id)
        .limit(TOP_UPS)
    )
    findings: list[Finding] = []
    with snapshot() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        name, paid = row.public_id, row.status == TopUpStatus.PAID
        credit_sum, received_sum, invoice_sum = (int(figure) for figure in row[-3:])
        net, gross = (row.net, row.gross) if paid else (0, 0)
        findings += _unless(credit_sum == net, "credit", name, credit_sum, net)
        findings += _unless(invoice_sum == gross, "invoice", name, invoice_sum, gross)
        findings += _unless(received_sum == row.paid, "paid", name, row.paid, received_sum)
    return findings, _next(rows, TOP_UPS)


CHECKS: tuple[Check, ...] = (accounts, campaigns, direct_texts, entries, top_ups)


def _entry_sums(connection: Connection, ids: list[int]) -> dict[int, tuple[int, int, int, int]]:
    """Held, charged, released, and released after 72 hours without a receipt, by campaign."""
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


def _direct_sums(
    connection: Connection, ids: Sequence[int]
) -> dict[int, tuple[int, int, int, int]]:
    """Held, charged, released, and released after 72 hours without a receipt, by message."""
    kinds = ("hold", "charge", "release", "unsettled")
    names = {_direct_reference(kind, number): (number, kind) for number in ids for kind in kinds}
    query = select(LedgerEntry.reference, LedgerEntry.held).where(
        LedgerEntry.campaign_id.is_(None), LedgerEntry.reference.in_(names)
    )
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for reference, held in connection.execute(query):
        message_id, kind = names[reference]
        sums[message_id][kind] += abs(held)
    return {
        message_id: (
            of["hold"],
            of["charge"],
            of["release"] + of["unsettled"],
            of["unsettled"],
        )
        for message_id, of in sums.items()
    }


def _direct_reference(kind: str, message_id: int) -> str:
    if kind == "unsettled":
        return f"release:message:{message_id}:unsettled"
    return f"{kind}:message:{message_id}"


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
    """A text that is confirmed after the 72 hours costs nothing: its money was released."""
    cost = _accepted_cost(connection, row.campaign_id, recount)
    if cost is None:
        return []
    correct = cost - unsettled <= charged <= cost
    return _unless(correct, "charged", row.public_id, charged, cost)


def _accepted_cost(connection: Connection, campaign_id: int, recount: bool) -> int | None:
    """What the accepted texts cost; None if neither the texts nor the costs are stored."""
    stored = connection.execute(
        select(func.sum(CampaignCost.charged)).where(CampaignCost.campaign_id == campaign_id)
    ).scalar()
    texts = [
        select(model.campaign_id).where(model.campaign_id == campaign_id).limit(1)
        for model in (Message, MessageCount)
    ]
    count = stored is None or recount
    if count and any(connection.execute(query).first() for query in texts):
        rows = connection.execute(campaign_costs.count_query(campaign_id))
        return sum(int(row[4]) for row in rows)
    return None if stored is None else int(stored)


def _sum(column: Any, where: ColumnElement[bool]) -> ColumnElement[int]:
    query: Select[Any] = select(func.coalesce(func.sum(column), 0)).where(where)
    return query.scalar_subquery()


def _when(condition: ColumnElement[bool], value: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _unless(correct: bool, kind: str, subject: str, actual: int, expected: Any) -> list[Finding]:
    return [] if correct else [Finding(kind, subject, int(actual), int(expected))]


def _next(rows: Any, limit: int) -> int | None:
    return int(rows[-1][0]) if len(rows) == limit else None
