"""Optional parameters: tag, length, value (SMPP 3.4 section 3.2.4). Unknown ones are kept."""

from collections.abc import Mapping
from struct import pack, unpack_from

Tlvs = Mapping[int, bytes]


def write(tlvs: Tlvs) -> bytes:
    """The parameters in their order."""
    return b"".join(pack(">HH", tag, len(value)) + value for tag, value in tlvs.items())


def read(data: bytes) -> Tlvs:
    """The parameters by tag; of a repeated one the first counts.

    One that is cut off ends the list without an error: the mandatory fields before it are good,
    and some providers pad their PDUs.
    """
    parameters: dict[int, bytes] = {}
    place = 0
    while place + 4 <= len(data):
        tag, length = unpack_from(">HH", data, place)
        place += 4
        if place + length > len(data):
            break
        parameters.setdefault(tag, data[place : place + length])
        place += length
    return parameters


def number(tlvs: Tlvs, tag: int) -> int | None:
    """The value of a parameter as a number, None if it is not there."""
    value = tlvs.get(tag)
    return int.from_bytes(value) if value else None


def string(tlvs: Tlvs, tag: int) -> str:
    """The value as text without the zero that may end it; empty if it is not there."""
    return tlvs.get(tag, b"").split(b"\0", 1)[0].decode("latin-1")
