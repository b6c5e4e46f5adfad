"""Pasted numbers: one per line or separated by commas, semicolons or tabs, names after them."""

import re
from collections.abc import Iterator

COLUMNS = ("phone", "first_name", "last_name")
_SEPARATOR = re.compile(r"[,;\t]")
_NUMBER = re.compile(r"(?:\D*\d){5}")


def rows(text: str) -> Iterator[list[str]]:
    """Number, first name and last name of each pasted recipient.

    A piece with five digits begins a recipient, one without belongs to the recipient before it.
    What stands alone is a row of its own, so that it is refused by its number and not lost.
    """
    for line in text.replace("\0", "").splitlines():
        row: list[str] = []
        for piece in filter(None, (part.strip() for part in _SEPARATOR.split(line))):
            if row and not _NUMBER.match(piece):
                row.append(piece)
                continue
            if row:
                yield _named(row)
            row = [piece]
        if row:
            yield _named(row)


def _named(row: list[str]) -> list[str]:
    phone, *names = row
    first, _, last = " ".join(names).partition(" ")
    return [phone, first, last.strip()]
