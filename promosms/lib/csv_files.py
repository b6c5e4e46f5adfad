"""CSV files: writing them safely for spreadsheets, and guessing the delimiter of others."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from promosms.lib import formulas

BOM = "\ufeff"
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)


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


def guess_delimiter(text: str) -> str:
    """Comma, semicolon or tab: the one that splits most rows into the same number of cells."""
    if declared := SEPARATOR_LINE.match(text):
        return declared[1]
    lines = text.splitlines()[:100]
    return max(",;\t", key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    widest = max(set(counts), key=counts.count, default=1)
    if widest < 2:
        return 0.0, max(counts, default=1)
    return counts.count(widest) / len(counts), widest
