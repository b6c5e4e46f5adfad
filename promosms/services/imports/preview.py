"""The preview of an import: its first rows, and how many of the first 200 are valid."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from promosms.models import Import
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.imports.files import Row

SHOWN = 5


@dataclass(frozen=True)
class Preview:
    """Column headers and their row in the file, rows to show, and what was found in the rows read.

    How many of them are good, and the problems of the others.
    """

    headers: Sequence[str]
    head_row: int
    rows: Sequence[Row]
    seen: int
    good: int
    problems: Sequence[tuple[str, int]]
    opted_out: int


def preview(import_: Import, mapping: Sequence[str], has_header: bool, region: str) -> Preview:
    """Read the first rows as they would be imported with this mapping."""
    mapping = [field if field in import_columns.CHOICES else "" for field in mapping]
    rows = list(islice(import_files.read(import_.stored_as), import_columns.SAMPLE + has_header))
    width = len(mapping)
    head_row, header = rows.pop(0) if has_header and rows else (0, [])
    shown = [(number, _padded(cells, width)) for number, cells in rows[:SHOWN]]
    problems: Counter[str] = Counter()
    good = opted_out = 0
    if "phone" in mapping:
        batch = import_rows.read(rows, mapping, region)
        problems.update(str(row.problem) for row in batch.refused)
        good, opted_out = len(rows) - len(batch.refused), len(batch.opted_out)
    common = problems.most_common()
    return Preview(_padded(header, width), head_row, shown, len(rows), good, common, opted_out)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]
