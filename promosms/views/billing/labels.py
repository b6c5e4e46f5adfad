"""Texts of the billing pages: reasons for VAT, states of orders, formatted amounts."""

from stdnum import iban as ibans

from promosms.documents.tax import TaxCase
from promosms.language import day, moment, money, percent
from promosms.language import gettext as _
from promosms.lib import countries
from promosms.models import Company, Invoice, TaxAnswer, TaxCheck, TopUp, TopUpStatus
from promosms.services.invoices import seller_days
from promosms.services.payments.top_ups import NotForSale, Quote


def rate(hundredths: int) -> str:
    """A rate in 1/100 of a percent, such as 23% or 5.5%."""
    return percent(hundredths / 100)


def why_vat(quote: Quote, company: Company, seller_country: str) -> str:
    """Why this VAT, or none, is charged."""
    if quote.case == TaxCase.OTHER_EU:
        return unconfirmed(company, quote.check)
    reasons: dict[str, str] = {
        TaxCase.DOMESTIC: _(
            "Your company and the seller are in the same country, %(country)s, so its VAT is "
            "charged.",
            country=countries.name(seller_country),
        ),
        TaxCase.REVERSE_CHARGE: _(
            "VIES, the register of the EU, has confirmed your VAT number. So no VAT is charged: "
            "you declare it yourself (reverse charge)."
        ),
        TaxCase.OUTSIDE_EU: _(
            "Your company is outside the EU, so no VAT of the EU is charged. Taxes of your own "
            "country are up to you."
        ),
        TaxCase.EXEMPT: _("The seller does not charge VAT."),
    }
    return reasons[quote.case]


def unconfirmed(company: Company, check: TaxCheck | None) -> str:
    """Why VAT is charged to a company elsewhere in the EU."""
    if not company.tax_id:
        return str(
            _("VAT is charged because your company has no VAT number of another EU country.")
        )
    reasons: dict[str, str] = {
        TaxAnswer.INVALID: _(
            "VIES, the register of the EU, says that this VAT number is not registered for trade "
            "between EU countries. So VAT is charged. Your tax office can register the number."
        ),
        TaxAnswer.UNAVAILABLE: _(
            "VIES, the register of the EU, cannot answer at the moment. That says nothing about "
            "your VAT number. VAT is charged as long as it is not confirmed: try again in a few "
            "minutes if you would like to order without."
        ),
    }
    other: str = _("VAT is charged because your VAT number has not been confirmed by VIES.")
    return reasons.get(check.answer, other) if check else other


def state(top_up: TopUp) -> tuple[str, str]:
    """The state of an order as a label and the tone of its badge."""
    if top_up.status == TopUpStatus.OPEN and top_up.paid:
        return _("A part has come"), "warn"
    return {
        TopUpStatus.OPEN: (_("Waiting for the money"), "info"),
        TopUpStatus.PAID: (_("Paid"), "good"),
        TopUpStatus.CANCELLED: (_("Cancelled"), ""),
        TopUpStatus.EXPIRED: (_("Expired"), "warn"),
    }[TopUpStatus(top_up.status)]


def not_for_sale(error: NotForSale) -> str:
    """Why nothing can be ordered now."""
    if error.why == "many":
        return str(
            _("Several orders wait for their money. Pay or cancel one of them before you order.")
        )
    return str(_("Top-ups cannot be ordered here at the moment."))


def amount_of(top_up: TopUp, units: int) -> str:
    """An amount in the currency of the order."""
    return money(units, currency=top_up.currency)


def pay_by(top_up: TopUp) -> str:
    """The last day for the money: a day of the seller, as on the pro forma."""
    return day(seller_days.day_of(top_up.expires_at))


def credited_at(top_up: TopUp, invoice: Invoice | None) -> str:
    """When the credit came: a transfer is paid on a day of the bank, and booked later."""
    return moment(invoice.created_at if invoice else top_up.paid_at)


def country(code: str) -> str:
    """The name of a country."""
    return countries.name(code)


def iban(account: str) -> str:
    """An account number in groups of four."""
    return str(ibans.format(account))
