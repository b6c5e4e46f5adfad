"""Cells of numbers, dates and birthdays in the rows of an import, read as their file has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice

from promosms.lib import local_values
from promosms.lib.local_values import Unreadable, Ways
from promosms.models import Account, FieldType, Import, now
from promosms.services.imports import files as import_files
from promosms.services.recipients import field_values, fields

WORKBOOKS = frozenset(("xlsx", "xlsm", "xlsb", "xls", "ods"))
_SAMPLE = 1_000
"""So many rows tell how a column is written."""
_CACHED = 10_000
_BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of typed values: where it is, its field, and what reads a cell of it."""

    place: int
    problem: str
    read: Callable[[str], str]


Types = Mapping[str, FieldType]


def of_import(
    import_: Import, mapping: Sequence[str], has_header: bool, account: Account
) -> list[TypedColumn]:
    """The typed columns of an import with a mapping: their first rows tell how they are written."""
    types = fields.types(account)
    places = [n for n, name in enumerate(mapping) if name in types]
    if not places:
        return []
    in_workbook = import_.encoding in WORKBOOKS
    usual = _plain(account.region) if in_workbook else local_values.ways(account.region)
    sample = list(islice(import_files.read(import_.stored_as, int(has_header)), _SAMPLE))
    found = []
    for n in places:
        cells = [row[n] for _, row in sample if n < len(row)]
        found.append(_column(n, mapping[n], types, local_values.of_column(usual, cells)))
    return found


def kept(mapping: Sequence[str], region: str, types: Types) -> list[TypedColumn]:
    """The typed columns of rows that were refused: what could be read is kept in our form."""
    how = _plain(region)
    return [_column(n, name, types, how) for n, name in enumerate(mapping) if name in types]


def read(cells: Sequence[str], typed: Sequence[TypedColumn]) -> tuple[list[str], str]:
    """The cells with values in the form in which they are kept, and the first problem, or ""."""
    filled, problem = [*cells], ""
    for column in typed:
        if column.place < len(filled) and (cell := filled[column.place]):
            try:
                filled[column.place] = column.read(cell)
            except Unreadable:
                problem = problem or column.problem
    return filled, problem


def problem_of(name: str, type_: FieldType) -> str:
    """The code of the problem that the value of a field cannot be read."""
    return f"{type_}{_BETWEEN}{name}"


def is_problem(code: str) -> bool:
    """Is it the code of such a problem?"""
    return _BETWEEN in code


def of_problem(code: str) -> tuple[FieldType, str]:
    """The type and the field of such a code."""
    type_, _, name = code.partition(_BETWEEN)
    return FieldType(type_), name


def place_of(code: str) -> str:
    """The field that a problem is about; "" if it is the number."""
    return of_problem(code)[1] if is_problem(code) else ""


def typed_by_hand(code: str, typed: str, region: str) -> str:
    """What somebody has typed instead of a cell with such a problem, in our form if it fits."""
    try:
        return field_values.read(of_problem(code)[0], typed, local_values.ways(region))
    except Unreadable:
        return typed


def _plain(region: str) -> Ways:
    """Numbers with a point and without groups, as workbooks and we write them."""
    return replace(local_values.ways(region), decimal=".", groups="")


def _column(place: int, name: str, types: Types, how: Ways) -> TypedColumn:
    type_ = types[name]
    reader = partial(field_values.read, type_, how=how, today=now().date())
    return TypedColumn(place, problem_of(name, type_), lru_cache(_CACHED)(reader))
