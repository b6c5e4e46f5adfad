"""INSERT (… ON CONFLICT) of thousands of rows, without a step in Python for each of their values.

SQLAlchemy takes each value of each row through a bind parameter and its type: that costs more than
the databases need to store them. Here SQLite gets some rows with each statement, and PostgreSQL an
array for each column. What is the same in all rows is given once.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any

from sqlalchemy import JSON, Table, Text, func, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from promosms.db import bulk

Row = tuple[Any, ...]
_ENCODER = json.JSONEncoder(check_circular=False)
_TOGETHER = (512, 64, 8, 1)
"""Numbers of rows of a statement on SQLite, so that a few statements are prepared once and serve
for all. One for each row costs twice as much. SQLite takes no more than 32,766 values."""


def upsert_rows(
    session: Session,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Row],
    unique: Sequence[str],
    replaced: Sequence[str],
    by: str = "",
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    """Insert rows with the columns `names`; with `by` returns the ids by this column, a text.

    Of a row whose `unique` columns are there already the columns in `replaced` are replaced; the
    others stay. No two of the rows may have the same unique columns. (SQLite gives only the ids of
    rows that were not there.) `meanwhile` is called when only the database has still to work.
    """
    replacing = ", ".join(f"{name} = excluded.{name}" for name in replaced)
    conflict = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {replacing}"
    return _insert(session, table, names, rows, conflict, by, meanwhile) if rows else {}


def insert_rows(session: Session, table: Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows with the columns `names`. What Python gives to new objects has to be in them."""
    if rows:
        _insert(session, table, names, rows)


def _insert(
    session: Session,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Row],
    conflict: str = "",
    by: str = "",
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    connection = session.connection()
    begin = f"INSERT INTO {table.name} ({', '.join(names)})"
    if connection.dialect.name == "sqlite":
        last = connection.scalar(select(func.max(table.c.id))) if by else 0
        together = list(_some_at_once(_stored(table, names, rows, connection.dialect)))
        meanwhile()
        for rows_of_one, stored in together:
            connection.exec_driver_sql(f"{begin} VALUES {rows_of_one} {conflict}", stored)
        if not by:
            return {}
        # In one row: for each row that is fetched, Python hands its lock to the other thread.
        newest = select(func.json_group_object(table.c[by], table.c.id, type_=Text))
        found: dict[str, int] = json.loads(
            connection.execute(newest.where(table.c.id > (last or 0))).scalar_one()
        )
        return found
    values, parameters, arrays = _as_arrays(table, names, rows, connection.dialect)
    # A condition, or ON CONFLICT would be read as ON of a join.
    source = f"FROM unnest({', '.join(arrays)}) AS given({', '.join(arrays.values())})"
    returning = f"RETURNING {by}, id" if by else ""
    statement = f"{begin} SELECT {', '.join(values)} {source} WHERE true {conflict} {returning}"
    meanwhile()
    result = session.execute(text(statement), parameters)
    return dict(result.all()) if by else {}


def _stored(
    table: Table, names: Sequence[str], rows: Sequence[Row], dialect: Dialect
) -> list[Sequence[Any]]:
    """The columns of the rows as the driver takes them: times and dates as texts."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for n, name in enumerate(names):
        kind = table.c[name].type
        if processor := kind.dialect_impl(dialect).bind_processor(dialect):
            process = _json if isinstance(kind, JSON) else _remembering(processor)
            columns[n] = list(map(process, columns[n]))
    return columns


def _some_at_once(columns: Sequence[Sequence[Any]]) -> Iterator[tuple[str, Row]]:
    """For each statement the VALUES with numbered parameters, and these."""
    same = {
        n: column[0] for n, column in enumerate(columns) if column.count(column[0]) == len(column)
    }
    varied = [column for n, column in enumerate(columns) if n not in same]
    rows = list(zip(*varied, strict=True)) if varied else [()] * len(columns[0])
    start = 0
    for size in _TOGETHER:
        values = _values(len(columns), tuple(same), size)
        while start + size <= len(rows):
            some = rows[start : start + size]
            yield values, (*same.values(), *chain.from_iterable(some))
            start += size


@lru_cache
def _values(columns: int, same: Sequence[int], rows: int) -> str:
    """The VALUES of a statement; the parameters begin with those that are the same in all rows."""
    first = {n: f"?{number}" for number, n in enumerate(same, 1)}
    others = count(len(same) + 1)
    return ", ".join(
        f"({', '.join(first.get(n) or f'?{next(others)}' for n in range(columns))})"
        for _ in range(rows)
    )


def _remembering(processor: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Most rows of a batch have the same times: each is changed once."""
    known: dict[Any, Any] = {}

    def processed(value: Any) -> Any:
        if value not in known:
            known[value] = processor(value)
        return known[value]

    return processed


def _json(value: Any) -> str:
    """What the database stores: most lists and dictionaries of a batch are empty."""
    return "{}" if value == {} else "[]" if value == [] else _ENCODER.encode(value)


def _as_arrays(
    table: Table, names: Sequence[str], rows: Sequence[Row], dialect: Dialect
) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """An expression for each column, the parameters, and the columns of the arrays.

    A column with the same value in all rows is sent once.
    """
    values, parameters, arrays = [], {}, {}
    for n, (name, column) in enumerate(zip(names, zip(*rows, strict=True), strict=True)):
        kind = _kind(table, name, dialect)
        if isinstance(table.c[name].type, JSON):
            column = tuple(map(_json, column))
        if len(set(column)) == 1 and n:
            parameters[f"p{n}"] = _word(column[0])
            values.append(f"CAST(:p{n} AS {kind})")
        else:
            parameters[f"p{n}"] = _words(column)
            arrays[f"CAST(:p{n} AS text[])"] = f"c{n}"
            values.append(f"CAST(c{n} AS {kind})")
    return values, parameters, arrays


@lru_cache(maxsize=512)
def _kind(table: Table, name: str, dialect: Dialect) -> str:
    """The type of a column, as PostgreSQL calls it."""
    return table.c[name].type.compile(dialect)


def _word(value: Any) -> Any:
    return None if value is None else str(value)


def _words(values: Sequence[Any]) -> str:
    """A PostgreSQL array of the values as texts."""
    if None not in values:
        return bulk.words(map(str, values))
    quoted = ("NULL" if value is None else bulk.words([str(value)])[1:-1] for value in values)
    return "{" + ",".join(quoted) + "}"
