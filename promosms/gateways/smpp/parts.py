"""From a text to the bodies of its submit_sm: encoding, header, addresses."""

from collections.abc import Callable
from struct import pack
from zlib import crc32

from promosms.gateways.base import ErrorClass, GatewayError, OutboundSms
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.fields import Malformed, text
from promosms.gateways.smpp.pdus import Address
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
MOST_SENDERS = 1000
MOST_TAILS = 1000
OCTET = [bytes((number,)) for number in range(256)]


class Parts:
    """Makes the parts of texts. What the settings make equal in all of them is made once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service_type = text(settings.service_type, 6)
        self.flash = FLASH if settings.flash else 0
        coding = CODINGS[settings.alphabet] if settings.data_coding < 0 else settings.data_coding
        self.coding = coding | self.flash
        self.tails: dict[tuple[str, bool, int], bytes] = {}
        """Of texts in one part, by encoding, whether they are flash, and validity."""
        self.heads: dict[str, bytes] = {}
        """By sender."""

    def bodies(self, sms: OutboundSms) -> list[bytes]:
        """The submit_sm of each part. Raises GatewayError where the text cannot be written."""
        try:
            number = sms.phone.removeprefix("+")
            head = (self.heads.get(sms.sender) or self._head(sms.sender)) + text(number, 21)
            octets = self._alone(sms)
            if octets is not None:
                key = sms.encoding, sms.flash, sms.validity
                tail = self.tails.get(key) or self._tail_alone(*key)
                return [head + tail + OCTET[len(octets)] + octets]
            return [head + tail for tail in self._messages(sms)]
        except Malformed as problem:
            raise GatewayError(ErrorClass.PERMANENT, "malformed") from problem

    def _alone(self, sms: OutboundSms) -> bytes | None:
        """The octets of a text that fits into one part, as most do; None if it needs a look."""
        try:
            if sms.encoding == "ucs2":
                octets = ucs2(sms.text)
                return octets if len(octets) <= 140 else None
            if self.settings.alphabet is Alphabet.GSM7:
                octets = gsm7.encode(sms.text)
                return octets if len(octets) <= 160 else None
        except UnicodeEncodeError:
            return None
        return None

    def _messages(self, sms: OutboundSms) -> list[bytes]:
        """What follows the addresses in each part."""
        way = self.settings.long
        pieces = split(sms.text, 7 if way is Long.UDH16 else 6) or ("",)
        coding, octets = self._encoded(sms, pieces)
        coding |= FLASH if sms.flash else 0
        total, reference = len(octets), concat_reference(sms.our_reference)
        tail = self._tail(0, coding, sms.validity)
        if total == 1:
            return [tail + counted(octets[0])]
        if way is Long.PAYLOAD:
            whole = tlvs.write({Tag.MESSAGE_PAYLOAD: b"".join(octets)})
            return [tail + counted(b"") + whole]
        if way is Long.SAR:
            return [
                tail + counted(part) + tlvs.write(sar(reference, total, number))
                for number, part in enumerate(octets, 1)
            ]
        tail, wide = self._tail(Esm.HEADER, coding, sms.validity), way is Long.UDH16
        return [
            tail + counted(udh(reference, total, number, wide=wide) + part)
            for number, part in enumerate(octets, 1)
        ]

    def _encoded(self, sms: OutboundSms, pieces: tuple[str, ...]) -> tuple[int, list[bytes]]:
        if sms.encoding == "ucs2":
            return UCS2 | self.flash, [ucs2(piece) for piece in pieces]
        encode = ENCODERS[self.settings.alphabet]
        try:
            return self.coding, [encode(piece) for piece in pieces]
        except UnicodeEncodeError as problem:
            # Such as € where the provider reads Latin-1: as UCS-2, if it stays one part.
            if code_units(sms.text) > 70:
                raise GatewayError(ErrorClass.PERMANENT, "alphabet") from problem
            return UCS2 | self.flash, [ucs2(sms.text)]

    def _head(self, sender: str) -> bytes:
        """What stands before the number of the recipient."""
        to = bytes((self.settings.dest_ton, self.settings.dest_npi))
        head = self.service_type + self._source(sender).write(21) + to
        if len(self.heads) >= MOST_SENDERS:
            self.heads.clear()
        self.heads[sender] = head
        return head

    def _tail_alone(self, encoding: str, flash: bool, minutes: int) -> bytes:
        """The tail of texts in one part, which is then known."""
        coding = self.coding if encoding == "gsm7" else UCS2 | self.flash
        tail = self._tail(0, coding | (FLASH if flash else 0), minutes)
        if len(self.tails) >= MOST_TAILS:
            self.tails.clear()
        self.tails[encoding, flash, minutes] = tail
        return tail

    def _tail(self, esm_class: int, coding: int, minutes: int) -> bytes:
        """What stands between the number of the recipient and the length of the text.

        Protocol, priority, schedule, replacement and message of the SMSC stay 0 or empty. The
        validity is that of the settings for 0 `minutes`, and where it is left to the provider.
        """
        usual = self.settings.validity_hours * 60
        period = text(validity(minutes if minutes and usual else usual), 17)
        registered_delivery = ASKED[self.settings.receipts]
        return bytes((esm_class, 0, 0, 0)) + period + bytes((registered_delivery, 0, coding, 0))

    def _source(self, sender: str) -> Address:
        settings = self.settings
        digits = sender.removeprefix("+")
        if not digits.isdecimal():
            ton, npi = 5, 0
        elif len(digits) <= SHORT_CODE:
            ton, npi = 3, 0
        else:
            ton, npi = 1, 1
        ton = settings.source_ton if settings.source_ton >= 0 else ton
        npi = settings.source_npi if settings.source_npi >= 0 else npi
        return Address(digits if digits.isdecimal() else sender, ton, npi)


def concat_reference(our_reference: str) -> int:
    """The reference for concatenation: the same in every try."""
    return int(our_reference) if our_reference.isdecimal() else crc32(our_reference.encode())


def counted(octets: bytes) -> bytes:
    """A text with its length before it. Raises Malformed where it is too long."""
    if len(octets) > 254:
        raise Malformed("more than 254 octets of text")
    return OCTET[len(octets)] + octets


def ucs2(written: str) -> bytes:
    """UTF-16, the high octet first, without a mark of the order."""
    return written.encode("utf-16-be", "surrogatepass")


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


def validity(minutes: int) -> str:
    """A relative time (section 7.1.1), so the SMSC's clock does not matter; empty for 0."""
    hours, rest = divmod(minutes, 60)
    return f"0000{hours // 24:02}{hours % 24:02}{rest:02}00000R" if minutes else ""
