"""Words of the administration for what became of a test, and for what stands in codes."""

from enum import StrEnum
from typing import TypeVar

from promosms.documents.tax import TaxCase
from promosms.language import gettext, number
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.models import (
    AdjustmentStatus,
    Message,
    MessageStatus,
    PaymentKind,
    PayMethod,
    TopUpStatus,
)
from promosms.services.invoices import export as invoice_export
from promosms.services.payments.all_top_ups import Order
from promosms.settings import settings

Choice = TypeVar("Choice", bound=StrEnum)

OUTCOMES = {
    MessageStatus.QUEUED: (_("Waiting"), "info"),
    MessageStatus.SENDING: (_("On its way"), "info"),
    MessageStatus.SENT: (_("Taken by the provider"), "info"),
    MessageStatus.DELIVERED: (_("Delivered"), "good"),
    MessageStatus.UNDELIVERED: (_("Not delivered"), "bad"),
    MessageStatus.EXPIRED: (_("Not delivered"), "bad"),
    MessageStatus.FAILED: (_("Refused"), "bad"),
}
IDS = {
    "same": _("the same in answers and receipts"),
    "resp_hex_dlr_dec": _("hexadecimal in answers, decimal in receipts"),
    "resp_dec_dlr_hex": _("decimal in answers, hexadecimal in receipts"),
}
ORDER_STATES = {
    TopUpStatus.OPEN: (_("Waiting"), "info"),
    TopUpStatus.PAID: (_("Paid"), "good"),
    TopUpStatus.CANCELLED: (_("Cancelled"), ""),
    TopUpStatus.EXPIRED: (_("Expired"), ""),
}
METHODS = {PayMethod.TRANSFER: _("Bank transfer"), PayMethod.CARD: _("Card")}
PROVIDERS = {
    "transfer": _("Bank transfer"),
    "stripe": _("Card"),
    "surplus": _("Surplus of another order"),
}
KINDS = {
    PaymentKind.RECEIPT: _("Received"),
    PaymentKind.REFUND: _("Refund"),
    PaymentKind.DISPUTE: _("Disputed"),
    PaymentKind.DISPUTE_WON: _("Dispute won"),
}
DECISIONS = {
    AdjustmentStatus.WAITING: (_("Waiting"), "info"),
    AdjustmentStatus.DONE: (_("Agreed and booked"), "good"),
    AdjustmentStatus.REFUSED: (_("Refused"), "bad"),
    AdjustmentStatus.WITHDRAWN: (_("Withdrawn"), ""),
}


def outcome(message: Message) -> tuple[object, str]:
    """What became of a test, in a word or two and a tone."""
    other = (_("Not confirmed"), "warn")
    return OUTCOMES.get(MessageStatus(message.status), other)


def ids(code: str) -> object:
    """How a provider writes message ids; "" while nobody knows."""
    return IDS.get(code, code)


def country_names(codes: list[str]) -> str:
    """Countries by name, or all of them."""
    named = [name for _code, name in countries.names(set(codes))]
    return ", ".join(named) or gettext("all countries")


def chosen(choices: type[Choice], typed: str | None, default: Choice) -> Choice:
    """What the address asks for, if there is such a thing."""
    return choices(typed) if typed in set(choices) else default


def currency() -> str:
    """The currency in which this installation takes money."""
    return settings.currency


def order_state(order: Order) -> tuple[object, str]:
    """The status of an order and its tone; what an admin has to see to comes first."""
    if order.surplus:
        return _("Paid too much"), "bad"
    if order.top_up.status == TopUpStatus.OPEN and order.top_up.paid:
        return _("Paid in part"), "warn"
    return ORDER_STATES[TopUpStatus(order.top_up.status)]


def tax(tax_case: str, rate: int) -> str:
    """VAT in words: 19 %, or 0 %, reverse charge."""
    percent = f"{number(rate / 100)}\N{NO-BREAK SPACE}%"
    return (
        percent
        if tax_case == TaxCase.DOMESTIC
        else f"{percent}, {invoice_export.cases()[TaxCase(tax_case)]}"
    )
