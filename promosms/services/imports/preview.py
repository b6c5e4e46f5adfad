"""The preview of an import: what its columns are called, and its first rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from promosms.models import Import
from promosms.services.imports import files as import_files
from promosms.services.imports.files import Row

SHOWN = 5


@dataclass(frozen=True)
class Preview:
    """Column headers and their row in the file, and the rows to show."""

    headers: Sequence[str]
    head_row: int
    rows: Sequence[Row]


def preview(import_: Import, has_header: bool) -> Preview:
    """Read the first rows."""
    rows = list(islice(import_files.read(import_.stored_as), SHOWN + has_header))
    width = len(import_.mapping)
    head_row, header = rows.pop(0) if has_header and rows else (0, [])
    shown = [(number, _padded(cells, width)) for number, cells in rows]
    return Preview(_padded(header, width), head_row, shown)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]
