"""Legal records: invoices and payments that the law keeps, without a way back to the account.

When an account leaves, its ids are removed, and what could be compared with other records goes:
times are cut to the day (tax law asks for the day of issue and of payment, VAT Directive art. 226),
and the bank reference that an admin has typed becomes a keyed hash, so that the same transfer is
still not booked twice.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import Invoice, InvoiceDocument, Payment, table_of
from promosms.services.invoices import seller_days
from promosms.services.payments import payments

CHUNK = 500
INVOICE = (Invoice.id, Invoice.account_id, Invoice.top_up_id, Invoice.created_at)
DOCUMENT = (InvoiceDocument.invoice_id, InvoiceDocument.kind, InvoiceDocument.created_at)
PAYMENT = (
    *(Payment.id, Payment.account_id, Payment.top_up_id, Payment.provider, Payment.reference),
    *(Payment.note, Payment.paid_at, Payment.created_at),
)


def unlink(session: Session, account_id: int) -> None:
    """Remove the account from its invoices and payments."""
    _unlink_invoices(session, Invoice.account_id == account_id)
    _unlink_payments(session, Payment.account_id == account_id)


def unlink_earlier() -> None:
    """Cut the records of accounts that left when their times were still kept; safe to repeat."""
    with transaction() as session:
        _unlink_invoices(session, Invoice.account_id.is_(None))
        _unlink_payments(session, Payment.account_id.is_(None))


def _unlink_invoices(session: Session, whose: ColumnElement[bool]) -> None:
    invoices = session.execute(select(*INVOICE).where(whose)).mappings().all()
    for row in invoices:
        day = seller_days.start_of(row["created_at"])
        unlinked = {"account_id": None, "top_up_id": None, "created_at": day}
        _change(session, table_of(Invoice), row, unlinked)
    ids = [row["id"] for row in invoices]
    for start in range(0, len(ids), CHUNK):
        chunk = InvoiceDocument.invoice_id.in_(ids[start : start + CHUNK])
        for row in session.execute(select(*DOCUMENT).where(chunk)).mappings().all():
            day = seller_days.start_of(row["created_at"])
            _change(session, table_of(InvoiceDocument), row, {"created_at": day})


def _unlink_payments(session: Session, whose: ColumnElement[bool]) -> None:
    for row in session.execute(select(*PAYMENT).where(whose)).mappings().all():
        reference = payments.reference_without_account(row["provider"], row["reference"])
        unlinked = {
            "account_id": None,
            "top_up_id": None,
            "note": "",
            "reference": reference,
            "paid_at": seller_days.start_of(row["paid_at"]),
            "created_at": seller_days.start_of(row["created_at"]),
        }
        _change(session, table_of(Payment), row, unlinked)


def _change(session: Session, table: Table, row: RowMapping, values: Mapping[str, Any]) -> None:
    """Write the values of a row, unless all of them stand there already."""
    if any(row[name] != value for name, value in values.items()):
        keys = [column == row[column.name] for column in table.primary_key.columns]
        session.execute(update(table).where(*keys).values(**values))
