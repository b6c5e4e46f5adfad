"""Guards of invoices: the database refuses to change one, or to lose one before its time.

Only the way to the account may be cut: `account_id` and `top_up_id` can be emptied. A document is
never replaced, and goes with its invoice. Made with their tables; a migration calls `statements`
and `drops` itself. Days are those of UTC.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, event

from promosms.models.base import Model

TABLES = ("invoices", "invoice_documents")
CHANGED = {
    "invoices": "an invoice is never changed",
    "invoice_documents": "a document of an invoice is never changed",
}
GONE = {
    "invoices": "an invoice is kept until its day",
    "invoice_documents": "a document is kept as long as its invoice",
}
EMPTIED = ("account_id", "top_up_id")
# Cast for the comparison: PostgreSQL does not compare JSON.
AS_TEXT = ("data",)
FROZEN = {
    "invoices": (
        *("id", "public_id", "original_id", "kind", "series", "year", "number", "label"),
        *("issued_on", "currency", "tax_case", "rate", "net", "tax", "gross", "data", "digest"),
        *("purge_after", "created_at"),
    ),
    "invoice_documents": ("invoice_id", "kind", "content", "digest", "created_at"),
}
TODAY = {"sqlite": "date('now')", "postgresql": "(now() AT TIME ZONE 'UTC')::date"}


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


def attach() -> None:
    """Let the guards be made together with their tables."""
    for table in TABLES:
        event.listen(Model.metadata.tables[table], "after_create", _make)


def _make(target: Table, connection: Connection, **_more: object) -> None:
    for statement in statements(target.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


def _changed(table: str, differs: str, cast: str) -> str:
    frozen = (
        f"NEW.{name}{cast if name in AS_TEXT else ''} {differs} "
        f"OLD.{name}{cast if name in AS_TEXT else ''}"
        for name in FROZEN[table]
    )
    if table != "invoices":
        return " OR ".join(frozen)
    emptied = (f"(NEW.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in EMPTIED)
    return " OR ".join([*frozen, *emptied])


def _kept(table: str, dialect: str) -> str:
    today = TODAY[dialect]
    if table == "invoices":
        return f"OLD.purge_after >= {today}"
    return f"EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND purge_after >= {today})"


def _sqlite(table: str) -> Iterator[str]:
    rules = (
        ("update", _changed(table, "IS NOT", ""), CHANGED[table]),
        ("delete", _kept(table, "sqlite"), GONE[table]),
    )
    for name, when, why in rules:
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {name.upper()} ON {table} FOR EACH ROW "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _postgresql(table: str) -> Iterator[str]:
    rules = (
        ("update", _changed(table, "IS DISTINCT FROM", "::text"), CHANGED[table], "NEW"),
        ("delete", f"TG_OP = 'TRUNCATE' OR {_kept(table, 'postgresql')}", GONE[table], "OLD"),
    )
    for name, when, why, result in rules:
        yield (
            f"CREATE OR REPLACE FUNCTION guard_{table}_{name}() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
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
