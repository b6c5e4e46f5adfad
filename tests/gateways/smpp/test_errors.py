"""What each command_status means for a text."""

import pytest

from promosms.gateways.base import Trouble
from promosms.gateways.smpp.errors import refusal

TEMPORARY, PERMANENT, THROTTLED = Trouble.TEMPORARY, Trouble.PERMANENT, Trouble.THROTTLED
MEANING = {
    THROTTLED: [0x14, 0x58],
    TEMPORARY: [0x02, 0x03, 0x04, 0x05, 0x08, 0x0D, 0x0E, 0x0F, 0x45, 0x53, 0x64, 0xFE, 0xFF],
    PERMANENT: [
        *(0x01, 0x0A, 0x0B, 0x15, 0x33, 0x34, 0x40, 0x42, 0x43, 0x44, 0x48, 0x49, 0x50, 0x51),
        *(0x61, 0x62, 0x63, 0x65, 0x66, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0x400, 0x4FF, 0xFFFFFFFF),
    ],
}


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(status, trouble) for trouble, statuses in MEANING.items() for status in statuses],
)
def test_it_helps_to_try_again_or_not(status: int, trouble: Trouble) -> None:
    error = refusal(status, {})
    assert error.trouble is trouble
    assert 0 < len(error.reason) <= 24


def test_the_map_of_the_provider_goes_first() -> None:
    own = {0x0B: TEMPORARY, 0x401: THROTTLED}
    assert refusal(0x0B, own).trouble is TEMPORARY
    assert refusal(0x401, own).trouble is THROTTLED
    assert refusal(0x402, own).trouble is PERMANENT
