"""From a text to the bodies of its submit_sm: encoding, header, addresses."""

import random
from collections.abc import Callable, Iterator
from itertools import count
from struct import pack

from promosms.gateways.base import GatewayError, OutboundSms, Trouble
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.pdus import Address, ShortMessage
from promosms.gateways.smpp.settings import Alphabet, Long, Receipts, Settings
from promosms.gateways.smpp.tlvs import Tlvs
from promosms.sms import gsm7
from promosms.sms.segments import code_units, split

UCS2 = 8
FLASH = 0x10
CODINGS = {Alphabet.GSM7: 0, Alphabet.ASCII: 1, Alphabet.LATIN1: 3}
ENCODERS: dict[Alphabet, Callable[[str], bytes]] = {
    Alphabet.GSM7: gsm7.encode,
    Alphabet.ASCII: lambda text: text.encode("ascii"),
    Alphabet.LATIN1: lambda text: text.encode("latin-1"),
}
ASKED = {Receipts.ALL: 1, Receipts.FAILURES: 2, Receipts.NONE: 0}
SHORT_CODE = 8
"""Numbers of up to so many digits are short codes."""


class Parts:
    """Makes the parts of texts; counts the references that join them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.validity = validity(settings.validity_hours)
        # Not from 1: parts of the time before a restart may still be on their way.
        self.references = count(random.randrange(0x10000))

    def bodies(self, sms: OutboundSms) -> list[bytes]:
        """The submit_sm of each part. Raises GatewayError where the text cannot be written."""
        try:
            source, destination = self._source(sms.sender), self._destination(sms.phone)
            return [
                ShortMessage(
                    source,
                    destination,
                    message,
                    service_type=self.settings.service_type,
                    esm_class=esm_class,
                    validity=self.validity,
                    registered_delivery=ASKED[self.settings.receipts],
                    data_coding=coding,
                    tlvs=given,
                ).write()
                for message, esm_class, coding, given in self._messages(sms)
            ]
        except Malformed as problem:
            raise GatewayError(Trouble.PERMANENT, "malformed") from problem

    def _messages(self, sms: OutboundSms) -> Iterator[tuple[bytes, int, int, Tlvs]]:
        """Octets, esm_class, data_coding and optional parameters of each part."""
        way = self.settings.long
        pieces = split(sms.text, 7 if way is Long.UDH16 else 6) or ("",)
        coding, octets = self._encoded(sms, pieces)
        if len(octets) == 1:
            yield octets[0], 0, coding, {}
        elif way is Long.PAYLOAD:
            yield b"", 0, coding, {Tag.MESSAGE_PAYLOAD: b"".join(octets)}
        else:
            reference = next(self.references)
            for number, part in enumerate(octets, 1):
                if way is Long.SAR:
                    yield part, 0, coding, sar(reference, len(octets), number)
                else:
                    joined = udh(reference, len(octets), number, wide=way is Long.UDH16)
                    yield joined + part, Esm.HEADER, coding, {}

    def _encoded(self, sms: OutboundSms, pieces: tuple[str, ...]) -> tuple[int, list[bytes]]:
        given = self.settings
        flash = FLASH if given.flash else 0
        if sms.encoding == "ucs2":
            return UCS2 | flash, [ucs2(piece) for piece in pieces]
        coding = CODINGS[given.alphabet] if given.data_coding < 0 else given.data_coding
        encode = ENCODERS[given.alphabet]
        try:
            return coding | flash, [encode(piece) for piece in pieces]
        except UnicodeEncodeError as problem:
            # Such as € where the provider reads Latin-1: as UCS-2, if it stays one part.
            if code_units(sms.text) > 70:
                raise GatewayError(Trouble.PERMANENT, "alphabet") from problem
            return UCS2 | flash, [ucs2(sms.text)]

    def _source(self, sender: str) -> Address:
        given = self.settings
        digits = sender.removeprefix("+")
        if not digits.isdecimal():
            ton, npi = 5, 0
        elif len(digits) <= SHORT_CODE:
            ton, npi = 3, 0
        else:
            ton, npi = 1, 1
        ton = given.source_ton if given.source_ton >= 0 else ton
        npi = given.source_npi if given.source_npi >= 0 else npi
        return Address(digits if digits.isdecimal() else sender, ton, npi)

    def _destination(self, phone: str) -> Address:
        return Address(phone.removeprefix("+"), self.settings.dest_ton, self.settings.dest_npi)


def ucs2(text: str) -> bytes:
    """UTF-16, the high octet first, without a mark of the order."""
    return text.encode("utf-16-be", "surrogatepass")


def udh(reference: int, total: int, number: int, *, wide: bool = False) -> bytes:
    """The header that joins parts, with a reference of 8 or 16 bits (3GPP TS 23.040 9.2.3.24)."""
    if wide:
        return pack(">BBBHBB", 6, 8, 4, reference & 0xFFFF, total, number)
    return bytes((5, 0, 3, reference & 0xFF, total, number))


def sar(reference: int, total: int, number: int) -> Tlvs:
    """The optional parameters that join parts (sections 5.3.2.22 to 5.3.2.24)."""
    return {
        Tag.SAR_REFERENCE: pack(">H", reference & 0xFFFF),
        Tag.SAR_TOTAL: bytes((total,)),
        Tag.SAR_NUMBER: bytes((number,)),
    }


def validity(hours: int) -> str:
    """A relative time (section 7.1.1), so the SMSC's clock does not matter; empty for 0."""
    return f"0000{hours // 24:02}{hours % 24:02}0000000R" if hours else ""
