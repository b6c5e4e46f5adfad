"""CSV files: writing them safely for spreadsheets, and guessing the delimiter of others."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from promosms.lib import csv_reader, formulas

BOM = "\ufeff"
DELIMITERS = ",;\t|^:"
SEPARATOR_LINE = re.compile(
    rf'"?sep=([{re.escape(DELIMITERS)}])"?[ ]*(?:[\r\n]+|\Z)', re.IGNORECASE
)


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
