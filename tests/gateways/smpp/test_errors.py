"""What each command_status means for a text."""

import pytest

from promosms.gateways.base import ErrorClass
from promosms.gateways.smpp.errors import Meaning, refusal

# As the specification and the practice of providers have it. The session's own troubles leave
# the text alone; what only our settings can cause blames the gateway and not the list.
MEANING = {
    ErrorClass.THROTTLED: {0x14: "queue_full", 0x58: "throttled"},
    ErrorClass.TEMPORARY: {
        0x02: "invalid_command_length",
        0x03: "invalid_command",
        0x04: "not_bound",
        0x05: "already_bound",
        0x08: "system_error",
        0x0D: "bind_failed",
        0x0E: "invalid_password",
        0x0F: "invalid_system_id",
        0x45: "submit_failed",
        0x53: "invalid_system_type",
        0x64: "try_again",
        0xFE: "delivery_failure",
        0xFF: "unknown_error",
    },
    ErrorClass.SETTINGS: {
        0x07: "invalid_registered",
        0x0A: "invalid_sender",
        0x15: "invalid_service_type",
        0x43: "invalid_esm_class",
        0x48: "invalid_sender_ton",
        0x49: "invalid_sender_npi",
        0xC1: "parameter_not_allowed",
    },
    ErrorClass.PERMANENT: {
        0x01: "invalid_length",
        0x0B: "invalid_number",
        0x33: "invalid_number",
        0x34: "invalid_number",
        0x40: "invalid_number",
        0x42: "invalid_submission",
        0x44: "invalid_number",
        0x50: "invalid_number_ton",
        0x51: "invalid_number_npi",
        0x61: "invalid_schedule",
        0x62: "invalid_validity",
        0x63: "invalid_submission",
        0x65: "rejected",
        0x66: "rejected",
        0xC0: "invalid_parameters",
        0xC2: "invalid_parameters",
        0xC3: "invalid_parameters",
        0xC4: "invalid_parameters",
        0x400: "status_0x400",
        0x4FF: "status_0x4ff",
        0xFFFFFFFF: "status_0xffffffff",
    },
}


@pytest.mark.parametrize(
    ("status", "error_class", "reason"),
    [
        (status, error_class, reason)
        for error_class, group in MEANING.items()
        for status, reason in group.items()
    ],
)
def test_each_status_has_its_error_class(status: int, error_class: ErrorClass, reason: str) -> None:
    error = refusal(status, {})
    assert (error.error_class, error.reason, error.opted_out) == (error_class, reason, False)
    assert len(error.reason) <= 24


@pytest.mark.parametrize(
    ("meaning", "error_class", "reason", "opted_out"),
    [
        ("temporary", ErrorClass.TEMPORARY, "status_0x402", False),
        ("throttled", ErrorClass.THROTTLED, "status_0x402", False),
        ("permanent", ErrorClass.PERMANENT, "status_0x402", False),
        ("unknown", ErrorClass.UNKNOWN, "status_0x402", False),
        ("settings", ErrorClass.SETTINGS, "status_0x402", False),
        ("no_credit", ErrorClass.SETTINGS, "no_credit", False),
        ("opted_out", ErrorClass.PERMANENT, "opted_out", True),
    ],
)
def test_an_operator_may_say_what_a_code_means(
    meaning: str, error_class: ErrorClass, reason: str, opted_out: bool
) -> None:
    error = refusal(0x402, {0x402: Meaning(meaning)})
    assert (error.error_class, error.reason, error.opted_out) == (error_class, reason, opted_out)


def test_the_map_of_the_provider_goes_first() -> None:
    assert refusal(0x0B, {0x0B: Meaning.TEMPORARY}).error_class is ErrorClass.TEMPORARY
    assert refusal(0x0C, {0x0B: Meaning.TEMPORARY}).error_class is ErrorClass.PERMANENT
