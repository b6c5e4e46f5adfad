"""Guards: changes that the database itself refuses.

The triggers are made with their tables; a migration that makes or rebuilds a table calls
`statements` and `drops` itself. (SQLite forgets the triggers of a table that a batch rebuilds, and
a REPLACE passes by those on DELETE without `PRAGMA recursive_triggers`: db/transactions.py.)
There is none on INSERT: entries are written with every window of messages.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, event

from promosms.models.base import Model


class Rule(NamedTuple):
    """An `update` or `delete` of a row that is refused, when (always, if empty), and why."""

    act: str
    when: str
    why: str


# For a table and a dialect, "sqlite" or "postgresql": a rule for each act that is guarded.
Rules = Callable[[str], tuple[Rule, ...]]
GUARDED: dict[str, Rules] = {}
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def guard(table: str, rules: Rules) -> None:
    """Let the guards of a table be made together with it."""
    GUARDED[table] = rules
    event.listen(Model.metadata.tables[table], "after_create", _make)


def statements(table: str, dialect: str) -> list[str]:
    """What guards a table, for "sqlite" or "postgresql"."""
    return list(_sqlite(table) if dialect == "sqlite" else _postgresql(table))


def drops(table: str, dialect: str) -> list[str]:
    """What takes the guards of a table away."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_{act}" for act in ("update", "delete")]
    acts = ("update", "delete", "truncate")
    triggers = [f"DROP TRIGGER IF EXISTS {table}_{act} ON {table}" for act in acts]
    return [*triggers, *(f"DROP FUNCTION IF EXISTS guard_{table}_{act}()" for act in acts[:2])]


def cut_to_day(name: str, allowed: str, dialect: str) -> str:
    """The condition that a time is as it was or, where `allowed`, the beginning of its day.

    In which zone the day begins the database does not know: so it is a whole minute less than 26
    hours before (a day can have 25).
    """
    old, new = f"OLD.{name}", f"NEW.{name}"
    if dialect == "sqlite":
        near = f"julianday({old}) - julianday({new}) < 1.09 AND substr({new}, 18) = '00.000000'"
    else:
        near = f"{old} - {new} < interval '26 hours' AND date_trunc('minute', {new}) = {new}"
    return f"({new} = {old} OR ({allowed} AND {new} <= {old} AND {near}))"


def _make(table: Table, connection: Connection, **_options: object) -> None:
    for statement in statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


def _sqlite(table: str) -> Iterator[str]:
    for act, when, why in GUARDED[table]("sqlite"):
        yield (
            f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW "
            f"{f'WHEN {when} ' if when else ''}BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _postgresql(table: str) -> Iterator[str]:
    """A condition of a trigger cannot look into other tables there, so the function does."""
    rules = GUARDED[table]("postgresql")
    for act, when, why in rules:
        result = "NEW" if act == "update" else "OLD"
        condition = f"TG_OP = 'TRUNCATE' OR {when}" if act == "delete" and when else when
        yield (
            f"CREATE OR REPLACE FUNCTION guard_{table}_{act}() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN IF {condition or 'TRUE'} THEN "
            f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {result}; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION guard_{table}_{act}()"
        )
    if any(act == "delete" for act, _when, _why in rules):
        yield (
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION guard_{table}_delete()"
        )
