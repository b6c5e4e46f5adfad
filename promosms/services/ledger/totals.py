"""Totals: sums of the ledgers of erased accounts, so the figures of a month stay complete."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Delete, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.extensions import db
from promosms.models import EntryKind, LedgerEntry, LedgerTotal
from promosms.services.invoices import seller_days

TOP_UP = "top_up"  # the kind for credits that were paid for; "credit" is for gifts


def keep(session: Session, deletion: Delete) -> int:
    """Delete entries and add their sums to the totals in the same transaction.

    So after a killed process, each entry is either stored or in the totals. Returns how many
    were deleted.
    """
    entry = LedgerEntry
    columns = (entry.created_at, entry.kind, entry.payment_id, entry.amount, entry.held)
    rows = session.execute(deletion.returning(*columns)).all()
    amounts: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for moment, kind, payment_id, amount, held_amount in rows:
        key = f"{seller_days.day_of(moment):%Y-%m}", _kind(kind, payment_id)
        amounts[key] += amount
        held[key] += held_amount
    for month, kind in sorted(amounts):
        _add(session, month, kind, amounts[month, kind], held[month, kind])
    return len(rows)


def of_month(month: str) -> Mapping[str, int]:
    """The sums of `amount` in a month ("2026-11"), by kind."""
    query = select(LedgerTotal.kind, LedgerTotal.amount).where(LedgerTotal.month == month)
    return {row.kind: row.amount for row in db.session.execute(query)}


def _kind(kind: str, payment_id: int | None) -> str:
    return TOP_UP if kind == EntryKind.CREDIT and payment_id is not None else kind


def _add(session: Session, month: str, kind: str, amount: int, held: int) -> None:
    row = upsert.insert(LedgerTotal).values(month=month, kind=kind, amount=amount, held=held)
    sums = {
        "amount": LedgerTotal.amount + row.excluded.amount,
        "held": LedgerTotal.held + row.excluded.held,
    }
    session.execute(row.on_conflict_do_update(index_elements=["month", "kind"], set_=sums))
