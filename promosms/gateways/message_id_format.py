"""Formats of message ids: some providers write hexadecimal in answers and decimal in receipts.

Old servers answer a submission with `1A2B` and report the delivery of `6699` (SMPP 3.3 had
hexadecimal ids, and receipts are free text). If the settings do not name the format, a receipt
that matches no message is tried in the other formats.
"""

import re
from enum import StrEnum

LONGEST = 64
_DECIMAL = re.compile(r"[0-9]+")
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


class MessageIdFormat(StrEnum):
    """How the ids in receipts differ from those in answers."""

    SAME = "same"
    RESPONSES_HEX = "resp_hex_dlr_dec"
    RECEIPTS_HEX = "resp_dec_dlr_hex"


def canonical(name: str) -> str:
    """Without blanks, 0x, leading zeros and capitals: providers are not consistent in these."""
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


def other_forms(reference: str) -> tuple[str, ...]:
    """Other forms in which the answer may have the reference of a receipt, likely ones first.

    At most 64 characters each, without repetitions.
    """
    forms = (canonical(reference), to_hexadecimal(reference), to_decimal(reference))
    return tuple(
        form for form in dict.fromkeys(forms) if form != reference and len(form) <= LONGEST
    )


def format_of(answer: str, receipt: str) -> MessageIdFormat | None:
    """The format by which the reference of a receipt is that of an answer; None if by none."""
    answer = canonical(answer)
    if answer == canonical(receipt):
        return MessageIdFormat.SAME
    if answer == to_hexadecimal(receipt) or to_decimal(answer) == canonical(receipt):
        return MessageIdFormat.RESPONSES_HEX
    return MessageIdFormat.RECEIPTS_HEX if answer == to_decimal(receipt) else None
