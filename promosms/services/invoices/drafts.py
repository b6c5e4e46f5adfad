"""The content of invoices, credit notes and pro formas before they are numbered.

The frozen copy names no account and no user, only what art. 226 of the VAT Directive demands.
"""

from dataclasses import asdict, replace
from datetime import date

from promosms.documents import data
from promosms.documents.data import InvoiceData, InvoiceLine, Original, Party
from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.models import Invoice, InvoiceKind, Payment, TaxAnswer, TaxCheck, TopUp, now
from promosms.services.invoices import seller as sellers
from promosms.services.invoices import seller_days
from promosms.settings import settings

# The e-mail address of the company is not copied: an invoice does not have to show it.
BUYER_FIELDS = ("name", "street", "postcode", "city", "country", "tax_id")


class NoSeller(Exception):
    """The settings name nobody who could issue an invoice."""


def of_top_up(top_up: TopUp, payment: Payment | None) -> InvoiceData:
    """The invoice of a paid top-up; number and day of issue are set when it is stored.

    The day of supply is the day of the payment. Raises NoSeller.
    """
    paid_at = (payment.paid_at if payment else None) or top_up.paid_at or now()
    paid_on = seller_days.day_of(paid_at)
    return replace(
        _document(top_up, paid_on),
        kind=InvoiceKind.INVOICE,
        label="",
        paid=top_up.gross,
    )


def pro_forma(top_up: TopUp) -> InvoiceData:
    """The pro forma of a top-up; raises NoSeller."""
    document = _document(top_up, seller_days.day_of(top_up.created_at))
    return replace(document, due_on=seller_days.day_of(top_up.expires_at))


def correction(
    original: Invoice, net: int, tax: int, reason: str, before: tuple[int, int]
) -> InvoiceData:
    """A credit note: the frozen copy of the invoice with negative amounts (in 1/10,000).

    `before` are the net and gross amounts of the invoice less its earlier credit notes.
    """
    invoice = data.thawed(original.data)
    with force_locale(invoice.language):
        why = reason or str(_("The payment went back to the payer."))
    line = replace(invoice.lines[0], quantity=-1, price=net, net=-net)
    return replace(
        invoice,
        kind=InvoiceKind.CREDIT_NOTE,
        supplied_on=seller_days.day_of(now()),
        due_on=None,
        lines=(line,),
        net=-net,
        tax=-tax,
        gross=-net - tax,
        paid=-net - tax,
        original=Original(
            original.label,
            original.issued_on,
            why,
            before[0],
            before[1] - before[0],
            before[1],
        ),
    )


def _document(top_up: TopUp, day: date) -> InvoiceData:
    """What the invoice and the pro forma of a top-up have in common."""
    seller = sellers.seller()
    if seller is None:
        raise NoSeller
    with force_locale(top_up.language):
        text = str(_("SMS credit, prepaid"))
    return InvoiceData(
        kind="pro_forma",
        label=top_up.number,
        issued_on=day,
        supplied_on=day,
        due_on=None,
        language=top_up.language,
        currency=top_up.currency,
        seller=_party(seller),
        buyer=Party(**{name: top_up.buyer.get(name, "") for name in BUYER_FIELDS}),
        lines=(InvoiceLine(text, 1, top_up.net, top_up.net),),
        tax_case=top_up.tax_case,
        rate=top_up.rate,
        net=top_up.net,
        tax=top_up.tax,
        gross=top_up.gross,
        paid=top_up.paid,
        method=top_up.method,
        reference=top_up.reference,
        consultation=_consultation(top_up),
        specimen=seller.specimen,
        logo=settings.operator_logo,
    )


def _party(seller: sellers.Seller) -> Party:
    fields = asdict(seller)
    return Party(**{name: fields[name] for name in Party.__dataclass_fields__})


def _consultation(top_up: TopUp) -> str:
    if top_up.tax_case != TaxCase.REVERSE_CHARGE or top_up.tax_check_id is None:
        return ""
    check = db.session.get(TaxCheck, top_up.tax_check_id)
    return check.consultation if check and check.answer == TaxAnswer.VALID else ""
