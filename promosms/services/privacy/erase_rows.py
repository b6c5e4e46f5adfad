"""Erasing the rows of an account from all tables, one batch per transaction.

A writer on SQLite blocks all others, so a batch takes about a second at most; a million recipients
must be deleted within a minute. Each batch is counted in its own transaction, so the counts are
right even if the process is killed.
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
from promosms.services.privacy.account_scope import rows_of, tables

BATCH = 10_000
BATCH_ON_POSTGRESQL = 50_000
"""There only writers of the same rows wait."""
MESSAGES, PARTS = table_of(Message), table_of(MessagePart)


def delete_rows(account_id: int, account: str, deadline: float) -> bool:
    """Delete the account's rows from all tables, and repeat until no row is left.

    Another process may add a row meanwhile. False if the deadline, one of time.monotonic(), came
    first.
    """
    deleted = 1
    while deleted:
        deleted = 0
        # Parts are deleted with their messages: to find them separately is slow.
        for table in (table for table in tables() if table is not PARTS):
            while batch := _delete_batch(table, account_id, account):
                deleted += batch
                if time.monotonic() > deadline:
                    return False
    return True


def _delete_batch(table: Table, account_id: int, account: str) -> int:
    with transaction() as session:
        if has_room():
            lengthen_log(session)
        statement = _batch(table, rows_of(table, account_id))
        if table is MESSAGES:
            number = _delete_messages(session, account_id)
        elif table.name == LedgerEntry.__tablename__:
            number = ledger_totals.keep(session, statement)
        else:
            number = session.connection().execute(statement).rowcount
        _count(session, account, table.name, number)
        return number


def _batch(table: Table, condition: ColumnElement[bool]) -> Delete:
    """Delete a batch of these rows; on PostgreSQL by ctid, which needs no index."""
    if on_sqlite():
        columns = table.primary_key.columns
        key = tuple_(*columns) if len(columns) > 1 else next(iter(columns))
        return delete(table).where(key.in_(select(*columns).where(condition).limit(BATCH)))
    ctid: ColumnElement[Any] = literal_column(f"{table.name}.ctid")
    batch = select(ctid).select_from(table).where(condition).limit(BATCH_ON_POSTGRESQL)
    chosen = ctid.op("=", is_comparison=True)(func.any(func.array(batch.scalar_subquery())))
    return delete(table).where(chosen)


def _delete_messages(session: Transaction, account_id: int) -> int:
    """Delete a batch of messages with their parts."""
    size = BATCH if on_sqlite() else BATCH_ON_POSTGRESQL
    batch = select(MESSAGES.c.id).where(rows_of(MESSAGES, account_id)).limit(size)
    return purge_messages.delete_messages(session, session.scalars(batch).all())


def _count(session: Transaction, account: str, name: str, number: int) -> None:
    if not number:
        return
    row = session.scalars(select(Erasure).where(Erasure.account == account)).one()
    counts = {**row.counts, name: row.counts.get(name, 0) + number}
    session.execute(update(Erasure).where(Erasure.id == row.id).values(counts=counts))
