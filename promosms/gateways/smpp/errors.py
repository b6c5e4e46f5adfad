"""What a command_status means for a text: try later, slower, never (SMPP 3.4 section 5.1.3)."""

from collections.abc import Mapping
from enum import StrEnum

from promosms.gateways.base import ErrorClass, GatewayError
from promosms.gateways.smpp.codes import Status

TEMPORARY = {
    0x08: "system_error",
    0x45: "submit_failed",
    0x64: "try_again",
    0xFE: "delivery_failure",
    0xFF: "unknown_error",
}
THROTTLED = {0x14: "queue_full", 0x58: "throttled"}
SESSION = {
    0x02: "invalid_command_length",
    0x03: "invalid_command",
    0x04: "not_bound",
    0x05: "already_bound",
    0x0D: "bind_failed",
    0x0E: "invalid_password",
    0x0F: "invalid_system_id",
    0x53: "invalid_system_type",
}
"""The session is at fault, not the text: bind again and repeat the text."""
SETTINGS = {
    0x07: "invalid_registered",
    0x0A: "invalid_sender",
    0x15: "invalid_service_type",
    0x43: "invalid_esm_class",
    0x48: "invalid_sender_ton",
    0x49: "invalid_sender_npi",
    0xC1: "parameter_not_allowed",
}
"""Fields that come from our settings: every text would be refused."""
PERMANENT = {
    0x01: "invalid_length",
    0x06: "invalid_priority",
    0x0B: "invalid_number",
    0x33: "invalid_number",
    0x34: "invalid_number",
    0x40: "invalid_number",
    0x42: "invalid_submission",
    0x44: "invalid_number",
    0x50: "invalid_number_ton",
    0x51: "invalid_number_npi",
    0x54: "invalid_submission",
    0x55: "invalid_submission",
    0x61: "invalid_schedule",
    0x62: "invalid_validity",
    0x63: "invalid_submission",
    0x65: "rejected",
    0x66: "rejected",
    0xC0: "invalid_parameters",
    0xC2: "invalid_parameters",
    0xC3: "invalid_parameters",
    0xC4: "invalid_parameters",
}
CREDENTIALS = frozenset(
    (Status.INVALID_PASSWORD, Status.INVALID_SYSTEM_ID, Status.INVALID_SYSTEM_TYPE)
)
"""Trying again would not help, and some providers lock an account after many tries."""


class Meaning(StrEnum):
    """What an operator may set for a code: an error class, or one of two reasons.

    NO_CREDIT stops the gateway (SETTINGS), OPTED_OUT is about this recipient (PERMANENT).
    """

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    SETTINGS = "settings"
    NO_CREDIT = "no_credit"
    OPTED_OUT = "opted_out"


_BY_ERROR_CLASS = {
    ErrorClass.TEMPORARY: TEMPORARY | SESSION,
    ErrorClass.THROTTLED: THROTTLED,
    ErrorClass.SETTINGS: SETTINGS,
    ErrorClass.PERMANENT: PERMANENT,
}
_ERROR_CLASSES = {
    status: error_class for error_class, group in _BY_ERROR_CLASS.items() for status in group
}
_REASONS = {
    status: reason for group in _BY_ERROR_CLASS.values() for status, reason in group.items()
}


def refusal(status: int, overrides: Mapping[int, Meaning]) -> GatewayError:
    """The error for a text that was refused; `overrides` is the provider's own map and goes first.

    Codes without a known meaning, such as most of the vendors' range 0x400 to 0x4FF, are
    permanent.
    """
    meaning = overrides.get(status)
    if meaning is Meaning.NO_CREDIT:
        return GatewayError(ErrorClass.SETTINGS, meaning.value)
    if meaning is Meaning.OPTED_OUT:
        return GatewayError(ErrorClass.PERMANENT, meaning.value, opted_out=True)
    error_class = (
        ErrorClass(meaning) if meaning else _ERROR_CLASSES.get(status, ErrorClass.PERMANENT)
    )
    return GatewayError(error_class, reason(status))


def reason(status: int) -> str:
    """A short code that pages translate."""
    return _REASONS.get(status, f"status_0x{status:x}")
