"""Numbers that KSeF gives to invoices, its official receipts (UPO), and its link to check one.

Sources: github.com/CIRFMF/ksef-docs, faktury/numer-ksef.md (35 characters: NIP, day of acceptance,
technical part, and a CRC-8 with the polynomial 0x07 over all before it), kody-qr.md (the link), the
schema of the receipt (Potwierdzenie 4.2 and 4.3). Earlier numbers had a dash in the technical part.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lxml import etree

NUMBER = re.compile(
    r"(?<!\d)([1-9]\d{9})-?(\d{8})-?([0-9A-F]{6})-?([0-9A-F]{6})-?([0-9A-F]{2})(?![0-9A-Z])",
    re.ASCII,
)
DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
INVISIBLE = re.compile(r"[\s\xad\u200b-\u200f\u2060-\u2069\ufeff]+")
POLYNOMIAL = 0x07


class NumberProblem(StrEnum):
    """What is wrong with a KSeF number."""

    FORM = "form"
    CHECKSUM = "checksum"
    DAY = "day"
    SELLER = "seller"
    EARLY = "early"
    TAKEN = "taken"
    USED = "used"


class BadNumber(Exception):
    """Not a KSeF number, or not one of this invoice."""

    def __init__(self, problem: NumberProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class KsefNumber:
    """A number, the NIP of the seller and the day on which KSeF accepted the invoice."""

    text: str
    nip: str
    accepted_on: date


@dataclass(frozen=True)
class Receipt:
    """An invoice in a receipt; `document_hash` is the SHA-256 of its XML, in hexadecimal."""

    label: str
    number: str
    document_hash: str = ""


def parse(typed: str) -> KsefNumber:
    """The number in its form of 35 characters, words may stand around it; raises BadNumber."""
    match = _find(typed)
    if match is None:
        raise BadNumber(NumberProblem.FORM)
    nip, day, first, second, check = match.groups()
    data = f"{nip}-{day}-{first}{second}"
    if f"{crc8(data.encode()):02X}" != check:
        raise BadNumber(NumberProblem.CHECKSUM)
    try:
        accepted_on = date.fromisoformat(day)
    except ValueError as error:
        raise BadNumber(NumberProblem.DAY) from error
    return KsefNumber(f"{data}-{check}", nip, accepted_on)


def has_number(text: str) -> bool:
    """Does a text hold what looks like one?"""
    return _find(text) is not None


def _find(text: str) -> re.Match[str] | None:
    return NUMBER.search(INVISIBLE.sub("", DASHES.sub("-", text)).upper())


def crc8(data: bytes) -> int:
    """CRC-8 with the polynomial 0x07, beginning with 0."""
    rest = 0
    for byte in data:
        rest ^= byte
        for _bit in range(8):
            rest = (rest << 1 ^ POLYNOMIAL if rest & 0x80 else rest << 1) & 0xFF
    return rest


def link(host: str, nip: str, issued_on: date, document_hash: str) -> str:
    """The address where anybody can check the invoice with this SHA-256 (in hexadecimal)."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(document_hash)).decode().rstrip("=")
    return f"{host.rstrip('/')}/invoice/{nip}/{issued_on:%d-%m-%Y}/{digest}"


def receipts(content: bytes) -> list[Receipt]:
    """The invoices of an official receipt (UPO); ValueError if this is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
    if etree.QName(root).localname != "Potwierdzenie":
        raise ValueError("not a receipt")
    return list(_documents(root))


def _documents(root: etree._Element) -> Iterator[Receipt]:
    for document in root.iterfind("{*}Dokument"):
        label = document.findtext("{*}NumerFaktury", "").strip()
        number = document.findtext("{*}NumerKSeFDokumentu", "").strip()
        yield Receipt(label, number, _hexadecimal(document.findtext("{*}SkrotDokumentu", "")))


def _hexadecimal(text: str) -> str:
    """A SHA-256 in Base64 as hexadecimal; "" if it is none."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""
