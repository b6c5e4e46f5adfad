"""The preview of an import: its first rows, and what will become of the first two hundred."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from promosms.models import FIELD_NAMES, Import
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.imports.files import Row

SHOWN = 5


@dataclass(frozen=True)
class Preview:
    """Heads of the columns, rows to show, how many of those looked at are good, and why not."""

    heads: Sequence[str]
    rows: Sequence[Row]
    seen: int
    good: int
    problems: Sequence[tuple[str, int]]


def preview(which: Import, mapping: Sequence[str], has_header: bool, region: str) -> Preview:
    """Look at the first rows as they would be imported with this mapping."""
    mapping = [field if field in FIELD_NAMES else "" for field in mapping]
    rows = list(islice(import_files.read(which.stored_as), import_columns.SAMPLE + has_header))
    width = len(mapping)
    head = rows.pop(0)[1] if has_header and rows else []
    shown = [(number, _filled(cells, width)) for number, cells in rows[:SHOWN]]
    problems: Counter[str] = Counter()
    good = 0
    if "phone" in mapping:
        batch = import_rows.read(rows, mapping, region)
        problems.update(str(row.problem) for row in batch.refused)
        good = len(rows) - len(batch.refused)
    return Preview(_filled(head, width), shown, len(rows), good, problems.most_common())


def _filled(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]
