"""Invoices and credit notes: issued once, numbered without a gap, never changed.

Sources: VAT Directive 2006/112/EC art. 65 (on a prepayment VAT falls due when it is paid), art. 219
(a document that corrects an invoice and refers to it counts as one), art. 226 (what stands on it).
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.documents import data
from promosms.documents.data import InvoiceData
from promosms.extensions import db
from promosms.language import money
from promosms.models import Account, Invoice, InvoiceDocument, InvoiceKind, Payment, TopUp, now
from promosms.services.audit import log as audit_log
from promosms.services.invoices import drafts as invoice_drafts
from promosms.services.invoices import numbers as invoice_numbers
from promosms.services.invoices import seller_days
from promosms.settings import setting

BATCH = 500


class TooMuch(Exception):
    """More would be credited than is left of the invoice; `left` is that, gross in 1/10,000."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def issue(top_up: TopUp, payment: Payment | None = None) -> Invoice:
    """The invoice of a top-up that has been paid, made at the first call.

    Part of the caller's transaction, at its end. The payments of the top-up are marked with it;
    `payment` is the one that completed it, and its day is the day of supply. Raises
    invoice_drafts.NoSeller.
    """
    with transaction() as session:
        session.flush()
        session.execute(select(TopUp.id).where(TopUp.id == top_up.id).with_for_update())
        there = of_top_up(top_up.id)
        if there is not None:
            return there
        draft = invoice_drafts.of_top_up(top_up, payment)
        made = _store(session, draft, "INVOICE_SERIES")
        made.account_id, made.top_up_id = top_up.account_id, top_up.id
        session.add(made)
        session.flush()
        session.execute(
            update(Payment)
            .where(Payment.top_up_id == top_up.id, Payment.invoice_id.is_(None))
            .values(invoice_id=made.id)
        )
        return made


def credit(invoice: Invoice, gross: int, reason: str, actor: str) -> Invoice:
    """A credit note over a part of an invoice; `gross` is positive, in 1/10,000, whole cents.

    However many there are, together they come to the net sum and the VAT of the invoice exactly
    when they come to its gross sum: each share is rounded as part of the sum so far. `reason` is
    in the language of the invoice. Raises TooMuch, and ValueError for what is no amount.
    """
    if gross <= 0 or gross % 100 or invoice.kind != InvoiceKind.INVOICE:
        raise ValueError("only an invoice is credited, by whole cents")
    with transaction() as session:
        original = session.get_one(Invoice, invoice.id, with_for_update=True)
        net, before = credited(original.id)
        if before + gross > original.gross:
            raise TooMuch(original.gross - before)
        net_share = share(original, before + gross) - net
        rest = original.net - net, original.gross - before
        draft = invoice_drafts.correction(original, net_share, gross - net_share, reason, rest)
        made = _store(session, draft, "CREDIT_NOTE_SERIES")
        made.account_id, made.top_up_id = original.account_id, original.top_up_id
        made.original_id = original.id
        session.add(made)
        session.flush()
        _record(session, made, actor)
        return made


def find(account_id: int, public_id: str) -> Invoice | None:
    """An invoice or credit note of an account."""
    return db.session.scalar(select(Invoice).filter_by(account_id=account_id, public_id=public_id))


def credited(invoice_id: int) -> tuple[int, int]:
    """Net and gross that the credit notes of an invoice come to, as positive amounts."""
    sums = func.coalesce(func.sum(Invoice.net), 0), func.coalesce(func.sum(Invoice.gross), 0)
    net, gross = db.session.execute(select(*sums).where(Invoice.original_id == invoice_id)).one()
    return -int(net), -int(gross)


def left(invoice: Invoice) -> int:
    """What of an invoice has not been credited yet, gross in 1/10,000."""
    return invoice.gross - credited(invoice.id)[1]


def of_top_up(top_up_id: int) -> Invoice | None:
    """The invoice of a top-up."""
    query = select(Invoice).where(
        Invoice.top_up_id == top_up_id, Invoice.kind == InvoiceKind.INVOICE
    )
    return db.session.scalar(query)


def credit_notes(invoice_id: int) -> list[Invoice]:
    """The credit notes of an invoice, in order."""
    query = select(Invoice).where(Invoice.original_id == invoice_id).order_by(Invoice.id)
    return list(db.session.scalars(query))


def kept(account_id: int) -> tuple[int, date | None]:
    """How many invoices and credit notes an account has, and the day until which they stay."""
    query = select(func.count(), func.max(Invoice.purge_after))
    number, until = db.session.execute(query.where(Invoice.account_id == account_id)).one()
    return number, until


def kept_until(account_id: int) -> list[tuple[str, date, int]]:
    """How many documents of an account stay, by kind and by the day until which they do."""
    columns = (Invoice.kind, Invoice.purge_after)
    query = select(*columns, func.count()).where(Invoice.account_id == account_id)
    rows = db.session.execute(query.group_by(*columns).order_by(*columns))
    return [(kind, until, number) for kind, until, number in rows]


def unlink(session: Session, account_id: int) -> None:
    """Cut what leads from the records that law requires to an account that leaves."""
    nobody = {"account_id": None, "top_up_id": None}
    whose = Invoice.account_id == account_id
    session.execute(update(Invoice).where(whose).values(nobody))
    payments = update(Payment).where(Payment.account_id == account_id)
    session.execute(payments.values({**nobody, "note": ""}))


def purge() -> int:
    """Delete invoices, with their files, whose day has passed; how many those were.

    An invoice stays as long as a credit note that refers to it. Days are those of UTC, like in
    the guards of the tables.
    """
    number = 0
    while batch := _purge_batch():
        number += batch
    if number:
        db.session.remove()
        overwrite_files.overwrite([Invoice.__tablename__, InvoiceDocument.__tablename__])
    return number


def share(original: Invoice, gross: int) -> int:
    """The net share, in whole cents, of a part of the gross sum."""
    cents, net, whole = gross // 100, original.net // 100, original.gross // 100
    return (2 * net * cents + whole) // (2 * whole) * 100


def _purge_after(issued_on: date) -> date:
    """The end of the year in which the law stops asking for it.

    It counts from the year in which the tax is due, and that of December is due in January.
    """
    return date((issued_on + timedelta(days=31)).year + setting("INVOICE_YEARS"), 12, 31)


def _store(session: Session, draft: InvoiceData, name: str) -> Invoice:
    """Number and date a draft, and freeze it; `name` is the setting that names its series.

    The day is taken when the number is ours, so that the days of a series go up like its numbers;
    who has waited for the lock over New Year still issues on the last day of the number's year.
    """
    year = seller_days.day_of(now()).year
    series = invoice_numbers.series(name, specimen=draft.specimen)
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
    """The reason stays out of the audit log: it stands on the credit note."""
    account = session.get(Account, note.account_id) if note.account_id else None
    subject = account.public_id if account else note.label
    audit_log.record(actor, "invoice.credit", subject, f"{note.label}: {money(note.gross)}")


def _purge_batch() -> int:
    """From the newest on: a credit note goes before what it refers to."""
    today, note = now().date(), aliased(Invoice)
    later = exists().where(note.original_id == Invoice.id, note.purge_after >= today)
    query = select(Invoice.id).where(Invoice.purge_after < today, ~later)
    with transaction() as session:
        due = list(session.scalars(query.order_by(Invoice.id.desc()).limit(BATCH)))
        for column in (InvoiceDocument.invoice_id, Invoice.id):
            gone = delete(column.class_).where(column.in_(due))
            session.execute(gone.execution_options(synchronize_session=False))
        return len(due)
