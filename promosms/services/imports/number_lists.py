"""Files that are not a table but a list: several numbers in a row, perhaps with names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from promosms.lib import csv_reader
from promosms.services.imports import pasting
from promosms.services.imports.files import Row
from promosms.services.imports.phone_columns import is_certain

_BETWEEN = re.compile(r"[,;|/\t\n]")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class NumberList:
    """How to read a list of numbers: after so many rows of heads; with names, or numbers alone."""

    skip: int
    with_names: bool

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """A row for each number; several have the row number of the file in common."""
        for place, (number, cells) in enumerate(rows):
            if place < self.skip:
                continue
            if self.with_names:
                yield from ((number, row) for row in pasting.rows(",".join(cells)))
            else:
                yield from ((number, [piece]) for piece in _pieces(cells))


def find(rows: Sequence[Row], region: str) -> NumberList | None:
    """Is this a list of numbers? `rows` are the first of the file; None for a table.

    In a list every piece looks like a number, most of them are mobile numbers of the region or say
    their country, and a row has several. In a single row names may stand between the numbers.
    """
    skip = int(len(rows) > 1 and not any(map(_looks, _pieces(rows[0][1]))))
    if skip and len(rows[0][1]) > 1:
        return None  # several columns have names: a table
    body = [cells for _, cells in rows[skip:]]
    numbers = [piece for cells in body for piece in _pieces(cells)]
    certain = sum(is_certain(piece, region) for piece in numbers)
    if len(numbers) > len(body) and all(map(_looks, numbers)) and certain * 3 > len(numbers) * 2:
        return NumberList(skip, with_names=False)
    if len(body) == 1 and _looks(body[0][0]):
        seen = [piece for piece in numbers if _looks(piece)]
        if len(seen) > 1 and all(is_certain(piece, region) for piece in seen):
            return NumberList(skip, with_names=True)
    return None


def has_numbers_within(rows: Sequence[Row], region: str) -> bool:
    """Are there mobile numbers that share their cells with other words?"""
    pattern = re.compile(r"[+(]?\d[\d \-()]{6,}\d")
    found = (match[0] for _, cells in rows for cell in cells for match in pattern.finditer(cell))
    return any(is_certain(piece, region) for piece in found)


def _looks(piece: str) -> bool:
    return csv_reader.is_number(piece)


def _pieces(cells: Sequence[str]) -> list[str]:
    """The numbers of a row, also those that only blanks keep apart."""
    pieces = [piece.strip() for cell in cells for piece in _BETWEEN.split(cell)]
    return [part for piece in pieces if piece for part in _apart(piece)]


def _apart(piece: str) -> list[str]:
    """Pieces of nine digits or more between blanks are numbers of their own."""
    parts = _BLANK.split(piece)
    whole = [sum(map(str.isdigit, part)) > 8 and _looks(part) for part in parts]
    return parts if len(parts) > 1 and all(whole) else [piece]
