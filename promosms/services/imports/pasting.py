"""Pasted numbers: one per line, or separated by commas, semicolons or tabs; names may follow."""

import re
from collections.abc import Iterator

COLUMNS = ("phone", "first_name", "last_name")
_SEPARATOR = re.compile(r"[,;\t]")
_NUMBER = re.compile(r"(?:\D*\d){5}")


def rows(text: str) -> Iterator[list[str]]:
    """Number, first name and last name of each pasted recipient.

    A piece with five digits starts a recipient; other pieces are names of the recipient before.
    A piece without a number before it becomes a row of its own: it is refused, but not lost.
    """
    for line in text.replace("\0", "").splitlines():
        row: list[str] = []
        for piece in filter(None, (part.strip() for part in _SEPARATOR.split(line))):
            if row and not _NUMBER.match(piece):
                row.append(piece)
                continue
            if row:
                yield _with_names(row)
            row = [piece]
        if row:
            yield _with_names(row)


def _with_names(row: list[str]) -> list[str]:
    phone, *names = row
    first, _, last = " ".join(names).partition(" ")
    return [phone, first, last.strip()]
