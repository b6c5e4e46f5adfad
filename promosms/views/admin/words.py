"""Words of the administration for what became of a test, and for what stands in codes."""

from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import Message, MessageStatus
from promosms.services import countries

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
