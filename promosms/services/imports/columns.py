"""Columns of an import: a guess which recipient field each fills, by header and content."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from promosms.models import FIELD_NAMES, FIELDS
from promosms.services.imports.files import Row
from promosms.sms.phone import InvalidPhone, PhoneProblem, parse

SAMPLE = 200
_FIELD_OF = {word: field.name for field in FIELDS for word in field.heads.split()}
# Each dot can match in one place only; otherwise a long cell would backtrack for very long.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_DIGITS = re.compile(r"(?:\D*\d){6}")


def guess(rows: Sequence[Row], region: str, labels: dict[str, str]) -> tuple[list[str], bool]:
    """The field of each column ("" for none), and whether the first row is a header.

    `labels` are the account's own names of the free fields. No column is "phone" when none seems
    to contain numbers.
    """
    width = max((len(cells) for _, cells in rows), default=0)
    columns = [[_cell(cells, index) for _, cells in rows] for index in range(width)]
    named = [_field_of(column[0], labels) for column in columns]
    has_header = _is_header(rows[0][1], named, region) if rows else False
    body = [column[1:] if has_header else column for column in columns]
    fields = named if has_header else [""] * width
    phone = _phone_column(body, fields, region)
    return _unique(fields, body, phone), has_header


def fields_by_label(fields: dict[str, str]) -> dict[str, str]:
    """The account's names of its free fields by column header: {"shoesize": "field1"}."""
    return {normalised(label): field for field, label in fields.items()}


def normalised(header: str) -> str:
    """A column header in lower-case ASCII letters and digits only."""
    text = unicodedata.normalize("NFKD", header.casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(char for char in text if char.isascii() and char.isalnum())


def problem_of(raw: str, region: str) -> PhoneProblem | None:
    """Why this number cannot be texted; None for a valid number."""
    try:
        parse(raw, region)
    except InvalidPhone as error:
        return error.code
    return None


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _field_of(header: str, labels: dict[str, str]) -> str:
    word = normalised(header)
    return fields_by_label(labels).get(word) or _FIELD_OF.get(word, "")


def _is_header(first: Sequence[str], named: Sequence[str], region: str) -> bool:
    if any(_DIGITS.match(cell) for cell in first):
        return False
    return any(named) or any(char.isalpha() for cell in first for char in cell)


def _phone_column(body: Sequence[Sequence[str]], fields: Sequence[str], region: str) -> int | None:
    """The column with the most valid numbers; else by its header, or by damaged numbers."""
    scores = []
    for n, column in enumerate(body):
        sample = [cell for cell in column[:SAMPLE] if cell]
        problems = [problem_of(cell, region) for cell in sample]
        valid = problems.count(None)
        damaged = sum(
            problem in (PhoneProblem.DAMAGED, PhoneProblem.LANDLINE) for problem in problems
        )
        scores.append((valid, fields[n] == "phone", damaged, -n))
    best = max(scores, default=(0, False, 0, 0))
    return None if not any(best[:3]) else -best[3]


def _unique(fields: Sequence[str], body: Sequence[Sequence[str]], phone: int | None) -> list[str]:
    taken: set[str] = {"phone"}
    chosen = []
    for n, field in enumerate(fields):
        if n == phone:
            chosen.append("phone")
            continue
        if not field and _mostly_emails(body[n]):
            field = "email"
        chosen.append("" if field in taken else field)
        taken.add(field)
    return chosen


def _mostly_emails(column: Iterable[str]) -> bool:
    cells = [cell for cell in column if cell]
    return bool(cells) and sum(bool(_EMAIL.fullmatch(c)) for c in cells) * 2 > len(cells)


def why_not(mapping: Sequence[str]) -> str:
    """What is wrong with the mapping that the user chose: "", no_phone, twice or unknown."""
    used = [field for field in mapping if field]
    if any(field not in FIELD_NAMES for field in used):
        return "unknown"
    if "phone" not in used:
        return "no_phone"
    return "twice" if len(used) != len(set(used)) else ""
