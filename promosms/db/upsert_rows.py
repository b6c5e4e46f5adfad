"""INSERT … ON CONFLICT of thousands of rows, without a step in Python for each of their values.

SQLAlchemy takes each value of each row through a bind parameter and its type: that costs more than
the databases need to store them. Here SQLite gets tuples, and PostgreSQL an array for each column.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import JSON, Table, func, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from promosms.db import bulk

Row = tuple[Any, ...]
_ENCODER = json.JSONEncoder(check_circular=False)


def upsert_rows(
    session: Session,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Row],
    unique: Sequence[str],
    replaced: Sequence[str],
    by: str = "",
) -> dict[Any, int]:
    """Insert rows with the columns `names`; with `by` returns the ids by this column.

    Of a row whose `unique` columns are there already the columns in `replaced` are replaced; the
    others stay. No two of the rows may have the same unique columns. (SQLite gives only the ids of
    rows that were not there.)
    """
    if not rows:
        return {}
    connection = session.connection()
    conflict = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET " + ", ".join(
        f"{name} = excluded.{name}" for name in replaced
    )
    begin = f"INSERT INTO {table.name} ({', '.join(names)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        stored = _stored(table, names, rows, connection.dialect)
        last = connection.scalar(select(func.max(table.c.id))) if by else 0
        connection.exec_driver_sql(f"{begin} VALUES ({marks}) {conflict}", stored)
        if not by:
            return {}
        newest = select(table.c[by], table.c.id).where(table.c.id > (last or 0))
        return dict(connection.execute(newest).all())
    values, parameters, arrays = _as_arrays(table, names, rows, connection.dialect)
    # A condition, or ON CONFLICT would be read as ON of a join.
    source = f"FROM unnest({', '.join(arrays)}) AS given({', '.join(arrays.values())})"
    returning = f"RETURNING {by}, id" if by else ""
    statement = f"{begin} SELECT {', '.join(values)} {source} WHERE true {conflict} {returning}"
    result = session.execute(text(statement), parameters)
    return dict(result.all()) if by else {}


def _stored(
    table: Table, names: Sequence[str], rows: Sequence[Row], dialect: Dialect
) -> Sequence[Row]:
    """The rows as the driver takes them: times and dates as texts."""
    processors = {
        n: _json if isinstance(kind, JSON) else _remembering(processor)
        for n, name in enumerate(names)
        if (kind := table.c[name].type)
        and (processor := kind.dialect_impl(dialect).bind_processor(dialect))
    }
    if not processors:
        return rows
    columns: list[Any] = list(zip(*rows, strict=True))
    for n, process in processors.items():
        columns[n] = map(process, columns[n])
    return list(zip(*columns, strict=True))


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
        kind = table.c[name].type.compile(dialect)
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


def _word(value: Any) -> Any:
    return None if value is None else str(value)


def _words(values: Sequence[Any]) -> str:
    """A PostgreSQL array of the values as texts."""
    if None not in values:
        return bulk.words(map(str, values))
    quoted = ("NULL" if value is None else bulk.words([str(value)])[1:-1] for value in values)
    return "{" + ",".join(quoted) + "}"
