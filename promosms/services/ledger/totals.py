"""Totals: what the ledgers of accounts that have left came to, so that a month still adds up."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Delete, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.extensions import db
from promosms.models import EntryKind, LedgerEntry, LedgerTotal
from promosms.services.invoices import seller_days

TOP_UP = "top_up"
"""The kind of the total of credits that were paid for; `credit` is that of gifts."""


def keep(session: Session, gone: Delete) -> int:
    """Remove entries and add their sums to the totals, in this one transaction.

    Whatever is killed, an entry is either still there or in the totals. Returns how many went.
    """
    entry = LedgerEntry
    columns = (entry.created_at, entry.kind, entry.payment_id, entry.amount, entry.held)
    rows = session.execute(gone.returning(*columns)).all()
    amounts: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for moment, kind, payment_id, amount, aside in rows:
        key = f"{seller_days.day_of(moment):%Y-%m}", _kind(kind, payment_id)
        amounts[key] += amount
        held[key] += aside
    for month, kind in sorted(amounts):
        _add(session, month, kind, amounts[month, kind], held[month, kind])
    return len(rows)


def of_month(month: str) -> Mapping[str, int]:
    """Sums of the balance's changes in a month ("2026-11"), by kind."""
    query = select(LedgerTotal.kind, LedgerTotal.amount).where(LedgerTotal.month == month)
    return {row.kind: row.amount for row in db.session.execute(query)}


def _kind(kind: str, payment_id: int | None) -> str:
    return TOP_UP if kind == EntryKind.CREDIT and payment_id is not None else kind


def _add(session: Session, month: str, kind: str, amount: int, held: int) -> None:
    row = upsert.insert(LedgerTotal).values(month=month, kind=kind, amount=amount, held=held)
    added = {
        "amount": LedgerTotal.amount + row.excluded.amount,
        "held": LedgerTotal.held + row.excluded.held,
    }
    session.execute(row.on_conflict_do_update(index_elements=["month", "kind"], set_=added))
