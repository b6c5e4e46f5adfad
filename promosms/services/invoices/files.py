"""The files of an invoice: made once from its frozen copy, after it was issued, and then kept.

Whoever comes first makes them: the worker, or a reader who downloads one. The PDF comes last and
bears the XML, and in the transaction that keeps it the e-mail with it is queued: so there is
exactly one e-mail for each invoice, whatever is killed.
"""

import hashlib

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.documents import cii, data, fa3, pdf
from promosms.extensions import db
from promosms.models import Invoice, InvoiceDocument, now
from promosms.services.invoices import emails as invoice_emails

NAMES = {"pdf": "{label}.pdf", "xml": "{label}.xml", "fa3": "{label}-FA3.xml"}
TYPES = {"pdf": "application/pdf", "xml": "application/xml", "fa3": "application/xml"}


class Damaged(Exception):
    """The frozen copy is not what was issued."""


def kinds(invoice: Invoice) -> list[str]:
    """The files of an invoice: "pdf", "xml" (EN 16931), and "fa3" where it is one for KSeF.

    A direct connection to KSeF would send the last one and store what it answers.
    """
    polish = fa3.fits(data.thawed(invoice.data))
    return ["pdf", "xml", "fa3"] if polish else ["pdf", "xml"]


def name(invoice: Invoice, kind: str) -> str:
    """What a file is called: "INV-2026-000123.pdf"."""
    return NAMES[kind].format(label=invoice.label.replace("/", "-"))


def file(invoice: Invoice, kind: str) -> bytes:
    """The content of a file, made and kept if it is not there yet; the same bytes ever after.

    KeyError for a kind that the invoice does not have, Damaged if its frozen copy has changed.
    """
    if kind not in kinds(invoice):
        raise KeyError(kind)
    there = _stored(invoice.id, kind)
    return there if there is not None else _keep(invoice.id, kind, _make(invoice, kind))


def missing(limit: int = 1, after: int = 0) -> list[int]:
    """Invoices whose files are not all there yet, from the oldest on."""
    done = exists().where(InvoiceDocument.invoice_id == Invoice.id, InvoiceDocument.kind == "pdf")
    query = select(Invoice.id).where(~done, Invoice.id > after).order_by(Invoice.id).limit(limit)
    return list(db.session.scalars(query))


def complete(invoice_id: int) -> None:
    """Make what is missing of an invoice; the PDF last."""
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        return
    for kind in reversed(kinds(invoice)):
        file(invoice, kind)


def attachment(invoice_id: int) -> tuple[str, bytes] | None:
    """Name and content of the PDF that goes with an e-mail; None if the invoice is gone."""
    invoice = db.session.get(Invoice, invoice_id)
    return None if invoice is None else (name(invoice, "pdf"), file(invoice, "pdf"))


def _stored(invoice_id: int, kind: str) -> bytes | None:
    query = select(InvoiceDocument.content).filter_by(invoice_id=invoice_id, kind=kind)
    return db.session.scalar(query)


def _make(invoice: Invoice, kind: str) -> bytes:
    """No transaction is open meanwhile: typesetting takes a tenth of a second."""
    if data.digest(invoice.data) != invoice.digest:
        raise Damaged(invoice.label)
    frozen = data.thawed(invoice.data)
    if kind == "pdf":
        xml = file(invoice, "xml")
        db.session.commit()
        return pdf.render(frozen, xml)
    db.session.commit()
    return cii.render(frozen) if kind == "xml" else fa3.render(frozen)


def _keep(invoice_id: int, kind: str, content: bytes) -> bytes:
    """Who made it at the same moment and was first has made the one that is kept."""
    with transaction() as session:
        if _insert(session, invoice_id, kind, content):
            if kind == "pdf":
                invoice_emails.queue(session.get_one(Invoice, invoice_id))
            return content
    first = _stored(invoice_id, kind)
    assert first is not None
    return first


def _insert(session: Session, invoice_id: int, kind: str, content: bytes) -> bool:
    row = {
        "invoice_id": invoice_id,
        "kind": kind,
        "content": content,
        "digest": hashlib.sha256(content).hexdigest(),
        "created_at": now(),
    }
    statement = upsert.insert(InvoiceDocument).values(row).on_conflict_do_nothing()
    return upsert.count(session, statement) == 1
