"""Replies, decoded. Parts of long ones are put together after they are stored."""

import re
from typing import NamedTuple

from promosms.gateways import addresses
from promosms.gateways.base import Inbound
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.parts import UCS2
from promosms.gateways.smpp.pdus import Address, Delivered
from promosms.gateways.smpp.settings import Alphabet
from promosms.sms import gsm7

CODECS = {
    2: "latin-1",
    4: "latin-1",
    5: "shift_jis",
    6: "iso8859-5",
    7: "iso8859-8",
    10: "iso2022_jp",
    13: "euc_jp",
    14: "euc_kr",
}
"""By data_coding (section 5.2.19); of 0, 1, 3 and all others see below."""
_LONE = re.compile("[\ud800-\udfff]")


class Piece(NamedTuple):
    """The octets of a text or of one part of it, and where the part belongs."""

    coding: int
    octets: bytes
    reference: int = 0
    total: int = 1
    number: int = 1


def piece(delivered: Delivered) -> Piece:
    """Read the header or the optional parameters that join parts (3GPP TS 23.040 9.2.3.24)."""
    octets, coding = delivered.octets, delivered.data_coding
    if delivered.esm_class & Esm.HEADER and octets:
        end = 1 + octets[0]
        return _placed(coding, octets[end:], *_concat_fields(octets[1:end]))
    parameters = delivered.tlvs
    numbers = [
        tlvs.number(parameters, tag) for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER)
    ]
    return _placed(coding, octets, *(number or 0 for number in numbers))


def _placed(coding: int, octets: bytes, reference: int, total: int, number: int) -> Piece:
    sensible = 1 <= number <= total > 1
    return Piece(coding, octets, reference, total, number) if sensible else Piece(coding, octets)


def _concat_fields(header: bytes) -> tuple[int, int, int]:
    """Reference, total and number from the elements of a header."""
    while len(header) >= 2:
        element, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if (element, len(value)) in ((0, 3), (8, 4)):
            return int.from_bytes(value[:-2]), value[-2], value[-1]
    return 0, 0, 0


def decoded(part: Piece, default: Alphabet) -> str:
    """The text of a piece. A half of a character that is cut between two parts stays."""
    # PostgreSQL refuses a zero, and the SMSC would repeat it for ever. For the escape see below.
    text = re.sub("[\0\x1b]", "", _decoded(part.coding, part.octets, default))
    cut = part.number < part.total and part.octets.endswith(gsm7.ESCAPE.encode())
    if cut and _septets(part.coding, part.octets, default):
        text = text[:-1] + gsm7.ESCAPE  # what it makes of the next character is not known yet
    return _LONE.sub(lambda half: half[0] if _is_cut(part, half, text) else "\ufffd", text)


def _is_cut(part: Piece, half: re.Match[str], text: str) -> bool:
    """Is the other half of a surrogate pair in the part before or after?"""
    if half[0] < "\udc00":
        return half.end() == len(text) and part.number < part.total
    return half.start() == 0 and part.number > 1


def _decoded(coding: int, octets: bytes, default: Alphabet) -> str:
    coding = _alphabet(coding)
    if coding == UCS2:
        whole = octets[: len(octets) // 2 * 2]
        return whole.decode("utf-16-be", "surrogatepass") + "\ufffd" * (len(octets) % 2)
    if coding in CODECS:
        return octets.decode(CODECS[coding], "replace")
    if _septets(coding, octets, default):
        return gsm7.decode(octets)
    return octets.decode("latin-1")


def _septets(coding: int, octets: bytes, default: Alphabet) -> bool:
    return _alphabet(coding) == 0 and default is Alphabet.GSM7 and octets.isascii()


def _alphabet(coding: int) -> int:
    """With a message class bits 3 and 2 tell the alphabet (3GPP TS 23.038 section 4)."""
    if coding < 0x10:
        return coding
    return {0: 0, 4: 4, 8: UCS2}.get(coding & 0x0C if coding < 0xC0 else coding & 0x04, 0)


def number_of(address: Address, country: str = "") -> str:
    """A number as we write it: in E.164, if it can be read; `country` is that of the gateway."""
    return addresses.number(address.value, address.ton, country)


def inbound(delivered: Delivered, default: Alphabet, country: str = "") -> Inbound:
    """The reply in a delivery. Only replies with an id can be recognised when repeated.

    Each part of a long text is a reply of its own, which is stored and acknowledged on arrival.
    """
    part = piece(delivered)
    name = tlvs.string(delivered.tlvs, Tag.RECEIPTED_MESSAGE_ID)[:64]
    phone, address = addresses.sender(delivered.source.value, delivered.source.ton, country)
    number = number_of(delivered.destination, country)
    text = decoded(part, default)
    if part.total == 1:
        return Inbound(name, phone, number, text, address=address)
    concat_ref = f"{phone}:{number}:{part.reference}:{part.total}"
    return Inbound(name, phone, number, text, concat_ref, part.number, part.total, address)
