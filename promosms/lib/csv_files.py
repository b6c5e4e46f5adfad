"""CSV files: writing them safely for spreadsheets, and guessing the delimiter of others."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError

from promosms.lib import csv_reader, formulas
from promosms.lib.garbage import uncollected
from promosms.lib.tables import Kind, Table

BOM = "\ufeff"
DELIMITERS = ",;\t|^:"
SEPARATOR_LINE = re.compile(
    rf'"?sep=([{re.escape(DELIMITERS)}])"?[ ]*(?:[\r\n]+|\Z)', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Style:
    """What stands between two columns, and before the decimals of a number."""

    delimiter: str = ","
    decimal: str = "."


COMMAS, SEMICOLONS = Style(), Style(";", ",")
_POINT_AND_SEMICOLON = {"CH", "LI"}
"""Spreadsheets there expect semicolons, although the decimals follow a point."""


def style_of(region: str) -> Style:
    """What spreadsheets in a country expect: semicolons where decimals follow a comma."""
    if region in _POINT_AND_SEMICOLON:
        return Style(";", ".")
    try:
        symbols = Locale.parse(f"und_{region}").number_symbols
    except (UnknownLocaleError, ValueError):
        return COMMAS
    return SEMICOLONS if symbols.get("latn", {}).get("decimal") == "," else COMMAS


def csv_text(rows: Iterable[Sequence[str | Decimal]]) -> Iterator[str]:
    """The text of a CSV file; formulas are escaped, and a BOM tells Excel that it is UTF-8.

    A Decimal is written unchanged: a minus before digits is not a formula.
    """
    yield BOM
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(
            [formulas.escaped(cell) if isinstance(cell, str) else cell for cell in row]
        )
        yield line.getvalue()


def blocks(table: Table, style: Style, zone: tzinfo) -> Iterator[str]:
    """The same of a table, a block at a time; times are those of the zone, with its offset."""
    yield BOM + _lines([[column.head for column in table.columns]], style)
    kinds = [column.kind for column in table.columns]
    ways = {**_WAYS, Kind.NUMBER: _numbers(style), Kind.MOMENT: _moments(zone)}
    for rows in table.blocks:
        with uncollected():
            # Column by column: most of them have nothing that has to be changed.
            columns = zip(*rows, strict=True)
            cells = [ways[kind](column) for kind, column in zip(kinds, columns, strict=True)]
            lines = _lines(zip(*cells, strict=True), style)
        yield lines


def _lines(rows: Iterable[Sequence[Any]], style: Style) -> str:
    lines = io.StringIO()
    csv.writer(lines, delimiter=style.delimiter).writerows(rows)
    return lines.getvalue()


Way = Callable[[Sequence[Any]], Sequence[Any]]


def _numbers(style: Style) -> Way:
    def number(cell: Any) -> str:
        if isinstance(cell, str):
            return formulas.escaped(cell)
        return "" if cell is None else str(cell).replace(".", style.decimal)

    def numbers(cells: Sequence[Any]) -> Sequence[Any]:
        return list(map(number, cells))

    return numbers


def _moments(zone: tzinfo) -> Way:
    known: dict[Any, str] = {None: "", "": ""}

    def moments(cells: Sequence[Any]) -> Sequence[Any]:
        # Those who came with one batch of an import have one time.
        for moment in set(cells) - known.keys():
            known[moment] = moment.astimezone(zone).isoformat(timespec="seconds")
        texts = [known[cell] for cell in cells]
        if len(known) > _MOST_KNOWN:
            known.clear()
            known.update({None: "", "": ""})
        return texts

    return moments


def _days(cells: Sequence[Any]) -> Sequence[Any]:
    known = {
        day: formulas.escaped(day) if isinstance(day, str) else day.isoformat() if day else ""
        for day in set(cells)
    }
    return [known[cell] for cell in cells]


_MOST_KNOWN = 50_000
_WAYS: dict[Kind, Way] = {Kind.TEXT: formulas.all_escaped, Kind.DAY: _days}


def guess_delimiter(text: str) -> str:
    """The delimiter by which most rows have a number of their own, and the same number of cells.

    A title above the table has fewer cells, and a comma may stand in a price or a name.
    """
    if declared := SEPARATOR_LINE.match(text):
        return declared[1]
    lines = text.splitlines()[:100]
    # Colons stand in times and addresses: they are taken where there is nothing else.
    others = [delimiter for delimiter in DELIMITERS if delimiter != ":"]
    used = [delimiter for delimiter in others if any(delimiter in line for line in lines)]
    return max(used or DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[int, float, int]:
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        rows = [row for row in reader if row]
    except csv.Error:
        return 0, 0.0, 0
    numbers = sum(any(map(csv_reader.is_number, row)) for row in rows)
    counts = [len(row) for row in rows]
    widest = max(set(counts), key=counts.count, default=1)
    if widest < 2:
        return numbers, 0.0, max(counts, default=1)
    return numbers, counts.count(widest) / len(counts), widest
