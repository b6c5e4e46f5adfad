"""Tokens of API keys: how they are made, and how they are recognised wherever they turn up.

`psk_live_` or `psk_test_`, 8 letters by which people recognise the key, an underscore, 32 random
ones (190 bits), and 6 that are a checksum of all before. So a key that was copied in part is told
from one that does not exist, and scanners find keys in source code.
"""

import base64
import binascii
import re
import secrets
import zlib
from typing import NamedTuple

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LIVE, SANDBOX = "psk_live_", "psk_test_"
NAME, SECRET, CHECK = 8, 32, 6
ANYWHERE = re.compile(rf"psk_(?:live|test)_[0-9A-Za-z]{{{NAME}}}_[0-9A-Za-z]{{{SECRET + CHECK}}}")
"""A token within another text, such as an address."""


ENCODED = re.compile(r"[0-9A-Za-z+/_-]{72,400}={0,2}")
"""What may be an e-mail address and a token in base 64, as in HTTP Basic (RFC 7617)."""


class NewToken(NamedTuple):
    """A token, and its beginning, which may be shown."""

    token: str
    shown: str


def new(*, sandbox: bool) -> NewToken:
    """A new random token."""
    shown = (SANDBOX if sandbox else LIVE) + _random(NAME)
    start = f"{shown}_{_random(SECRET)}"
    return NewToken(start + _checksum(start), shown)


def is_complete(token: str) -> bool:
    """Is it a whole token, without a typing error?"""
    start, check = token[:-CHECK], token[-CHECK:]
    return ANYWHERE.fullmatch(token) is not None and check == _checksum(start)


def found_in(text: str) -> str:
    """A token within another text, such as an address or a header; empty if there is none.

    It is also found in base 64 behind an e-mail address, as HTTP Basic and older interfaces of
    PromoSMS have it.
    """
    found = ANYWHERE.search(text)
    if found is None:
        decoded = (_decoded(each[0]) for each in ENCODED.finditer(text))
        found = next(filter(None, map(ANYWHERE.search, decoded)), None)
    return found[0] if found else ""


def _decoded(word: str) -> str:
    """What stands in base 64 in a word, wherever in it that begins."""
    plain = word.rstrip("=").replace("+", "-").replace("/", "_")
    return " ".join(map(_bytes_of, (plain[begin:] for begin in range(4))))


def _bytes_of(plain: str) -> str:
    plain = plain[:-1] if len(plain) % 4 == 1 else plain  # what follows in an address
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode("latin-1")
    except binascii.Error:
        return ""


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _checksum(text: str) -> str:
    """CRC-32 with the digits 0-9, A-Z, a-z, filled up with zeros."""
    value, written = zlib.crc32(text.encode()), ""
    for _ in range(CHECK):
        value, digit = divmod(value, len(LETTERS))
        written = LETTERS[digit] + written
    return written
