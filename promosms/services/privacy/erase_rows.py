"""Removal: the rows of an account leave all tables, a batch in each transaction.

In batches, because a writer on SQLite keeps all others waiting; as large as a second allows, for
a million recipients have to be gone within a minute. Whatever is killed, what has gone is counted.
"""

import time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Table,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session as Transaction

from promosms.db.transactions import has_room, lengthen_log, on_sqlite, transaction
from promosms.models import Erasure, LedgerEntry, Message, MessagePart, table_of
from promosms.services.ledger import totals as ledger_totals
from promosms.services.privacy import purge_messages
from promosms.services.privacy.account_scope import belonging, tables

BATCH = 10_000
BATCH_ON_POSTGRESQL = 50_000
"""Nobody waits there for rows that are not his."""
MESSAGES, PARTS = table_of(Message), table_of(MessagePart)


def remove_rows(account_id: int, account: str, deadline: float) -> bool:
    """Empty all tables, again and again until nothing is left: somebody may just have added a row.

    False if the time was over before that; `deadline` is one of time.monotonic().
    """
    removed = 1
    while removed:
        removed = 0
        # Parts go with their messages: on their own they would be looked for over and over.
        for table in (one for one in tables() if one is not PARTS):
            while batch := _remove_batch(table, account_id, account):
                removed += batch
                if time.monotonic() > deadline:
                    return False
    return True


def _remove_batch(table: Table, account_id: int, account: str) -> int:
    with transaction() as session:
        if has_room():
            lengthen_log(session)
        gone = _some(table, belonging(table, account_id))
        if table is MESSAGES:
            number = _remove_messages(session, account_id)
        elif table.name == LedgerEntry.__tablename__:
            number = ledger_totals.keep(session, gone)
        else:
            number = _remove(session, gone)
        _count(session, account, table.name, number)
        return number


def _some(table: Table, which: ColumnElement[bool]) -> Delete:
    """Delete a batch of these rows; on PostgreSQL by their place, which needs no index."""
    if on_sqlite():
        columns = table.primary_key.columns
        key = tuple_(*columns) if len(columns) > 1 else next(iter(columns))
        return delete(table).where(key.in_(select(*columns).where(which).limit(BATCH)))
    place: ColumnElement[Any] = literal_column(f"{table.name}.ctid")
    some = select(place).select_from(table).where(which).limit(BATCH_ON_POSTGRESQL)
    here = place.op("=", is_comparison=True)(func.any(func.array(some.scalar_subquery())))
    return delete(table).where(here)


def _remove_messages(session: Transaction, account_id: int) -> int:
    """A batch of them with their parts."""
    size = BATCH if on_sqlite() else BATCH_ON_POSTGRESQL
    some = select(MESSAGES.c.id).where(belonging(MESSAGES, account_id)).limit(size)
    return purge_messages.delete_messages(session, session.scalars(some).all())


def _remove(session: Transaction, gone: Delete) -> int:
    return session.connection().execute(gone).rowcount


def _count(session: Transaction, account: str, name: str, number: int) -> None:
    if not number:
        return
    row = session.scalars(select(Erasure).where(Erasure.account == account)).one()
    counts = {**row.counts, name: row.counts.get(name, 0) + number}
    session.execute(update(Erasure).where(Erasure.id == row.id).values(counts=counts))
