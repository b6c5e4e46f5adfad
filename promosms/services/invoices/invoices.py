"""Invoices and credit notes: issued once, numbered without gaps, never changed.

Sources: VAT Directive 2006/112/EC art. 65 (on a prepayment VAT falls due when it is paid), art. 219
(a document that corrects an invoice and refers to it counts as one), art. 226 (its content).
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from promosms.db import overwrite_files
from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.documents import data
from promosms.documents.data import InvoiceData
from promosms.extensions import db
from promosms.language import money
from promosms.models import (
    Account,
    Invoice,
    InvoiceDocument,
    InvoiceKind,
    InvoiceKsef,
    Payment,
    TopUp,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.invoices import drafts as invoice_drafts
from promosms.services.invoices import numbers as invoice_numbers
from promosms.services.invoices import seller_days
from promosms.settings import currencies, settings

BATCH = 500


class TooMuch(Exception):
    """The credit note exceeds the rest of the invoice; `left` is that rest, gross in 1/10,000."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def issue(top_up: TopUp, payment: Payment | None = None) -> Invoice:
    """The invoice of a paid top-up, issued at the first call.

    Part of the caller's transaction, at its end. The payments of the top-up get its id. `payment`
    is the last of them, and its day is the day of supply. Raises invoice_drafts.NoSeller.
    """
    with transaction() as session:
        session.flush()
        session.execute(select(TopUp.id).where(TopUp.id == top_up.id).with_for_update())
        existing = of_top_up(top_up.id)
        if existing is not None:
            return existing
        draft = invoice_drafts.of_top_up(top_up, payment)
        invoice = _number(draft, settings.invoice_series)
        invoice.account_id, invoice.top_up_id = top_up.account_id, top_up.id
        session.add(invoice)
        session.flush()
        session.execute(
            update(Payment)
            .where(Payment.top_up_id == top_up.id, Payment.invoice_id.is_(None))
            .values(invoice_id=invoice.id)
        )
        return invoice


def credit(invoice: Invoice, gross: int, reason: str, actor: str) -> Invoice:
    """A credit note for a part of an invoice; `gross` is positive, in 1/10,000, whole cents.

    The net share is rounded on the sum of all credit notes so far. So when they reach the gross
    sum of the invoice, they also reach its net sum and VAT exactly. `reason` is in the language
    of the invoice. Raises TooMuch, and ValueError for a wrong amount.
    """
    smallest = currencies.smallest(invoice.currency)
    if gross <= 0 or gross % smallest or invoice.kind != InvoiceKind.INVOICE:
        raise ValueError("only an invoice can be credited, by a positive amount in whole cents")
    with transaction() as session:
        original = session.get_one(Invoice, invoice.id, with_for_update=True)
        net, before = credited(original.id)
        if before + gross > original.gross:
            raise TooMuch(original.gross - before)
        net_share = share(original, before + gross) - net
        rest = original.net - net, original.gross - before
        draft = invoice_drafts.correction(original, net_share, gross - net_share, reason, rest)
        note = _number(draft, settings.credit_note_series)
        note.account_id, note.top_up_id = original.account_id, original.top_up_id
        note.original_id = original.id
        if note.account_id is None:  # the account has left: not even the time leads to it
            note.created_at = seller_days.start_of(now())
        session.add(note)
        session.flush()
        _record(session, note, actor)
        return note


def find(account_id: int, public_id: str) -> Invoice | None:
    """An invoice or credit note of an account."""
    return db.session.scalar(select(Invoice).filter_by(account_id=account_id, public_id=public_id))


def credited(invoice_id: int) -> tuple[int, int]:
    """The net and gross sums of the credit notes of an invoice, as positive amounts."""
    sums = func.coalesce(func.sum(Invoice.net), 0), func.coalesce(func.sum(Invoice.gross), 0)
    net, gross = db.session.execute(select(*sums).where(Invoice.original_id == invoice_id)).one()
    return -int(net), -int(gross)


def left(invoice: Invoice) -> int:
    """The part of an invoice that is not credited yet, gross in 1/10,000."""
    return invoice.gross - credited(invoice.id)[1]


