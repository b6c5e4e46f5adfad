"""What a command_status means for a text: try later, slower, never (SMPP 3.4 section 5.1.3)."""

from collections.abc import Mapping

from promosms.gateways.base import GatewayError, Trouble
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
"""The session is at fault, not the text: bind anew and send it again."""
PERMANENT = {
    0x01: "invalid_length",
    0x0A: "invalid_sender",
    0x0B: "invalid_number",
    0x15: "invalid_service_type",
    0x33: "invalid_number",
    0x34: "invalid_number",
    0x48: "invalid_sender_ton",
    0x49: "invalid_sender_npi",
    0x50: "invalid_number_ton",
    0x51: "invalid_number_npi",
    0x61: "invalid_schedule",
    0x62: "invalid_validity",
    0x65: "rejected",
    0x66: "rejected",
}
CREDENTIALS = frozenset(
    (Status.INVALID_PASSWORD, Status.INVALID_SYSTEM_ID, Status.INVALID_SYSTEM_TYPE)
)
"""Trying again would not help, and some providers lock who tries often."""

_REASONS = TEMPORARY | THROTTLED | SESSION | PERMANENT


def refusal(status: int, own: Mapping[int, Trouble]) -> GatewayError:
    """The error for a text that was refused; `own` is the provider's map and goes first.

    What nobody has explained, as most of the vendors' range 0x400 to 0x4FF, is permanent: the
    text would be refused again.
    """
    return GatewayError(own.get(status) or _trouble(status), reason(status))


def reason(status: int) -> str:
    """A short code for people's words."""
    return _REASONS.get(status, f"status_0x{status:x}")


def _trouble(status: int) -> Trouble:
    if status in THROTTLED:
        return Trouble.THROTTLED
    return Trouble.TEMPORARY if status in TEMPORARY or status in SESSION else Trouble.PERMANENT
