"""Refused rows of an import as their page shows them: whose they are, what is wrong, the offer."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import BadRow, Import, table_of
from promosms.services.imports import rows as import_rows
from promosms.services.imports import typed_cells
from promosms.services.imports.columns import OTHER_PHONE
from promosms.services.imports.consent_columns import EXTRAS
from promosms.sms import phone, phone_offers
from promosms.sms.phone import LONGEST_TYPED, InvalidPhone, PhoneProblem
from promosms.sms.phone_offers import Offer

PAGE = 50
_CHUNK = 500
_TYPED_ANEW = frozenset(
    (
        PhoneProblem.EMPTY,
        PhoneProblem.DAMAGED,
        PhoneProblem.LANDLINE,
        PhoneProblem.PREMIUM,
        PhoneProblem.NOT_MOBILE,
    )
)
"""Nothing of such a number is of use for another one."""
_NAMED_BY = ("first_name", "last_name"), ("company",), ("email",)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A refused row: its name if it has one, the cell that is wrong, what was tried and offered.

    `field` is the one whose value cannot be read, "" if it is the number. `others` are the other
    chosen cells, without the answers yes and no.
    """

    public_id: str
    number: int
    name: str
    problem: str
    cell: str
    typed: str
    field: str
    others: tuple[str, ...]
    offer: Offer | None

    @property
    def of_number(self) -> bool:
        """Is it the number that is wrong?"""
        return self.problem != import_rows.LONG_VALUE and not self.field

    @property
    def mendable(self) -> bool:
        """Can another number or value be typed in?"""
        return self.problem != import_rows.LONG_VALUE

    @property
    def line(self) -> str:
        """The cell as a field of a form holds it; empty if it is too long for one."""
        line = " ".join(self.cell.split())
        return line if len(line) <= LONGEST_TYPED else ""

    @property
    def filled(self) -> str:
        """What stands in the field: what was tried, what is certain, or what can be corrected."""
        if self.field:
            return self.typed or self.line
        if self.typed or self.offer is None or not self.offer.certain:
            return self.typed or (self.line if self.problem not in _TYPED_ANEW else "")
        return phone.pretty(self.offer.e164)


def page(import_: Import, region: str, begin: str = "") -> Page[RefusedRow]:
    """A page of refused rows in the order of the file, from the one with this public id on.

    The next page begins with a row of its own, so it is found when all of this one are settled.
    """
    query = _of(import_.id).order_by(BadRow.id).limit(PAGE + 1)
    first = id_of(table_of(BadRow), import_.account_id, begin)
    if first is not None:
        query = query.where(BadRow.id >= first)
    mapping = list(import_.mapping)
    found = [shown(row, mapping, region) for row in db.session.scalars(query)]
    return Page(found[:PAGE], found[PAGE].public_id if len(found) > PAGE else None)


def chosen(import_: Import, region: str, public_ids: Collection[str]) -> dict[str, RefusedRow]:
    """Those of these rows that are still refused, by public id."""
    mapping = list(import_.mapping)
    found = rows(db.session(), import_.id, public_ids)
    return {row.public_id: shown(row, mapping, region) for row in found}


def rows(
    session: Session, import_id: int, public_ids: Collection[str], *, lock: bool = False
) -> list[BadRow]:
    """Those of these rows that are still refused, in the order of the file."""
    query = _of(import_id).where(BadRow.public_id.in_(public_ids)).order_by(BadRow.id)
    return list(session.scalars(query.with_for_update() if lock else query))


def chunks(import_id: int) -> Iterator[list[BadRow]]:
    """All refused rows, some hundred at a time; the caller may delete those that it got."""
    last: int | None = None
    while True:
        query = select_page(_of(import_id), BadRow.id, last, _CHUNK, ascending=True)
        chunk = page_of(db.session.scalars(query), _CHUNK, lambda row: row.id)
        yield chunk.rows
        if chunk.next_key is None:
            return
        last = int(chunk.next_key)


def fields(mapping: Sequence[str]) -> list[str]:
    """What the cells of a refused row are: the chosen columns alone are kept."""
    return [field for field in mapping if field]


def with_number(row: BadRow, mapping: Sequence[str], region: str, number: str) -> list[str]:
    """The cells with a number, or another value, instead of the refused one."""
    columns, typed = fields(mapping), number.strip()
    cells = _cells(row, len(columns))
    if typed_cells.is_problem(row.problem):
        typed = typed_cells.typed_by_hand(row.problem, typed, region)
    cells[_refused_at(row, cells, columns, region)] = typed
    return cells


def shown(row: BadRow, mapping: Sequence[str], region: str) -> RefusedRow:
    """A row as its page shows it."""
    columns = fields(mapping)
    cells = _cells(row, len(columns))
    place = _refused_at(row, cells, columns, region)
    of_value = typed_cells.is_problem(row.problem)
    values = dict(zip(columns, cells, strict=False))
    names = (" ".join(values.get(name, "") for name in group).strip() for group in _NAMED_BY)
    return RefusedRow(
        public_id=row.public_id,
        number=row.row,
        name=next(filter(None, names), ""),
        problem=row.problem,
        cell=cells[place],
        typed=row.typed,
        field=columns[place] if of_value else "",
        others=tuple(
            cell
            for n, (name, cell) in enumerate(zip(columns, cells, strict=False))
            if n != place and cell and name not in EXTRAS
        ),
        offer=None if of_value else phone_offers.offer(cells[place], region),
    )


def _of(import_id: int) -> Select[BadRow]:
    return select(BadRow).where(BadRow.import_id == import_id)


def _cells(row: BadRow, width: int) -> list[str]:
    cells = next(csv.reader(io.StringIO(row.content, newline="")), [])
    return [*cells, *[""] * (width - len(cells))]


def _refused_at(row: BadRow, cells: Sequence[str], columns: Sequence[str], region: str) -> int:
    """The place of what was refused: of numbers it is the first that is not empty."""
    if typed_cells.is_problem(row.problem):
        return columns.index(typed_cells.of_problem(row.problem)[1])
    places = [columns.index(name) for name in ("phone", OTHER_PHONE) if name in columns]
    return next((place for place in places if not _is_empty(cells[place], region)), places[0])


def _is_empty(cell: str, region: str) -> bool:
    try:
        phone.parse(cell, region)
    except InvalidPhone as error:
        return error.code == PhoneProblem.EMPTY
    return False
