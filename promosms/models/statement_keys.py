"""Foreign keys that PostgreSQL checks once for each statement, not once for each row.

A row of an import has six, and looking each of them up would cost more than all of its indexes but
that of the search. What a foreign key promises stays promised: a statement that inserts rows locks
the rows that these refer to (`FOR KEY SHARE`) and fails if one is missing; who deletes such a row
deletes, empties or forbids what refers to it, after the row is locked, so that nothing is inserted
meanwhile. The column never changes, except that it may be emptied; neither do ids.

Unlike a foreign key they see what the request of a customer sees: with row security it cannot
refer to a row of another account either. The triggers are made with their tables, and come before
those that count (PostgreSQL goes by their names); a migration calls `statements` and `drops`
itself. SQLite has the foreign keys.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, ForeignKeyConstraint, Table, event

from promosms.models.base import Model


def attach() -> None:
    """Let the triggers be made together with the tables that refer to others."""
    for table in Model.metadata.tables.values():
        if any(_keys(table)):
            event.listen(table, "after_create", _make)


def statements(table: Table) -> list[str]:
    """What checks the foreign keys of a table on PostgreSQL."""
    return [statement for key in _keys(table) for statement in _of_key(key)]


def drops(table: Table) -> list[str]:
    """What takes these triggers away."""
    return [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in names(table)]


def names(table: Table) -> list[str]:
    """The names of the functions, and of their triggers."""
    return [f"{_name(key)}_{act}" for key in _keys(table) for act in ("added", "kept", "removed")]


def _keys(table: Table) -> Iterator[ForeignKeyConstraint]:
    keys = (key for key in table.foreign_key_constraints if key.info.get("by_statement"))
    yield from sorted(keys, key=_name)


def _make(table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "postgresql":
        for statement in statements(table):
            connection.exec_driver_sql(statement)


def _name(key: ForeignKeyConstraint) -> str:
    return f"check_{key.table.name}_{key.column_keys[0]}"


def _of_key(key: ForeignKeyConstraint) -> Iterator[str]:
    name, table, column = _name(key), key.table.name, key.column_keys[0]
    target = key.referred_table.name
    broken = f"RAISE EXCEPTION '{table}.{column}: no such row of {target}, or it is still needed' "
    broken += "USING ERRCODE = 'foreign_key_violation'"
    found = f"(SELECT true AS here FROM {target} WHERE id = given.id FOR KEY SHARE)"
    yield _function(
        f"{name}_added",
        f"IF EXISTS (SELECT FROM came) THEN IF (SELECT count(*) <> count(found.here) FROM "
        f"(SELECT DISTINCT {column} AS id FROM came WHERE {column} IS NOT NULL ORDER BY 1) "
        f"AS given LEFT JOIN LATERAL {found} AS found ON true) THEN {broken}; END IF; END IF; "
        "RETURN NULL",
    )
    yield (
        f"CREATE TRIGGER {name}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS came "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_added()"
    )
    yield _function(f"{name}_kept", broken)
    yield (
        f"CREATE TRIGGER {name}_kept BEFORE UPDATE OF {column} ON {table} FOR EACH ROW WHEN "
        f"(NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS NOT NULL) "
        f"EXECUTE FUNCTION {name}_kept()"
    )
    referring = f"{table} WHERE {column} = old_row.id"
    acts = {
        "CASCADE": f"DELETE FROM {referring}",
        "SET NULL": f"UPDATE {table} SET {column} = NULL WHERE {column} = old_row.id",
        None: f"IF EXISTS (SELECT FROM {referring}) THEN {broken}; END IF",
    }
    yield _function(
        f"{name}_removed",
        f"FOR old_row IN SELECT id FROM gone ORDER BY id LOOP {acts[key.ondelete]}; END LOOP; "
        "RETURN NULL",
        "DECLARE old_row record; ",
    )
    yield (
        f"CREATE TRIGGER {name}_removed AFTER DELETE ON {target} REFERENCING OLD TABLE AS gone "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_removed()"
    )


def _function(name: str, body: str, declared: str = "") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET enable_seqscan = off AS $$ {declared}BEGIN {body}; END $$"
    )
