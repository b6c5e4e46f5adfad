"""Columns of an import: a guess which recipient field each fills, by head and content."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from promosms.lib import csv_reader, local_values
from promosms.lib.local_values import Unreadable
from promosms.models import FIELD_NAMES, FieldType
from promosms.services.imports import consent_columns, heads, phone_columns
from promosms.services.imports.files import Row
from promosms.services.imports.phone_columns import is_certain, problem_of
from promosms.services.recipients import field_values

SAMPLE = phone_columns.SAMPLE
OTHER_PHONE = "other_phone"
"""Not a field of a recipient: the number of rows whose first column has none that can be texted."""
CHOICES = (*FIELD_NAMES, OTHER_PHONE, *consent_columns.EXTRAS)
"""What a column can be."""
# Each dot can match in one place only; otherwise a long cell would backtrack for very long.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_DIGITS = re.compile(r"(?:\D*\d){6}")
_MOST_ABOVE = 20
_EVIDENCE = {consent_columns.HOW, consent_columns.DAY}


def guess(rows: Sequence[Row], region: str, labels: Mapping[str, str]) -> tuple[list[str], bool]:
    """The field of each column ("" for none), and whether the first row is a header.

    `labels` are the account's own names of the free fields. No column is "phone" when none seems
    to contain numbers.
    """
    width = max((len(cells) for _, cells in rows), default=0)
    columns = [[_cell(cells, index) for _, cells in rows] for index in range(width)]
    has_header = _is_header(rows[0][1], labels) if rows else False
    body = [column[1:] if has_header else column for column in columns]
    head = [column[0] if has_header else "" for column in columns]
    named = [heads.field_of(name, labels) for name in head]
    chosen = _best(named, body)
    if "birthday" in chosen and not _mostly_birthdays(body[chosen.index("birthday")], region):
        chosen[chosen.index("birthday")] = ""
    for index, column in enumerate(body):
        if not chosen[index] and "email" not in chosen and _mostly_emails(column):
            chosen[index] = "email"
    phone, other = phone_columns.choose(head, body, region)
    if phone is not None:
        chosen[phone] = "phone"
    if other is not None:
        chosen[other] = OTHER_PHONE
    for index, column in enumerate(body):
        meant = consent_columns.of_column(head[index], column)
        if meant and not chosen[index] and meant not in chosen:
            chosen[index] = meant
    if not _says_who_agreed(chosen):
        chosen = ["" if name in _EVIDENCE else name for name in chosen]
    return chosen, has_header


def rows_above(rows: Sequence[Row], region: str, labels: Mapping[str, str]) -> int:
    """How many of the first rows stand above the names of the columns: a title, a date.

    Only rows before the first number are looked at. The names are the row with the most known
    heads; if none is known, the first with several cells, below rows of one cell.
    """
    first = next((n for n, row in enumerate(rows) if _has_number(row[1], region)), 0)
    above = [cells for _, cells in rows[: min(first, _MOST_ABOVE)]]
    known = [len({name for cell in cells if (name := _named(cell, labels))}) for cells in above]
    if any(known):
        return len(known) - 1 - known[::-1].index(max(known))
    if below := _below_a_number(rows, labels):
        return below
    several = next((n for n, cells in enumerate(above) if sum(map(bool, cells)) > 1), 0)
    return several if all(sum(map(bool, cells)) == 1 for cells in above[:several]) else 0


def _below_a_number(rows: Sequence[Row], labels: Mapping[str, str]) -> int:
    """The row with the names of the columns, if a title above it has a number: "Tel. 601 000 000".

    All rows above have fewer cells, and none is a number alone, as that of a recipient would be; 0
    if there is no such row.
    """
    widest = 0
    for n, (_, cells) in enumerate(rows[:_MOST_ABOVE]):
        filled = sum(map(bool, cells))
        if n and filled > widest and any(_named(cell, labels) for cell in cells):
            return 0 if any(_DIGITS.match(cell) for cell in cells) else n
        if any(map(csv_reader.is_number, cells)):
            return 0
        widest = max(widest, filled)
    return 0


def why_not(mapping: Sequence[str]) -> str:
    """What is wrong with a mapping: "", no_phone, nobody_agreed, twice or unknown."""
    used = [field for field in mapping if field]
    if any(field not in CHOICES for field in used):
        return "unknown"
    if "phone" not in used:
        return "no_phone"
    if not _EVIDENCE.isdisjoint(used) and not _says_who_agreed(used):
        return "nobody_agreed"
    return "twice" if len(used) != len(set(used)) else ""


def _says_who_agreed(mapping: Sequence[str]) -> bool:
    return consent_columns.AGREED in mapping or consent_columns.CONSENTED in mapping


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _named(cell: str, labels: Mapping[str, str]) -> str:
    return heads.field_of(cell, labels)[0]


def _has_number(cells: Sequence[str], region: str) -> bool:
    return any(
        is_certain(cell, region) or _DIGITS.match(cell) and not problem_of(cell, region)
        for cell in cells
    )


def _is_header(first: Sequence[str], labels: Mapping[str, str]) -> bool:
    if any(_DIGITS.match(cell) for cell in first):
        return False
    named = any(_named(cell, labels) for cell in first)
    return named or any(char.isalpha() for cell in first for char in cell)


def _best(named: Sequence[tuple[str, int]], body: Sequence[Sequence[str]]) -> list[str]:
    """The field of each column; where several name one, the best name, then the fullest."""
    order = sorted(
        range(len(named)), key=lambda n: (named[n][1], -sum(map(bool, body[n][:SAMPLE])), n)
    )
    taken = {"phone"}
    chosen = [""] * len(named)
    for n in order:
        field = named[n][0]
        if field and field not in taken:
            chosen[n] = field
            taken.add(field)
    return chosen


def _mostly_birthdays(column: Sequence[str], region: str) -> bool:
    """Otherwise the column is no help: it would have its rows refused."""
    cells = [cell for cell in column[:SAMPLE] if cell]
    how, read = local_values.of_column(local_values.ways(region), cells), 0
    for cell in cells:
        with suppress(Unreadable):
            field_values.read(FieldType.BIRTHDAY, cell, how)
            read += 1
    return read * 2 > len(cells) or not cells


def _mostly_emails(column: Iterable[str]) -> bool:
    cells = [cell for cell in column if cell]
    return bool(cells) and sum(bool(_EMAIL.fullmatch(c)) for c in cells) * 2 > len(cells)
