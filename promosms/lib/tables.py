"""Tables that leave as files: their columns, and their rows a block at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | Decimal | int | date | datetime | None
Row = Sequence[Cell]


class Kind(StrEnum):
    """What the cells of a column are; in each of them one can be empty ("" or None) or a text."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its kind, and how many letters wide a spreadsheet shows it."""

    head: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `blocks` are rows by the thousand, which are made while the file is written."""

    name: str
    columns: Sequence[Column]
    blocks: Iterable[Sequence[Row]]
