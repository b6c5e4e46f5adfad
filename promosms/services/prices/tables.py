"""Price tables: export and import of the prices of a route as a CSV file.

Columns: country, prefix, top_up_from, valid_from (UTC; empty: now), price, currency. Only country
and price are required. An import adds and changes prices, and deletes none.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from promosms.db.transactions import transaction
from promosms.lib import csv_files, csv_reader, formulas, text_encodings
from promosms.models import now
from promosms.services.audit import log as audit_log
from promosms.services.prices import cells as price_cells
from promosms.services.prices import entries, prices
from promosms.services.prices.cells import FREE, NONE, UNITS, BadCell, NewPrice, PriceProblem
from promosms.services.prices.entries import Change
from promosms.services.prices.prices import Entry
from promosms.settings import settings

COLUMNS = ("country", "prefix", "top_up_from", "valid_from", "price", "currency")
NEEDED = ("country", "price")
MOST_BYTES = 1_000_000
MOST_ROWS = 20_000
_INVISIBLE = str.maketrans("", "", "\0\ufeff\u200b\u200e\u200f")


class TableProblem(StrEnum):
    """Why a table cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    QUOTES = "quotes"
    MISSING = "missing"
    UNKNOWN = "unknown"
    REPEATED = "repeated"


class BadTable(Exception):
    """The table cannot be read; `column` is the column with the problem."""

    def __init__(self, problem: TableProblem, column: str = "") -> None:
        super().__init__(problem, column)
        self.problem, self.column = problem, column


class PreviewOutdated(Exception):
    """The prices have changed since the preview was shown."""


@dataclass(frozen=True)
class Plan:
    """What an import would do: changes and errors with row numbers, and how many rows are equal."""

    changes: list[tuple[int, Change]]
    same: int
    errors: list[tuple[int, BadCell]]

    @property
    def digest(self) -> str:
        """The digest of the changes, which the form sends back."""
        return entries.digest([change for _row, change in self.changes])


def export_rows(route_id: int) -> Iterator[list[str]]:
    """The valid and planned prices as rows; importing them changes nothing."""
    yield list(COLUMNS)
    moment, currency = now(), settings.currency
    for entry in entries.present(prices.entries(route_id), moment):
        tier = figures(entry.tier_from) if entry.tier_from else ""
        begins = _moment(entry) if entry.valid_from > moment else ""
        known = entry.currency if entry.foreign else currency  # its import then says: convert
        yield [entry.country, entry.prefix, tier, begins, _price(entry.amount), known]


def decode(raw: bytes) -> str:
    """The text of an uploaded table, in any encoding that is certain. Raises BadTable."""
    if len(raw) > MOST_BYTES:
        raise BadTable(TableProblem.TOO_LARGE)
    try:
        found = text_encodings.examine(io.BytesIO(raw), settings.registration_countries[0])
        if found.readings:
            raise BadTable(TableProblem.ENCODING)
        return text_encodings.decode(raw, found.encoding)
    except (text_encodings.Unreadable, UnicodeError) as error:
        raise BadTable(TableProblem.ENCODING) from error


def plan(route_id: int, text: str, moment: datetime | None = None) -> Plan:
    """What a table would change on a route now. Raises BadTable."""
    moment = moment or now()
    by_series: dict[tuple[str, str, int], list[Entry]] = {}
    for entry in prices.entries(route_id):
        by_series.setdefault(entry.series, []).append(entry)
    changes: list[tuple[int, Change]] = []
    errors: list[tuple[int, BadCell]] = []
    same, seen = 0, dict[tuple[object, ...], int]()
    for row, cells in _rows(text):
        try:
            price = _read(cells, moment)
            if price[:4] in seen:
                raise BadCell("", PriceProblem.TWICE, str(seen[price[:4]]))
            seen[price[:4]] = row
            change = entries.change_of(by_series.get(price.series, []), price, moment)
            if change is None:
                same += 1
            else:
                changes.append((row, change))
        except BadCell as error:
            errors.append((row, error))
    return Plan(changes, same, errors)


def apply(route_id: int, text: str, digest: str, actor: str) -> int:
    """Make all changes that a preview has shown, or none; returns how many.

    Raises PreviewOutdated if they are not the same any more, and BadTable.
    """
    with transaction() as session:
        route, moment = entries.lock(session, route_id), now()
        planned = plan(route_id, text, moment)
        if planned.errors or planned.digest != digest:
            raise PreviewOutdated
        entries.write(session, route_id, (change for _row, change in planned.changes), moment)
        number = len(planned.changes)
        if number:
            audit_log.record(actor, "route.prices", route.code, f"{number} from a table")
        return number


def figures(units: int) -> str:
    """1/10,000 as a plain number without trailing zeros, such as 0.03."""
    figures = f"{Decimal(units) / UNITS:.4f}".rstrip("0").rstrip(".")
    return figures or "0"


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its number in the file, as cells by column."""
    plain = text.translate(_INVISIBLE)
    delimiter = csv_files.guess_delimiter(plain)
    reader = csv_reader.records(io.StringIO(plain, newline=""), delimiter)
    head: list[str] | None = None
    try:
        for number, cells in enumerate(reader, 1):
            values = [formulas.unescaped(cell.strip()) for cell in cells]
            if not any(values) or (number == 1 and values[0].lower() == "sep="):
                continue
            if number > MOST_ROWS:
                raise BadTable(TableProblem.TOO_LARGE)
            if head is None:
                head = _head(values)
            else:
                yield number, _by_column(head, values)
    except csv_reader.BadQuotes as error:
        raise BadTable(TableProblem.QUOTES) from error
    if head is None:
        raise BadTable(TableProblem.EMPTY)


def _head(cells: list[str]) -> list[str]:
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if name and name not in COLUMNS:
            raise BadTable(TableProblem.UNKNOWN, cell[:40])
        if name and names.count(name) > 1:
            raise BadTable(TableProblem.REPEATED, name)
    for name in NEEDED:
        if name not in names:
            raise BadTable(TableProblem.MISSING, name)
    return names


def _by_column(head: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by name of the column; cells without a column are joined under ""."""
    by_column = dict.fromkeys(COLUMNS, "") | {"": "".join(cells[len(head) :])}
    for name, cell in zip(head, cells, strict=False):
        by_column[name] = cell if name else by_column[""] + cell
    return by_column


def _read(cells: dict[str, str], moment: datetime) -> NewPrice:
    if cells[""] or cells["currency"].isdecimal():
        raise BadCell("", PriceProblem.CELLS)
    if cells["currency"] and cells["currency"].upper() != settings.currency:
        raise BadCell("currency", PriceProblem.CURRENCY, cells["currency"][:20])
    country = price_cells.country(cells["country"])
    return NewPrice(
        country,
        price_cells.prefix(cells["prefix"], country),
        price_cells.tier(cells["top_up_from"]),
        price_cells.moment(cells["valid_from"], moment),
        price_cells.amount(cells["price"]),
    )


def _price(amount: int | None) -> str:
    if amount is None:
        return NONE
    return figures(amount) if amount else FREE


def _moment(entry: Entry) -> str:
    spec = "minutes" if not entry.valid_from.second else "seconds"
    return entry.valid_from.replace(tzinfo=None, microsecond=0).isoformat(" ", timespec=spec)
