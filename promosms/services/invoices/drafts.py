"""What stands on an invoice or a credit note, before it is numbered.

The frozen copy names no account and no user: only what art. 226 of the VAT Directive asks for.
"""

from dataclasses import replace

from promosms.documents import data
from promosms.documents.data import InvoiceData, InvoiceLine, Original, Party
from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.models import Invoice, InvoiceKind, Payment, TaxAnswer, TaxCheck, TopUp, now
from promosms.services.invoices import seller, seller_days
from promosms.settings import settings

BUYER = ("name", "street", "postcode", "city", "country", "tax_id")
"""What of the company stands on the invoice; its e-mail address does not have to, and goes."""


class NoSeller(Exception):
    """Nobody is named who could issue an invoice."""


def of_top_up(top_up: TopUp, payment: Payment | None) -> InvoiceData:
    """The invoice of a paid top-up, but for number and day of issue, which come last.

    Supplied is on the day of the payment. Raises NoSeller.
    """
    paid_at = (payment.paid_at if payment else None) or top_up.paid_at or now()
    paid_on = seller_days.day_of(paid_at)
    who = seller.seller()
    if who is None:
        raise NoSeller
    with force_locale(top_up.language):
        text = str(_("SMS credit, prepaid"))
    return InvoiceData(
        kind=InvoiceKind.INVOICE,
        label="",
        issued_on=paid_on,
        supplied_on=paid_on,
        due_on=None,
        language=top_up.language,
        currency=top_up.currency,
        seller=_seller(who),
        buyer=Party(**{name: top_up.buyer.get(name, "") for name in BUYER}),
        lines=(InvoiceLine(text, 1, top_up.net, top_up.net),),
        tax_case=top_up.tax_case,
        rate=top_up.rate,
        net=top_up.net,
        tax=top_up.tax,
        gross=top_up.gross,
        paid=top_up.gross,
        method=top_up.method,
        reference=top_up.reference,
        consultation=_consultation(top_up),
        specimen=who.specimen,
        logo=settings.operator_logo,
    )


def correction(
    original: Invoice, net: int, tax: int, reason: str, before: tuple[int, int]
) -> InvoiceData:
    """The frozen copy of an invoice, turned round for a part of its amounts (1/10,000).

    `before` are the net and gross amounts that earlier credit notes have left of it.
    """
    was = data.thawed(original.data)
    with force_locale(was.language):
        why = reason or str(_("The payment went back to the payer."))
    line = replace(was.lines[0], quantity=-1, price=net, net=-net)
    return replace(
        was,
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


def _seller(who: seller.Seller) -> Party:
    return Party(
        name=who.name,
        street=who.street,
        postcode=who.postcode,
        city=who.city,
        country=who.country,
        tax_id=who.tax_id,
        email=who.email,
        iban=who.iban,
        bic=who.bic,
        bank=who.bank,
    )


def _consultation(top_up: TopUp) -> str:
    if top_up.tax_case != TaxCase.REVERSE_CHARGE or top_up.tax_check_id is None:
        return ""
    check = db.session.get(TaxCheck, top_up.tax_check_id)
    return check.consultation if check and check.answer == TaxAnswer.VALID else ""
