"""Guards: what the database itself refuses, whoever asks. The ledger and the payments only grow.

The triggers are made with their tables; a migration that makes or rebuilds a table calls
`statements` and `drops` itself. (SQLite forgets the triggers of a table that a batch rebuilds, and
a REPLACE passes by those on DELETE unless `PRAGMA recursive_triggers` is on: see database.py.)
There is none on INSERT: entries are written with every window of messages.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, event

from promosms.models.base import Model

TABLES = ("ledger_entries", "payments")
LEDGER = "a ledger entry is never changed"
LEDGER_GONE = "a ledger entry leaves only with its account"
PAYMENTS = "of a payment only what leads to the account is ever emptied"
PAYMENTS_GONE = "a payment is never deleted"

LEAVING = "EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting')"
FROZEN = (
    *("id", "public_id", "kind", "provider", "reference", "currency", "amount", "actor"),
    *("paid_at", "created_at"),
)
# May be emptied, never be given another value. The invoice is named once, when it is issued.
EMPTIED = {"account_id": "NULL", "top_up_id": "NULL", "note": "''"}


def statements(table: str, dialect: str) -> list[str]:
    """What guards a table, for "sqlite" or "postgresql"."""
    return list(_sqlite(table) if dialect == "sqlite" else _postgresql(table))


def drops(table: str, dialect: str) -> list[str]:
    """What takes the guards of a table away."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_{name}" for name in ("update", "delete")]
    names = ("update", "delete", "truncate")
    triggers = [f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}" for name in names]
    return [*triggers, *(f"DROP FUNCTION IF EXISTS guard_{table}_{name}()" for name in names[:2])]


def _payment_changed(differs: str) -> str:
    frozen = [f"NEW.{name} {differs} OLD.{name}" for name in FROZEN]
    emptied = [
        f"(NEW.{name} {differs} OLD.{name} AND NEW.{name} {differs} {empty})"
        for name, empty in EMPTIED.items()
    ]
    once = f"(OLD.invoice_id IS NOT NULL AND NEW.invoice_id {differs} OLD.invoice_id)"
    return " OR ".join([*frozen, *emptied, once])


def _rules(table: str, differs: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """What is refused: the event, when, and why."""
    if table == "ledger_entries":
        return ("update", "", LEDGER), ("delete", f"NOT {LEAVING}", LEDGER_GONE)
    return ("update", _payment_changed(differs), PAYMENTS), ("delete", "", PAYMENTS_GONE)


def _sqlite(table: str) -> Iterator[str]:
    for name, when, why in _rules(table, "IS NOT"):
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {name.upper()} ON {table} FOR EACH ROW "
            f"{f'WHEN {when} ' if when else ''}BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _postgresql(table: str) -> Iterator[str]:
    """A condition of a trigger cannot look into other tables there, so the function does."""
    for name, when, why in _rules(table, "IS DISTINCT FROM"):
        result = "NEW" if name == "update" else "OLD"
        condition = f"TG_OP = 'TRUNCATE' OR {when}" if name == "delete" and when else when
        yield (
            f"CREATE OR REPLACE FUNCTION guard_{table}_{name}() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN IF {condition or 'TRUE'} THEN "
            f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {result}; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {name.upper()} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION guard_{table}_{name}()"
        )
    yield (
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION guard_{table}_delete()"
    )


def attach() -> None:
    """Let the guards be made together with their tables."""
    for table in TABLES:
        event.listen(Model.metadata.tables[table], "after_create", _guard)


def _guard(table: Table, connection: Connection, **_options: object) -> None:
    for statement in statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)
