"""Rows of an import: read by its mapping, refused with a reason, merged when a number repeats."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial

from promosms.lib import local_values
from promosms.lib.local_values import Unreadable, Ways
from promosms.models import FIELDS, FieldType, ImportMode, now
from promosms.services.imports import merging, typed_cells
from promosms.services.imports.columns import OTHER_PHONE
from promosms.services.imports.consent_columns import (
    AGREED,
    ANSWERS,
    CONSENTED,
    DAY,
    HOW,
    LISTS,
    Standing,
    standing,
)
from promosms.services.imports.files import Row
from promosms.services.imports.typed_cells import TypedColumn
from promosms.services.recipients import list_names
from promosms.services.recipients.consent import FIRST_DAY
from promosms.services.recipients.fields import LENGTHS
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone, PhoneProblem

LONG_VALUE = "long_value"
_LONGEST_HOW = 300
_CACHED = 10_000
_MOST_CELL = max(LENGTHS.values()) + 1
"""Of a cell of a refused row that is kept: one that was cut is too long for its field, too."""
_ALWAYS_FITS = min(
    field.longest for field in FIELDS if field.type == FieldType.TEXT and field.name != "phone"
)


Evidence = tuple[str, date]


@dataclass(slots=True)
class Entry:
    """The values of one recipient from the rows of a batch."""

    phone: phone.Phone
    values: dict[str, str]
    standing: Standing = Standing.UNSAID
    evidence: Evidence | None = None
    """Where or how, and when they agreed, if their rows say it."""
    lists: tuple[str, ...] = ()


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
    answers = [(name, columns.pop(name)) for name in ANSWERS if name in columns]
    extras = _Extras(columns, answers, region)
    has_extras = extras.any()
    places, width = tuple(columns.items()), max(columns.values(), default=-1)
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
        if len(cells) > width:
            values = {name: cell for name, n in places if (cell := cells[n])}
        else:
            values = {name: cells[n] for name, n in places if n < len(cells) and cells[n]}
        if unread or _too_long(values) or (has_extras and extras.too_long(cells)):
            batch.refused.append(Refused(row_number, unread or LONG_VALUE, _content(cells, kept)))
            continue
        entry = Entry(number, values, row_standing)
        if has_extras:
            entry.evidence, entry.lists = extras.evidence(cells), extras.lists(cells)
        _merge(batch, entry, mode)
    return batch


def _standing(cells: Sequence[str], answers: Sequence[tuple[str, int]]) -> Standing:
    return max(standing(name, cells[n] if n < len(cells) else "") for name, n in answers)


def _number(cells: Sequence[str], positions: Sequence[int], region: str) -> phone.Phone:
    """The first valid number. Raises InvalidPhone: what is wrong with the first that there is."""
    problem = PhoneProblem.EMPTY
    for position in positions:
        try:
            return phone.parse(cells[position] if position < len(cells) else "", region)
        except InvalidPhone as error:
            # Not the error itself: it would refer to this frame, which refers to it, and so keep
            # all rows of the batch until somebody searches for cycles.
            if problem == PhoneProblem.EMPTY:
                problem = error.code
    raise InvalidPhone(problem)


def _merge(batch: Batch, new: Entry, mode: str) -> None:
    entry = batch.entries.get(new.phone.e164)
    if entry is None:
        batch.entries[new.phone.e164] = new
    else:
        entry.values = merging.merged(mode, entry.values, new.values)
        entry.standing = max(entry.standing, new.standing)
        entry.evidence = entry.evidence if new.evidence else None
        entry.lists = tuple(dict.fromkeys((*entry.lists, *new.lists)))
        batch.duplicates += 1


class _Extras:
    """The columns of a file that are no fields: evidence of the consent, and lists."""

    def __init__(
        self, columns: dict[str, int], answers: Sequence[tuple[str, int]], region: str
    ) -> None:
        self.answers = [(name, n) for name, n in answers if name in (AGREED, CONSENTED)]
        self.how, self.day = columns.pop(HOW, None), columns.pop(DAY, None)
        self.on_lists = columns.pop(LISTS, None)
        self.read = lru_cache(_CACHED)(partial(_day, how=local_values.ways(region)))

    def any(self) -> bool:
        """Does the file have one of them?"""
        return any(place is not None for place in (self.how, self.day, self.on_lists))

    def evidence(self, cells: Sequence[str]) -> Evidence | None:
        """Where or how, and when somebody agreed, if a row says yes and both."""
        how, day = _cell(cells, self.how), _cell(cells, self.day)
        if not how or not day or any(standing(name, _cell(cells, n)) for name, n in self.answers):
            return None
        read = self.read(day)
        return (how, read) if read else None

    def lists(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The names of the lists of a row."""
        cell = _cell(cells, self.on_lists)
        return tuple(list_names.split(cell)) if cell else ()

    def too_long(self, cells: Sequence[str]) -> bool:
        """Is the evidence, or the name of a list, longer than it can be kept?"""
        if len(_cell(cells, self.how)) > _LONGEST_HOW:
            return True
        return self.on_lists is not None and any(
            len(name) > list_names.LONGEST for name in self.lists(cells)
        )


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _day(cell: str, how: Ways) -> date | None:
    """A day on which somebody can have agreed."""
    today = now().date()
    try:
        day = date.fromisoformat(local_values.day(cell, how, today))
    except Unreadable:
        return None
    return day if FIRST_DAY <= day <= today + timedelta(days=1) else None


def _too_long(values: Mapping[str, str]) -> bool:
    if not values or max(map(len, values.values())) <= _ALWAYS_FITS:
        return False
    return any(len(value) > LENGTHS[name] for name, value in values.items())


def _content(cells: Sequence[str], kept: Sequence[int]) -> str:
    """The cells of the chosen columns: nothing else of a file is stored, see promise P6."""
    line = io.StringIO()
    csv.writer(line).writerow([cells[n][:_MOST_CELL] if n < len(cells) else "" for n in kept])
    return line.getvalue().removesuffix("\r\n")
