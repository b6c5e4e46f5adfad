"""What the database itself does for consents: acts stay as they are, and the history is written.

The triggers are made with their tables; a migration calls `statements` and `drops` itself. (SQLite
forgets triggers of a table that a migration rebuilds: that has to make them again.)
"""

from sqlalchemy import Connection, Table, event

from promosms.models import guards
from promosms.models.base import Model
from promosms.models.guards import Rule

CHANGED = "a consent is never changed"
WORDING_CHANGED = "the words that people agreed to are never changed"
NAME = "note_consent"
FROZEN = (
    *("id", "public_id", "account_id", "series", "version", "name", "language", "text"),
    *("digest", "by", "created_at"),
)
COLUMNS = "consent_changes (account_id, recipient_id, consent_id, replaced_at)"
CHANGE = "OLD.consent_id IS NOT NULL AND OLD.consent_id {} NEW.consent_id"
ON_SQLITE = (
    f"CREATE TRIGGER {NAME} AFTER UPDATE OF consent_id ON recipients FOR EACH ROW "
    f"WHEN {CHANGE.format('IS NOT')} BEGIN INSERT INTO {COLUMNS} VALUES (OLD.account_id, OLD.id, "
    "OLD.consent_id, strftime('%Y-%m-%d %H:%M:%f000', 'now')); END",
)
ON_POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"INSERT INTO {COLUMNS} VALUES (OLD.account_id, OLD.id, OLD.consent_id, clock_timestamp()); "
    "RETURN NULL; END $$",
    f"CREATE TRIGGER {NAME} AFTER UPDATE ON recipients FOR EACH ROW "
    f"WHEN ({CHANGE.format('IS DISTINCT FROM')}) EXECUTE FUNCTION {NAME}()",
)


def statements(dialect: str) -> list[str]:
    """What writes the history, for "sqlite" or "postgresql"."""
    return list(ON_SQLITE if dialect == "sqlite" else ON_POSTGRESQL)


def drops(dialect: str) -> list[str]:
    """What takes this trigger away."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {NAME}"]
    return [f"DROP TRIGGER IF EXISTS {NAME} ON recipients", f"DROP FUNCTION IF EXISTS {NAME}()"]


def attach() -> None:
    """Let the triggers be made together with their tables."""
    guards.guard("consents", lambda _dialect: (Rule("update", "", CHANGED),))
    guards.guard("wordings", _wordings)
    event.listen(Model.metadata.tables["recipients"], "after_create", _make)


def _make(_table: Table, connection: Connection, **_options: object) -> None:
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def _wordings(dialect: str) -> tuple[Rule, ...]:
    differs = guards.DIFFERS[dialect]
    # In quotes: PL/pgSQL does not take BY, a word of its own, for a column.
    changed = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in FROZEN)
    return (Rule("update", changed, WORDING_CHANGED),)
