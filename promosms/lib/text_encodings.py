"""Encodings of uploaded files: UTF-8, UTF-16, and the two Windows code pages of Europe."""

import codecs
import re
from typing import BinaryIO

# Countries where Windows uses code page 1250.
CENTRAL_EUROPE = frozenset(("AL", "BA", "CZ", "HR", "HU", "ME", "MK", "PL", "RO", "RS", "SI", "SK"))
_CHUNK = 1 << 20
_ENOUGH = 65_536
# The lookbehind starts matches at words only: otherwise long runs of letters take quadratic time.
_NOT_ASCII = re.compile(rb"(?<![A-Za-z])[A-Za-z]*[\x80-\xff]+[A-Za-z\x80-\xff]*")


class Unreadable(Exception):
    """The bytes are not text in any accepted encoding."""


def detect(file: BinaryIO, region: str) -> str:
    """The Python name of the file's encoding; the file is rewound afterwards.

    `region` (ISO 3166-1 alpha-2) decides between the code pages where both are possible: 0xF1 is
    ñ in Spain and ń in Poland. Raises Unreadable.
    """
    start = file.read(4096)
    file.seek(0)
    if start.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = _wide(start) or _narrow(file, region)
    file.seek(0)
    return encoding


def code_page(sample: bytes, region: str) -> str:
    """Windows-1250 or 1252: the one with fewer symbols inside words."""
    pages = ["cp1250", "cp1252"] if region in CENTRAL_EUROPE else ["cp1252", "cp1250"]
    words = b" ".join(_NOT_ASCII.findall(sample))
    readable = {page: cost for page in pages if (cost := _cost(words, page)) is not None}
    if not readable:
        raise Unreadable
    return min(readable, key=lambda page: readable[page])


def _cost(words: bytes, page: str) -> int | None:
    try:
        text = words.decode(page)
    except UnicodeDecodeError:
        return None
    odd = sum(not char.isalpha() and not char.isspace() for char in text)
    # Letters that only foreign words have, and capitals in the middle of small letters.
    rare = sum(char in "ŸœŒ˝ˇ" for char in text)
    inner = sum(a.islower() and b.isupper() for a, b in zip(text, text[1:], strict=False))
    return 2 * odd + rare + inner


def _wide(start: bytes) -> str:
    """UTF-16 without a byte order mark: every other byte of ASCII text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = max(len(start) // 2, 1)
    if odd / half > 0.4 and even / half < 0.1:
        return "utf-16-le"
    if even / half > 0.4 and odd / half < 0.1:
        return "utf-16-be"
    return ""


def _narrow(file: BinaryIO, region: str) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    foreign = b""
    valid = True
    while chunk := file.read(_CHUNK):
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        if len(foreign) < _ENOUGH:
            foreign += b" ".join(_NOT_ASCII.findall(chunk))[:_ENOUGH]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        valid = False
    return "utf-8" if valid else code_page(foreign, region)
