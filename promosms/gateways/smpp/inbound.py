"""Texts of recipients: decoded, and put together where they came in parts."""

import re
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from promosms.gateways.base import Inbound
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.parts import UCS2
from promosms.gateways.smpp.pdus import Address, Delivered
from promosms.gateways.smpp.settings import Alphabet
from promosms.sms import gsm7

NATIONAL = (2, 3, 5, 6)
"""Types of number that are not international: national, network, name, short."""
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
KEPT_SECONDS = 600.0
"""How long parts that were shown incomplete are kept for those still missing."""
GROUPS = 1000

Delivery = TypeVar("Delivery")


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
        return _placed(coding, octets[end:], *_joined(octets[1:end]))
    given = delivered.tlvs
    numbers = [
        tlvs.number(given, tag) for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER)
    ]
    return _placed(coding, octets, *(number or 0 for number in numbers))


def _placed(coding: int, octets: bytes, reference: int, total: int, number: int) -> Piece:
    sensible = 1 <= number <= total > 1
    return Piece(coding, octets, reference, total, number) if sensible else Piece(coding, octets)


def _joined(header: bytes) -> tuple[int, int, int]:
    """Reference, total and number from the elements of a header."""
    while len(header) >= 2:
        element, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if (element, len(value)) in ((0, 3), (8, 4)):
            return int.from_bytes(value[:-2]), value[-2], value[-1]
    return 0, 0, 0


def decoded(pieces: list[Piece], default: Alphabet) -> str:
    """The text of pieces. A character may be cut between two, so they are decoded together."""
    runs: list[Piece] = []
    for one in pieces:
        if runs and runs[-1].coding == one.coding:
            runs[-1] = Piece(one.coding, runs[-1].octets + one.octets)
        else:
            runs.append(one)
    text = "".join(_decoded(run.coding, run.octets, default) for run in runs)
    # What databases refuse would come again for ever.
    return text.replace("\0", "")


def _decoded(coding: int, octets: bytes, default: Alphabet) -> str:
    if coding >= 0x10:  # with a message class: bits 3 and 2 tell the alphabet (3GPP TS 23.038)
        coding = {0: 0, 4: 4, 8: UCS2}.get(coding & 0x0C if coding < 0xC0 else coding & 0x04, 0)
    if coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding in CODECS:
        return octets.decode(CODECS[coding], "replace")
    if coding == 0 and default is Alphabet.GSM7 and octets.isascii():
        return gsm7.decode(octets)
    return octets.decode("latin-1")


def number_of(address: Address) -> str:
    """A number as we write it: international ones with a plus sign."""
    digits = re.sub(r"^(\+|00)", "", address.value)
    international = address.ton == 1 or address.value != digits or len(digits) >= 10
    if digits.isdecimal() and international and address.ton not in NATIONAL:
        return "+" + digits[:19]
    return address.value[:20].replace("\0", "")


def inbound(delivered: Delivered, text: str) -> Inbound:
    """The event. SMPP names no replies, so only those with an id can be told from repetitions."""
    name = tlvs.string(delivered.tlvs, Tag.RECEIPTED_MESSAGE_ID)[:64]
    return Inbound(name, number_of(delivered.source), number_of(delivered.destination), text)


@dataclass
class Group(Generic[Delivery]):
    """The parts of one text, and the deliveries that wait for their answer."""

    delivered: Delivered
    since: float
    pieces: dict[int, Piece] = field(default_factory=dict)
    unanswered: list[Delivery] = field(default_factory=list)


class Joined(NamedTuple, Generic[Delivery]):
    """A text to store, and the deliveries to answer after that."""

    event: Inbound
    deliveries: list[Delivery]


class Joiner(Generic[Delivery]):
    """Puts the parts of texts together.

    A part is answered when it is stored, so the first parts wait for the others. An SMSC that
    sends the next part only after the answer would wait for ever: after `seconds` what is there
    is stored as it is, and the whole once more when the rest has come.
    """

    def __init__(self, seconds: float, default: Alphabet) -> None:
        self.seconds = seconds
        self.default = default
        self.groups: dict[tuple[str, str, int, int], Group[Delivery]] = {}

    def add(
        self, delivered: Delivered, delivery: Delivery, moment: float
    ) -> Joined[Delivery] | None:
        """A text that is complete with this delivery."""
        part = piece(delivered)
        if part.total == 1:
            text = decoded([part], self.default)
            return Joined(inbound(delivered, text), [delivery])
        key = (delivered.source.value, delivered.destination.value, part.reference, part.total)
        group = self.groups.setdefault(key, Group(delivered, moment))
        group.pieces[part.number] = part
        group.unanswered.append(delivery)
        if len(group.pieces) < part.total:
            return None
        del self.groups[key]
        return self._joined(group)

    def due(self, moment: float) -> list[Joined[Delivery]]:
        """Texts that have waited long enough for their missing parts."""
        old = [key for key, g in self.groups.items() if moment - g.since > KEPT_SECONDS]
        for key in [*old, *list(self.groups)[:-GROUPS]]:
            if not self.groups[key].unanswered:
                del self.groups[key]
        waiting = [group for group in self.groups.values() if group.unanswered]
        return [self._joined(group) for group in waiting if moment - group.since > self.seconds]

    def pending(self) -> bool:
        """Does a delivery wait for its answer here?"""
        return any(group.unanswered for group in self.groups.values())

    def _joined(self, group: Group[Delivery]) -> Joined[Delivery]:
        deliveries, group.unanswered = group.unanswered, []
        pieces = [group.pieces[number] for number in sorted(group.pieces)]
        return Joined(inbound(group.delivered, decoded(pieces, self.default)), deliveries)
