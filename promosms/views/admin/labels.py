"""Labels of the admin pages: states, kinds and codes in words, some with the tone of a badge."""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from promosms.documents.tax import TaxCase
from promosms.language import day, gettext, percent
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.models import (
    AdjustmentStatus,
    Message,
    MessageStatus,
    PaymentKind,
    PayMethod,
    SenderStatus,
    TopUpStatus,
)
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import seller_days
from promosms.services.payments.top_up_search import TopUpRow
from promosms.settings import settings
from promosms.sms.senders.protected import Kind

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
MESSAGE_ID_FORMATS = {
    "same": _("the same in answers and receipts"),
    "resp_hex_dlr_dec": _("hexadecimal in answers, decimal in receipts"),
    "resp_dec_dlr_hex": _("decimal in answers, hexadecimal in receipts"),
}
TOP_UP_STATES = {
    TopUpStatus.OPEN: (_("Waiting"), "info"),
    TopUpStatus.PAID: (_("Paid"), "good"),
    TopUpStatus.CANCELLED: (_("Cancelled"), ""),
    TopUpStatus.EXPIRED: (_("Expired"), ""),
}
METHODS = {PayMethod.TRANSFER: _("Bank transfer"), PayMethod.CARD: _("Card")}
PROVIDERS = {
    "transfer": _("Bank transfer"),
    "stripe": _("Card"),
    "overpayment": _("Overpayment of another order"),
}
KINDS = {
    PaymentKind.RECEIPT: _("Received"),
    PaymentKind.REFUND: _("Refund"),
    PaymentKind.DISPUTE: _("Disputed"),
    PaymentKind.DISPUTE_WON: _("Dispute won"),
}
SENDERS = {
    SenderStatus.REQUESTED: (_("Waiting"), "info"),
    SenderStatus.APPROVED: (_("Approved"), "good"),
    SenderStatus.REFUSED: (_("Refused"), "bad"),
    SenderStatus.REVOKED: (_("Taken back"), "bad"),
}
HELD = {
    Kind.AUTHORITY: _("an authority"),
    Kind.BANK: _("a bank"),
    Kind.EMERGENCY: _("an emergency service"),
    Kind.OPERATOR: _("a mobile operator"),
    Kind.COURIER: _("a courier"),
    Kind.BRAND: _("a well-known brand"),
    Kind.GENERIC: _("a common word"),
}
DECISIONS = {
    AdjustmentStatus.WAITING: (_("Waiting"), "info"),
    AdjustmentStatus.DONE: (_("Agreed and booked"), "good"),
    AdjustmentStatus.REFUSED: (_("Refused"), "bad"),
    AdjustmentStatus.WITHDRAWN: (_("Withdrawn"), ""),
}


def outcome(message: Message) -> tuple[object, str]:
    """The outcome of a test text as a label and a tone."""
    other = (_("Not confirmed"), "warn")
    return OUTCOMES.get(MessageStatus(message.status), other)


def message_id_format(code: str) -> object:
    """How a provider writes message ids; "" while nobody knows."""
    return MESSAGE_ID_FORMATS.get(code, code)


def country_names(codes: list[str]) -> str:
    """Countries by name, or all of them."""
    named = [name for _code, name in countries.names(set(codes))]
    return ", ".join(named) or gettext("all countries")


def chosen(choices: type[Choice], typed: str | None, default: Choice) -> Choice:
    """The choice that the address names, else the default."""
    return choices(typed) if typed in set(choices) else default


def currency() -> str:
    """The currency of this installation."""
    return settings.currency


def top_up_state(row: TopUpRow) -> tuple[object, str]:
    """The state of a top-up as a label and a tone; what needs an admin comes first."""
    if row.overpayment:
        return _("Paid too much"), "warn"
    if row.top_up.status == TopUpStatus.OPEN and row.top_up.paid:
        return _("Paid in part"), "warn"
    return TOP_UP_STATES[TopUpStatus(row.top_up.status)]


def seller_day(moment: datetime) -> str:
    """The day of a payment where the seller is: admins read times in a zone of their own."""
    return day(seller_days.day_of(moment))


def tax(tax_case: str, rate: int) -> str:
    """The VAT as a label: "19%", or "0%, Reverse charge"."""
    share = percent(rate / 100)
    return (
        share
        if tax_case == TaxCase.DOMESTIC
        else f"{share}, {invoice_export.cases()[TaxCase(tax_case)]}"
    )
