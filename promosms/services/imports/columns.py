"""Columns of an import: which recipient field each of them fills, guessed from head and content."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from promosms.models import FIELD_NAMES, FIELDS
from promosms.services.imports.files import Row
from promosms.sms.phone import InvalidPhone, PhoneProblem, parse

SAMPLE = 200
_FIELD_OF = {word: each.name for each in FIELDS for word in each.heads.split()}
# Every dot has one place only: with a choice, a long cell would be tried in all of them.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_DIGITS = re.compile(r"(?:\D*\d){6}")


def guess(rows: Sequence[Row], region: str, labels: dict[str, str]) -> tuple[list[str], bool]:
    """What each column fills ("" for nothing), and whether the first row is a head.

    `labels` are the account's own names of the free fields. Without any column that could hold
    numbers no column is "phone".
    """
    width = max((len(cells) for _, cells in rows), default=0)
    columns = [[_cell(cells, n) for _, cells in rows] for n in range(width)]
    named = [_named(column[0], labels) for column in columns]
    has_head = _is_head(rows[0][1], named, region) if rows else False
    body = [column[1:] if has_head else column for column in columns]
    fields = named if has_head else [""] * width
    phone = _phone_column(body, fields, region)
    return _unique(fields, body, phone), has_head


def labels_of(fields: dict[str, str]) -> dict[str, str]:
    """The account's names of its free fields as heads of columns: {"shoesize": "field1"}."""
    return {plain(label): field for field, label in fields.items()}


def plain(head: str) -> str:
    """A head of a column in small ASCII letters and digits only."""
    text = unicodedata.normalize("NFKD", head.casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(char for char in text if char.isascii() and char.isalnum())


def problem_of(raw: str, region: str) -> PhoneProblem | None:
    """Why this cannot be texted; None for a good number."""
    try:
        parse(raw, region)
    except InvalidPhone as error:
        return error.code
    return None


def _cell(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""


def _named(head: str, labels: dict[str, str]) -> str:
    word = plain(head)
    return labels_of(labels).get(word) or _FIELD_OF.get(word, "")


def _is_head(first: Sequence[str], named: Sequence[str], region: str) -> bool:
    if any(_DIGITS.match(cell) for cell in first):
        return False
    return any(named) or any(char.isalpha() for cell in first for char in cell)


def _phone_column(body: Sequence[Sequence[str]], fields: Sequence[str], region: str) -> int | None:
    """The column with most valid numbers; else one that is called so, or looks like numbers."""
    scores = []
    for n, column in enumerate(body):
        sample = [cell for cell in column[:SAMPLE] if cell]
        problems = [problem_of(cell, region) for cell in sample]
        valid = problems.count(None)
        spoilt = sum(
            problem in (PhoneProblem.DAMAGED, PhoneProblem.LANDLINE) for problem in problems
        )
        scores.append((valid, fields[n] == "phone", spoilt, -n))
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
    """What is wrong with a mapping that a user chose: "", no_phone, twice or unknown."""
    used = [field for field in mapping if field]
    if any(field not in FIELD_NAMES for field in used):
        return "unknown"
    if "phone" not in used:
        return "no_phone"
    return "twice" if len(used) != len(set(used)) else ""
