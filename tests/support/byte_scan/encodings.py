"""The bytes that a number or a word may be stored as."""

import base64
import hashlib
from collections.abc import Iterator

from promosms.sms import gsm7

SHORTEST = 6


def numbers(e164: str) -> list[str]:
    """A Polish number as it may be written: with and without +, national, with spaces."""
    national = e164[3:]
    spaced = f"{national[:3]} {national[3:6]} {national[6:]}"
    return [e164, e164[1:], national, spaced]


def encodings(canary: str) -> set[bytes]:
    """Plain, UTF-16, hexadecimal, base64 at its three alignments, as SMS carry it, escaped."""
    forms: set[bytes] = set(_as_in_sms(canary))
    for plain in (canary.encode(), canary.encode("utf-16-le"), canary.encode("utf-16-be")):
        forms |= {plain, plain.hex().encode(), plain.hex().upper().encode()}
        forms |= set(_base64(plain))
    if canary.startswith("+"):
        forms |= {mark + canary[1:].encode() for mark in PLUS}
        forms |= hashed(canary)
    return {form for form in forms if len(form) >= SHORTEST}


PLUS = (b"%2B", b"%2b", b"\\u002b", b"\\u002B", b"&#43;", b"&#x2b;", b"&#x2B;", b"&plus;")


def hashed(e164: str) -> set[bytes]:
    """Unkeyed hashes of a number: trying all numbers gives it back in a moment."""
    hashes = set()
    for text in (e164, e164[1:], e164[3:]):
        for name in ("sha256", "sha1", "md5"):
            value = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
            hashes |= {value, value.hex().encode(), base64.b64encode(value).rstrip(b"=")}
    return hashes


def _as_in_sms(canary: str) -> Iterator[bytes]:
    """Swapped semi-octets of digits, and seven-bit letters at each of the eight places."""
    digits = canary.lstrip("+").replace(" ", "")
    if digits.isdigit():
        # Pairs begin at the first digit or at the second; the last may be filled up with F.
        filled = digits + "F"
        for start, end in ((0, len(digits)), (1, len(digits)), (0, len(filled)), (1, len(filled))):
            pairs = [filled[at : at + 2] for at in range(start, end - 1, 2)]
            swapped = "".join(pair[::-1] for pair in pairs)
            yield from (bytes.fromhex(swapped), swapped.encode(), swapped.lower().encode())
    try:
        septets = list(gsm7.encode(canary))
    except (ValueError, KeyError):
        return
    for place in range(8):
        bits = sum(value << (7 * i) for i, value in enumerate([0] * place + septets))
        octets = bits.to_bytes((7 * (place + len(septets)) + 7) // 8, "little")
        yield octets[(7 * place + 7) // 8 : 7 * (place + len(septets)) // 8]


def _base64(plain: bytes) -> Iterator[bytes]:
    """The middle of its base64 form at each of the three alignments."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        begin = 4 if shift else 0
        end = len(encoded) - 4 if (shift + len(plain)) % 3 else len(encoded)
        yield encoded[begin:end]
