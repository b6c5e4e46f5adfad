"""Keyset paging: each page of a list begins after the key of the last row of the page before.

A page far down the list costs no more than the first one, and new rows do not shift the pages.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import InstrumentedAttribute

from promosms.extensions import db

Key = int | str
Row = TypeVar("Row")
HIGHEST = 2**63 - 1
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the key that leads to the next page; None on the last page."""

    rows: list[Row]
    next_key: Key | None


def select_page(
    query: Query,
    column: InstrumentedAttribute[int],
    after: int | None,
    size: int,
    *,
    ascending: bool = False,
) -> Query:
    """The query of the page after a key; the highest keys come first unless `ascending`.

    It selects one row more than the page shows: that row proves that there is a next page.
    """
    if after is not None:
        # It comes from an address: a larger number than the column holds would be an error.
        after = max(-HIGHEST, min(after, HIGHEST))
        query = query.where(column > after if ascending else column < after)
    return query.order_by(column if ascending else column.desc()).limit(size + 1)


def page_of(rows: Iterable[Row], size: int, key: Callable[[Row], Key]) -> Page[Row]:
    """The page made of the rows that `select_page` has found."""
    selected = list(rows)
    shown = selected[:size]
    return Page(shown, key(shown[-1]) if len(selected) > size else None)


def id_of(table: Table, account_id: int, public_id: str) -> int | None:
    """The key of the row that has this public id, for pages whose addresses show no ids."""
    if not public_id.isalnum():  # an address may hold anything, also bytes that no database takes
        return None
    columns = table.columns
    own = columns["account_id"] == account_id
    return db.session.scalar(select(columns["id"]).where(own, columns["public_id"] == public_id))


def all_pages(
    query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[int], size: int
) -> Iterator[list[Any]]:
    """All pages with at least one row, from the lowest key on; the key is the first column.

    Or else the rows are models with the attribute `id`. The caller may commit between two pages,
    so that no snapshot stays open while a slow reader takes them.
    """
    after: int | None = None
    while True:
        rows = db.session.execute(select_page(query, column, after, size, ascending=True))
        page = page_of(rows, size, lambda row: int(getattr(row[0], "id", row[0])))
        if page.rows:
            yield page.rows
        if page.next_key is None:
            return
        after = int(page.next_key)
