"""References of messages: some providers write an id in hexadecimal here and in decimal there.

Old servers answer a submission with `1A2B` and report the delivery of `6699` (SMPP 3.3 wanted
hexadecimal ids, receipts are free text). Where nobody has told how a provider writes, a receipt
that fits no message is tried in its other readings.
"""

import re
from enum import StrEnum

LONGEST = 64
_DECIMAL = re.compile(r"[0-9]+")
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


class Reading(StrEnum):
    """How a receipt writes the id of an answer."""

    SAME = "same"
    ANSWERS_HEX = "resp_hex_dlr_dec"
    RECEIPTS_HEX = "resp_dec_dlr_hex"


def canonical(name: str) -> str:
    """Without blanks, 0x, leading zeros and capitals: providers write them now so, now not."""
    name = name.strip().lower()[:LONGEST].removeprefix("0x")
    return name.lstrip("0") or name[:1]


def to_decimal(name: str) -> str:
    """A hexadecimal id in decimal, canonical; one that is no number stays as it is."""
    name = canonical(name)
    return str(int(name, 16)) if _HEXADECIMAL.fullmatch(name) else name


def to_hexadecimal(name: str) -> str:
    """A decimal id in hexadecimal, canonical; one that is no number stays as it is."""
    name = canonical(name)
    return f"{int(name):x}" if _DECIMAL.fullmatch(name) else name


def readings(reference: str) -> tuple[str, ...]:
    """What the reference of a receipt may be in the answer, besides itself; likely ones first.

    None is longer than 64 characters, none stands twice.
    """
    found = (canonical(reference), to_hexadecimal(reference), to_decimal(reference))
    return tuple(one for one in dict.fromkeys(found) if one != reference and len(one) <= LONGEST)


def reading(answer: str, receipt: str) -> Reading | None:
    """By which reading the reference of a receipt is that of an answer; None if by none."""
    answer = canonical(answer)
    if answer == canonical(receipt):
        return Reading.SAME
    if answer == to_hexadecimal(receipt) or to_decimal(answer) == canonical(receipt):
        return Reading.ANSWERS_HEX
    return Reading.RECEIPTS_HEX if answer == to_decimal(receipt) else None
