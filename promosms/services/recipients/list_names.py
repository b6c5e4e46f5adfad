"""Several names of lists in one cell: between commas, and in quotes where a name has a comma."""

import csv
import re

BETWEEN = ", "
LONGEST = 80
_TO_QUOTE = re.compile(r'[,"\r\n]|^\s|\s$')


def quoted(name: str) -> str:
    """A name as it stands in such a cell."""
    return '"' + name.replace('"', '""') + '"' if _TO_QUOTE.search(name) else name


def split(cell: str) -> list[str]:
    """The names in a cell, each once."""
    if "," not in cell and '"' not in cell:
        return [cell] if cell else []
    names = next(csv.reader([cell], skipinitialspace=True), [])
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))
