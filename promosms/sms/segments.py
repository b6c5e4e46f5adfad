"""Splitting a text into parts, which are sent and billed one by one."""

from bisect import bisect_right
from typing import Literal, NamedTuple

from promosms.sms.clusters import clusters, has_bound
from promosms.sms.gsm7 import is_basic, is_gsm7, septets

Encoding = Literal["gsm7", "ucs2"]

MAX_PARTS = 6

# 140 octets a message, minus 6 for the concatenation header: 3GPP TS 23.040
# section 9.2.3.24.1 with an 8-bit reference.
ALONE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
JOINED: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}


class Measure(NamedTuple):
    """The size of a text: units are septets (gsm7) or UTF-16 code units (ucs2)."""

    encoding: Encoding
    parts: int
    units: int
    left: int
    """Units that still fit into the last part."""


def measure(text: str) -> Measure:
    """Return encoding, parts, units of the whole text and units left in its last part.

    The parts are those of `split`. An empty text has no part, and a whole part left.
    """
    encoding: Encoding = "gsm7"
    if is_basic(text):
        units = len(text)
    elif is_gsm7(text):
        units = septets(text)
    else:
        encoding, units = "ucs2", code_units(text)
    if units <= ALONE[encoding]:
        return Measure(encoding, 1 if text else 0, units, ALONE[encoding] - units)
    limit = JOINED[encoding]
    if units == len(text) and (encoding == "gsm7" or not has_bound(text)):
        return Measure(encoding, -(-units // limit), units, -units % limit)
    pieces = _pieces(text, encoding, limit)
    return Measure(encoding, len(pieces), units, limit - _SIZE_OF[encoding](pieces[-1]))


def split(text: str, header: int = 6) -> tuple[str, ...]:
    """Split a text into the parts that are sent; joined, they are the text again.

    `header` is the size of the concatenation header: 6 octets, or 7 with a 16-bit reference. A part
    has at most 160 septets or 70 UTF-16 code units alone, 153 or 67 (152 or 66) among others. An
    escaped character, a surrogate pair, an accent, a flag or a joined emoji stays whole; only a
    cluster longer than a part is cut between its characters.
    """
    measured = measure(text)
    if measured.parts <= 1:
        return (text,) if text else ()
    room = {"gsm7": (140 - header) * 8 // 7, "ucs2": (140 - header) // 2}
    return tuple(_pieces(text, measured.encoding, room[measured.encoding]))


def code_units(text: str) -> int:
    """Count UTF-16 code units: two for emoji and rare letters, one for all others."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_SIZE_OF = {"gsm7": septets, "ucs2": code_units}


def _pieces(text: str, encoding: Encoding, limit: int) -> list[str]:
    """Return the parts of a concatenated text, each filled before the next begins."""
    size_of = _SIZE_OF[encoding]
    allowed = [] if encoding == "gsm7" else _allowed_cuts(text, limit)
    pieces, start = [], 0
    while start < len(text):
        end = min(start + limit, len(text))
        # A character has at most two units, so half of the excess can always be cut.
        while (excess := size_of(text[start:end]) - limit) > 0:
            end -= -(-excess // 2)
        if allowed:
            end = allowed[bisect_right(allowed, end) - 1]
        pieces.append(text[start:end])
        start = end
    return pieces


def _allowed_cuts(text: str, limit: int) -> list[int]:
    """Return the ends of the clusters; nothing when every cut is allowed.

    Within a cluster longer than a part every cut is allowed.
    """
    if not has_bound(text):
        return []
    ends: list[int] = []
    end = 0
    for unit in clusters(text):
        size = len(unit)
        ends += [end + size] if code_units(unit) <= limit else range(end + 1, end + size + 1)
        end += size
    return ends
