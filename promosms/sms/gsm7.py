"""The GSM 7-bit alphabet, basic and extension table: it makes a text message cheap."""

import re

from promosms.sms.clusters import clusters

ESCAPE = "\x1b"

# 3GPP TS 23.038 section 6.2.1, in the order of the codes 0x00 to 0x7F. The escape (0x1B) is in
# its own place, but it is not a character of the alphabet.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# 3GPP TS 23.038 section 6.2.1.1: sent as the escape and this code, so two septets.
_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_TO_CODES = {ord(char): chr(code) for code, char in enumerate(_BASIC) if char != ESCAPE} | {
    ord(char): ESCAPE + chr(code) for char, code in _EXTENSION.items()
}
_FROM_ESCAPED = {chr(code): char for char, code in _EXTENSION.items()} | {ESCAPE: " ", "": " "}

_ALPHABET = re.escape("".join(map(chr, _TO_CODES)))
_OUTSIDE = re.compile(f"[^{_ALPHABET}]")
_EXTENDED = re.compile(f"[{re.escape(''.join(_EXTENSION))}]")
_BASIC_ONLY = re.compile(f"[{re.escape(_BASIC.replace(ESCAPE, ''))}]*")
_ESCAPED = re.compile(f"{ESCAPE}(.?)|([^{ESCAPE}]+)", re.DOTALL)

# Most texts have one septet for each character, and only characters of Latin-1. bytes.translate
# encodes them quickly; it deletes all other characters, which shows that the text has some.
_PLAIN = {ord(char): code for code, char in enumerate(_BASIC) if char != ESCAPE and char < "\u0100"}
_CODES = bytes(_PLAIN.get(number, 0) for number in range(256))
_OTHERS = bytes(number for number in range(256) if number not in _PLAIN)


def is_gsm7(text: str) -> bool:
    """Is every character in the basic or the extension table?"""
    return _OUTSIDE.search(text) is None


def is_basic(text: str) -> bool:
    """Is every character in the basic table, so that each is one septet?"""
    return _BASIC_ONLY.fullmatch(text) is not None


def septets(text: str) -> int:
    """Count the septets of a text that is_gsm7; those of the extension table count two."""
    return len(text) + len(_EXTENDED.findall(text))


def costly(text: str) -> tuple[str, ...]:
    """Return the characters that force UCS-2, each once, in order of appearance.

    An accent is returned with its letter, and a joined emoji is one item.
    """
    if is_gsm7(text):
        return ()
    return tuple(dict.fromkeys(unit for unit in clusters(text) if not is_gsm7(unit)))


def encode(text: str) -> bytes:
    """Return the septets, one a byte (unpacked).

    Raises UnicodeEncodeError, which is a ValueError, at the first character outside the tables.
    """
    try:
        plain = text.encode("latin-1").translate(_CODES, _OTHERS)
        if len(plain) == len(text):
            return plain
    except UnicodeEncodeError:
        pass  # a Greek letter, the euro sign, or a character of no table
    if outside := _OUTSIDE.search(text):
        reason = "not in the GSM 7-bit alphabet"
        raise UnicodeEncodeError("gsm7", text, outside.start(), outside.end(), reason)
    return text.translate(_TO_CODES).encode("ascii")


def decode(data: bytes) -> str:
    """Return the text of septets, one a byte (unpacked).

    An escape before an undefined code shows the basic character, and a single or doubled escape
    shows a space (3GPP TS 23.038 section 6.2.1.1). Raises UnicodeDecodeError,
    which is a ValueError, for a byte above 0x7F.
    """

    def written(match: re.Match[str]) -> str:
        if match[2]:
            return "".join(_BASIC[ord(code)] for code in match[2])
        code = match[1]
        return _FROM_ESCAPED.get(code) or _BASIC[ord(code)]

    return _ESCAPED.sub(written, data.decode("ascii"))
