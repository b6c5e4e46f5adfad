"""Statements about many rows, with one text for any number of rows, so it is prepared once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Dialect,
    Result,
    Select,
    Subquery,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    column,
    func,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine, UserDefinedType

from promosms.db.transactions import on_sqlite
from promosms.models import MessageStatus

NUMBERS, WORDS = "BIGINT", "TEXT"
PART_COLUMNS = (
    "INSERT INTO message_parts (message_id, number, account_id, gateway_id, reference, status)"
)
PARTS_ON_SQLITE = f"{PART_COLUMNS} VALUES (?, ?, ?, ?, ?, ?)"
PARTS_ON_POSTGRESQL = text(
    f"{PART_COLUMNS} SELECT m, n, a, :gateway, r, :status FROM unnest(CAST(:messages AS bigint[]),"
    " CAST(:numbers AS smallint[]), CAST(:accounts AS bigint[]), CAST(:references AS text[]))"
    " AS t(m, n, a, r)"
)
PAIRS_ON_SQLITE = text(
    "SELECT a.value AS account_id, p.value AS phone"
    " FROM json_each(:accounts) AS a JOIN json_each(:phones) AS p ON p.key = a.key"
)
PAIRS_ON_POSTGRESQL = text(
    "SELECT account_id, phone FROM unnest(CAST(:accounts AS bigint[]), CAST(:phones AS text[]))"
    " AS given(account_id, phone)"
)

PartRow = tuple[int, int, int, str]
"""Message, number of the part, account, reference."""


class Array(UserDefinedType[str]):
    """An array of PostgreSQL as a literal.

    Drivers convert arrays item by item, which costs more than the statement itself.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: str) -> None:
        self.item = item

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type."""
        return f"{self.item}[]"


class Many(TypeDecorator[Sequence[Any]]):
    """A list of numbers or words as one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: str) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the parameter."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Array(self.item))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str:
        """The value of the parameter."""
        if dialect.name == "sqlite":
            return json.dumps(value)
        return words(value or ()) if self.item == WORDS else numbers(value or ())


def among(column: Column[int] | ColumnElement[int], name: str = "ids") -> ColumnElement[bool]:
    """Is the column one of the ids in the parameter `name`?"""
    return _among(column, bindparam(name, type_=Many(NUMBERS)))


def among_names(column: ColumnElement[str], name: str = "references") -> ColumnElement[bool]:
    """Is the column one of the words in the parameter `name`?"""
    return _among(column, bindparam(name, type_=Many(WORDS)))


def one_of(column: ColumnElement[str], name: str = "words") -> ColumnElement[bool]:
    """Is the column one of the words in the parameter `name`? For thousands, by an index of it.

    The values are given with the execution: a statement that holds them is a cycle of objects, and
    keeps them until somebody searches for cycles.
    """
    if on_sqlite():
        return among_names(column, name)
    # With = ANY (array) a plan without statistics compares each row with each of the words.
    return column.in_(select(func.unnest(bindparam(name, type_=Many(WORDS)))))


def each_of(name: str = "ids") -> ColumnElement[int]:
    """The ids in the parameter `name` as the column of a table, to select from."""
    parameter = bindparam(name, type_=Many(NUMBERS))
    if on_sqlite():
        return func.json_each(parameter).table_valued("value").c.value
    return func.unnest(parameter).table_valued("id").render_derived().c.id


def pairs() -> Subquery:
    """A table of accounts (`account_id`) and phones (`phone`), given by `as_pairs`."""
    source = PAIRS_ON_SQLITE if on_sqlite() else PAIRS_ON_POSTGRESQL
    columns = column("account_id", BigInteger), column("phone", Text)
    return source.columns(*columns).subquery("asked")


def as_pairs(values: Sequence[tuple[int, str]]) -> dict[str, str]:
    """The parameters of a statement with `pairs`."""
    accounts, phones = [account for account, _ in values], [phone for _, phone in values]
    if on_sqlite():
        return {"accounts": json.dumps(accounts), "phones": json.dumps(phones)}
    return {"accounts": numbers(accounts), "phones": words(phones)}


def look_up(
    session: Session,
    query: Select[Any],
    column: ColumnElement[str],
    values: Sequence[str],
    *,
    lock: bool = False,
) -> Result[Any]:
    """The rows of the query whose column is one of these words, in the order of the words.

    The other conditions of the query and the column are those of a unique index, in its order. For
    an account of which PostgreSQL has no statistics yet, it would read all of its rows for each of
    the words: only by that index each of them is found without sorting.
    """
    given = {"words": values}
    if on_sqlite():
        found = query.where(one_of(column)).order_by(column)
        return session.connection().execute(found, given)
    words_ = func.unnest(bindparam("words", type_=Many(WORDS)))
    word = words_.table_valued("word").render_derived()
    # Both borders instead of =, with which there is nothing to sort.
    one = query.where(column >= word.c.word, column <= word.c.word).order_by(column).limit(1)
    found_one = (one.with_for_update() if lock else one).lateral()
    session.execute(text("SET LOCAL enable_sort = off"))
    try:
        joined = select(found_one).select_from(word.join(found_one, true()))
        return session.connection().execute(joined, given)
    finally:
        session.execute(text("SET LOCAL enable_sort TO DEFAULT"))


def _among(column: ColumnElement[Any], parameter: BindParameter[Any]) -> ColumnElement[bool]:
    if on_sqlite():
        return column.in_(select(func.json_each(parameter).table_valued("value").c.value))
    return column == any_(parameter)


def numbers(values: Iterable[int]) -> str:
    """A PostgreSQL array of numbers."""
    return "{" + ",".join(map(str, values)) + "}"


def words(values: Iterable[str]) -> str:
    """A PostgreSQL array of words."""
    values = list(values)
    joined = '","'.join(values)
    if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
        return f'{{"{joined}"}}'  # as nearly always: no sign that has to be marked
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in values)
    return "{" + ",".join(quoted) + "}"


def insert_parts(session: Session, gateway_id: int, rows: Sequence[PartRow]) -> None:
    """Insert parts that a gateway has accepted."""
    if not rows:
        return
    status = MessageStatus.SENT.value
    if on_sqlite():
        session.connection().exec_driver_sql(
            PARTS_ON_SQLITE, [(m, n, a, gateway_id, r, status) for m, n, a, r in rows]
        )
        return
    messages, places, accounts, references = zip(*rows, strict=True)
    session.execute(
        PARTS_ON_POSTGRESQL,
        {
            "gateway": gateway_id,
            "status": status,
            "messages": numbers(messages),
            "numbers": numbers(places),
            "accounts": numbers(accounts),
            "references": words(references),
        },
    )
