"""Pasted numbers: one per line, or separated by commas, semicolons or tabs; names may follow."""

import re
from collections.abc import Iterator

from promosms.sms import phone_words

COLUMNS = ("phone", "first_name", "last_name")
# The comma of 6,01234567E+08 is a decimal point.
_SEPARATOR = re.compile(r"[;\t]|,(?!\d+e[+-]?\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\D*\d){5}")
# What follows a comma that belongs to the number: thousands, decimals, or the digits of a pause.
_REST = re.compile(r"\d{1,4}(?:\.0+)?|0+")


def rows(text: str) -> Iterator[list[str]]:
    """Number, first name and last name of each pasted recipient.

    A piece with five digits starts a recipient; other pieces are names of the recipient before.
    A piece without a number before it becomes a row of its own: it is refused, but not lost.
    """
    for line in text.replace("\0", "").splitlines():
        row: list[str] = []
        for piece in filter(None, (part.strip() for part in _SEPARATOR.split(line))):
            if len(row) == 1 and _continues(row[0], piece):
                row[0] += f",{piece}"
                continue
            if row and not _NUMBER.match(piece):
                row.append(piece)
                continue
            if row:
                yield _with_names(row)
            row = [piece]
        if row:
            yield _with_names(row)


def _continues(number: str, piece: str) -> bool:
    """Whether a piece is the end of the number before, or an extension that refuses it."""
    if not number[-1:].isdigit():
        return False
    return bool(_REST.fullmatch(piece)) or phone_words.has_extension(f"{number} {piece}")


def _with_names(row: list[str]) -> list[str]:
    phone, *names = row
    first, _, last = " ".join(names).partition(" ")
    return [phone, first, last.strip()]
