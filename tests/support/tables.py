"""Empties the tables before each test."""

from functools import cache

from sqlalchemy import Connection, Engine, create_engine, text

from promosms.extensions import db


def empty() -> None:
    """Empty all tables, without the triggers that protect some of them."""
    names = [table.name for table in reversed(db.metadata.sorted_tables)]
    engine = _engine(db.engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        nonempty = connection.execute(text(_nonempty(tuple(names)))).scalars().all()
        full = [name for name in names if name in set(nonempty)]
        if connection.dialect.name == "postgresql":
            # In replica mode no trigger fires.
            emptied = "; ".join(f"DELETE FROM {name}" for name in full)
            connection.execute(text(f"SET LOCAL session_replication_role = replica; {emptied}"))
        else:
            _empty_on_sqlite(connection, full)
    if engine.dialect.name == "sqlite":
        engine.dispose()  # a test may replace the database file


def _empty_on_sqlite(connection: Connection, full: list[str]) -> None:
    connection.execute(text("PRAGMA foreign_keys = OFF"))
    connection.exec_driver_sql("BEGIN")
    if "accounts" in full:  # the ledger of a deleted account may be deleted
        connection.execute(text("UPDATE accounts SET status = 'deleting'"))
        full = sorted(full, key=lambda name: name == "accounts")
    query = text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    guarded = {"payments", "invoices", "invoice_documents", "ledger_entries"} & set(full)
    guarded -= {"ledger_entries"} if "accounts" in full else set()
    guards = (
        [row for row in connection.execute(query) if row.tbl_name in guarded] if guarded else []
    )
    for _, guard, _ in guards:
        connection.execute(text(f"DROP TRIGGER {guard}"))
    for name in full:
        connection.execute(text(f"DELETE FROM {name}"))
    for _, _, statement in guards:
        connection.exec_driver_sql(statement)


@cache
def _nonempty(names: tuple[str, ...]) -> str:
    """A query for the tables with rows. Most are empty, and a query is cheaper than a delete."""
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names
    )


@cache
def _engine(url: str) -> Engine:
    """A separate engine, without the listeners of the application."""
    return create_engine(url, pool_pre_ping=True, pool_size=1)