def of_top_up(top_up_id: int) -> Invoice | None:
    """The invoice of a top-up."""
    query = select(Invoice).where(
        Invoice.top_up_id == top_up_id, Invoice.kind == InvoiceKind.INVOICE
    )
    return db.session.scalar(query)


def credit_notes(invoice_id: int) -> list[Invoice]:
    """The credit notes of an invoice, the oldest first."""
    query = select(Invoice).where(Invoice.original_id == invoice_id).order_by(Invoice.id)
    return list(db.session.scalars(query))


def kept(account_id: int) -> tuple[int, date | None]:
    """The number of invoices and credit notes of an account, and the last day of retention."""
    query = select(func.count(), func.max(Invoice.purge_after))
    number, until = db.session.execute(query.where(Invoice.account_id == account_id)).one()
    return number, until


def kept_until(account_id: int) -> list[tuple[str, date, int]]:
    """Kind, last day of retention and number of an account's invoices and credit notes."""
    columns = (Invoice.kind, Invoice.purge_after)
    query = select(*columns, func.count()).where(Invoice.account_id == account_id)
    rows = db.session.execute(query.group_by(*columns).order_by(*columns))
    return [(kind, until, number) for kind, until, number in rows]


def purge() -> int:
    """Delete invoices and their files after the retention period; returns how many.

    An invoice is kept as long as any credit note that refers to it. Days are in UTC, as in the
    guards of the tables.
    """
    number = 0
    while batch := _purge_batch():
        number += batch
    if number:
        db.session.remove()
        overwrite_files.overwrite(
            [model.__tablename__ for model in (Invoice, InvoiceDocument, InvoiceKsef)]
        )
    return number


def share(original: Invoice, gross: int) -> int:
    """The net share, in whole cents, of a part of the gross sum."""
    cent = currencies.smallest(original.currency)
    cents, net, whole = gross // cent, original.net // cent, original.gross // cent
    return (2 * net * cents + whole) // (2 * whole) * cent


def _purge_after(issued_on: date) -> date:
    """The last day of the retention period, the end of a year.

    The period counts from the year in which the tax is due; the tax of December is due in January.
    """
    return date((issued_on + timedelta(days=31)).year + settings.invoice_years, 12, 31)


def _number(draft: InvoiceData, chosen: str) -> Invoice:
    """Number, date and freeze a draft; `chosen` is the series of the settings.

    The day is read after the number was taken: so a later number never has an earlier day. If
    the lock was awaited over New Year, the invoice still has the last day of the number's year.
    """
    year = seller_days.day_of(now()).year
    series = invoice_numbers.series(chosen, specimen=draft.specimen)
    number = invoice_numbers.next_number(series, year)
    issued_on = min(seller_days.day_of(now()), date(year, 12, 31))
    label = invoice_numbers.label(series, year, number)
    frozen = data.frozen(replace(draft, label=label, issued_on=issued_on))
    return Invoice(
        kind=draft.kind,
        series=series,
        year=year,
        number=number,
        label=label,
        issued_on=issued_on,
        currency=draft.currency,
        tax_case=draft.tax_case,
        rate=draft.rate,
        net=draft.net,
        tax=draft.tax,
        gross=draft.gross,
        data=frozen,
        digest=data.digest(frozen),
        purge_after=_purge_after(issued_on),
    )


def _record(session: Session, note: Invoice, actor: str) -> None:
    """The audit log leaves out the reason: it is printed on the credit note."""
    account = session.get(Account, note.account_id) if note.account_id else None
    subject = account.public_id if account else note.label
    amount = money(note.gross, currency=note.currency)
    audit_log.record(actor, "invoice.credit", subject, f"{note.label}: {amount}")


def _purge_batch() -> int:
    """The newest first: a credit note has to be deleted before the invoice that it refers to."""
    today, note = now().date(), aliased(Invoice)
    kept_note = exists().where(note.original_id == Invoice.id, note.purge_after >= today)
    query = select(Invoice.id).where(Invoice.purge_after < today, ~kept_note)
    with transaction() as session:
        due = list(session.scalars(query.order_by(Invoice.id.desc()).limit(BATCH)))
        for column in (InvoiceDocument.invoice_id, InvoiceKsef.invoice_id, Invoice.id):
            expired = delete_rows(column.class_).where(column.in_(due))
            session.execute(expired)
        return len(due)
