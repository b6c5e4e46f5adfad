"""Rows of an import: read by its mapping, refused with a reason, merged when a number repeats."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from promosms.models import FIELDS, FieldType, ImportMode
from promosms.services.imports import merging, typed_cells
from promosms.services.imports.columns import OTHER_PHONE
from promosms.services.imports.consent_columns import AGREED, OPTED_OUT, Standing, standing
from promosms.services.imports.files import Row
from promosms.services.imports.typed_cells import TypedColumn
from promosms.services.recipients.fields import LENGTHS
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone, PhoneProblem

LONG_VALUE = "long_value"
_MOST_CELL = max(LENGTHS.values()) + 1
"""Of a cell of a refused row that is kept: one that was cut is too long for its field, too."""
_ALWAYS_FITS = min(
    field.longest for field in FIELDS if field.type == FieldType.TEXT and field.name != "phone"
)


@dataclass(slots=True)
class Entry:
    """The values of one recipient from the rows of a batch."""

    phone: phone.Phone
    values: dict[str, str]
    standing: Standing = Standing.UNSAID


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be imported."""

    number: int
    problem: str
    content: str


@dataclass(slots=True)
class Batch:
    """The result of reading rows: recipients by number, refused rows, number of duplicates."""

    entries: dict[str, Entry] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    duplicates: int = 0
    opted_out: set[str] = field(default_factory=set)
    """Numbers whose rows say so, also those that cannot be imported for another reason."""


def read(
    rows: Sequence[Row],
    mapping: Sequence[str],
    region: str,
    mode: str = ImportMode.OVERWRITE,
    typed: Sequence[TypedColumn] = (),
) -> Batch:
    """Read rows; rows with the same number are merged as the mode says.

    `typed` are the columns of numbers, dates and birthdays: a row whose value cannot be read is
    refused, so that nothing is lost silently.
    """
    batch = Batch()
    columns = {field: n for n, field in enumerate(mapping) if field}
    kept = sorted(columns.values())
    phones = [columns.pop(name) for name in ("phone", OTHER_PHONE) if name in columns]
    answers = [(name, columns.pop(name)) for name in (OPTED_OUT, AGREED) if name in columns]
    unread = ""
    for row_number, cells in rows:
        if typed:
            cells, unread = typed_cells.read(cells, typed)
        try:
            number = _number(cells, phones, region)
        except InvalidPhone as error:
            batch.refused.append(Refused(row_number, error.code, _content(cells, kept)))
            continue
        row_standing = _standing(cells, answers) if answers else Standing.UNSAID
        if row_standing == Standing.OUT:
            batch.opted_out.add(number.e164)
        values = {name: cells[n] for name, n in columns.items() if n < len(cells) and cells[n]}
        if unread or _too_long(values):
            batch.refused.append(Refused(row_number, unread or LONG_VALUE, _content(cells, kept)))
            continue
        _merge(batch, number, values, row_standing, mode)
    return batch


def _standing(cells: Sequence[str], answers: Sequence[tuple[str, int]]) -> Standing:
    return max(standing(name, cells[n] if n < len(cells) else "") for name, n in answers)


def _number(cells: Sequence[str], positions: Sequence[int], region: str) -> phone.Phone:
    """The first valid number. Raises InvalidPhone: what is wrong with the first that there is."""
    wrong = None
    for position in positions:
        try:
            return phone.parse(cells[position] if position < len(cells) else "", region)
        except InvalidPhone as error:
            if wrong is None or wrong.code == PhoneProblem.EMPTY:
                wrong = error
    raise wrong or InvalidPhone(PhoneProblem.EMPTY)


def _merge(
    batch: Batch, number: phone.Phone, values: dict[str, str], standing: Standing, mode: str
) -> None:
    entry = batch.entries.get(number.e164)
    if entry is None:
        batch.entries[number.e164] = Entry(number, values, standing)
    else:
        entry.values = merging.merged(mode, entry.values, values)
        entry.standing = max(entry.standing, standing)
        batch.duplicates += 1


def _too_long(values: Mapping[str, str]) -> bool:
    if not values or max(map(len, values.values())) <= _ALWAYS_FITS:
        return False
    return any(len(value) > LENGTHS[name] for name, value in values.items())


def _content(cells: Sequence[str], kept: Sequence[int]) -> str:
    """The cells of the chosen columns: nothing else of a file is stored, see promise P6."""
    line = io.StringIO()
    csv.writer(line).writerow([cells[n][:_MOST_CELL] if n < len(cells) else "" for n in kept])
    return line.getvalue().removesuffix("\r\n")
