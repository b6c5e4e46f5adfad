"""Quoted words: a receipt quotes the first words of its text, which tells texts to a phone apart.

What is kept of them is their length and a checksum of 16 bits: enough to compare, and too little to
read, because a text may hold a code to sign in with. Networks spoil characters, so only letters and
digits of ASCII count.
"""

import re
import unicodedata
from zlib import crc32

LEAST = 3  # characters that say something
MOST = 20  # as many characters as receipts quote (SMPP 3.4 appendix B)
HIDDEN = "\N{BULLET}"  # stands in a stored text for a secret
_OTHERS = re.compile("[^a-z0-9]+")
_SPOILT = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\N{REPLACEMENT CHARACTER}]")
_POLISH_L = str.maketrans("łŁ", "lL")  # it has no decomposition


def checksum(words: str) -> str:
    """The checksum of quoted words; empty where they say nothing."""
    words = words[:MOST]
    if not (words.isascii() and words.isprintable()) and _SPOILT.search(words):
        return ""
    plain = _plain(words)
    return f"{len(plain)}:{_sum(plain):04x}" if len(plain) >= LEAST else ""


def may_quote(quoted: str, text: str, parts: int = 1) -> bool:
    """May words with this checksum be of the text? Each part of a long text is quoted by itself."""
    if not quoted or HIDDEN in text:
        return True
    length, _, expected = quoted.partition(":")
    size, wanted = int(length), int(expected, 16)
    for written in (text, _without_accents(text)):
        plain = _plain(written)
        last = len(plain) - size if parts > 1 else 0
        if any(_sum(plain[start : start + size]) == wanted for start in range(last + 1)):
            return True
    return False


def _plain(text: str) -> str:
    return _OTHERS.sub("", text.lower())


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text.translate(_POLISH_L))


def _sum(plain: str) -> int:
    return crc32(plain.encode()) & 0xFFFF
