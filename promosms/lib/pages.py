"""Keyset paging: each page of a list begins after the key of the last row of the page before.

A page far down the list costs no more than the first one, and new rows do not shift the pages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

Key = int | str
Row = TypeVar("Row")
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
        query = query.where(column > after if ascending else column < after)
    return query.order_by(column if ascending else column.desc()).limit(size + 1)


def page_of(rows: Iterable[Row], size: int, key: Callable[[Row], Key]) -> Page[Row]:
    """The page made of the rows that `select_page` has found."""
    selected = list(rows)
    shown = selected[:size]
    return Page(shown, key(shown[-1]) if len(selected) > size else None)
