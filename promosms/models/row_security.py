"""Row security: the rows that PostgreSQL shows to the role of a signed-in customer's requests.

Every table that holds something of accounts has one policy. It binds every role that does not own
the table: the requests that act as `ROLE` (see db/row_security.py), and any other role with rights.
The owner of the tables is not bound: workers, commands and admin pages run as it. Policies are made
with their tables; a migration calls `statements` and `drops` itself.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, MetaData, Table, event

from promosms.models.base import Model, models

ROLE = "promosms_account"
SETTING = "promosms.account"
POLICY = "own_account"

# Since PostgreSQL 16 who has made a role is a member of it who may not act as it yet.
MAY_ACT_AS = (
    "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END"
)
# Nothing is an account: without the setting no row is shown and none may be written.
OWN = f"nullif(current_setting('{SETTING}', true), '')::bigint"

COMPLETE = """
    SELECT EXISTS (
        SELECT FROM pg_roles WHERE rolname = :role AND NOT rolsuper AND NOT rolbypassrls
    ) AND (
        SELECT count(*) FROM pg_policy JOIN pg_class c ON c.oid = polrelid
        WHERE polname = :policy AND relname = ANY(:with_policy) AND relrowsecurity
        AND relnamespace = current_schema()::regnamespace
    ) = cardinality(CAST(:with_policy AS text[]))
"""
"""Is the role bound by policies, and has each table of `with_policy` its own?"""

ALLOWED = f"""
    SELECT pg_has_role(:role, {MAY_ACT_AS})
    AND has_schema_privilege(:role, current_schema(), 'USAGE')
    AND (
        SELECT bool_and(CASE relkind
            WHEN 'S' THEN has_sequence_privilege(:role, oid, 'USAGE')
            ELSE has_table_privilege(:role, oid, 'SELECT')
                AND has_table_privilege(:role, oid, 'INSERT')
                AND has_table_privilege(:role, oid, 'UPDATE')
                AND has_table_privilege(:role, oid, 'DELETE')
        END)
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace
        AND (relname = ANY(:tables) OR relkind = 'S')
    )
"""
"""May we act as the role, and has it every right on `tables` and on what numbers them?"""


def rule(table: Table) -> str:
    """Which rows of the table belong to the account of the request; empty if none belong to any."""
    if policy := models()[table.name].row_policy:
        return policy.format(account=OWN)
    if "account_id" in table.c:
        return f"account_id = {OWN}"
    return "user_id IN (SELECT id FROM users)" if "user_id" in table.c else ""


def statements(table: str, condition: str) -> list[str]:
    """Switch row security on for a table; written rows must match the condition too."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({condition})",
    ]


def drops(table: str) -> list[str]:
    """Switch row security off for a table."""
    return [
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


def role() -> str:
    """What makes the role and lets us act as it, if we may; safe to repeat.

    The role belongs to the whole cluster: another database may have made it long ago, or make it
    at this moment. Then only the next transaction is sure to see it.
    """
    return f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} NOLOGIN;
            END IF;
            IF NOT pg_has_role('{ROLE}', {MAY_ACT_AS}) THEN
                GRANT {ROLE} TO CURRENT_USER;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END $$
    """


def rights(tables: Sequence[str]) -> str:
    """What lets the role read and write the tables, if there is one; safe to repeat."""
    return f"""
        DO $$ DECLARE here text := quote_ident(current_schema()); BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('{ROLE}'));
            EXECUTE 'GRANT USAGE ON SCHEMA ' || here || ' TO {ROLE}';
            EXECUTE 'GRANT USAGE ON ALL SEQUENCES IN SCHEMA ' || here || ' TO {ROLE}';
            GRANT SELECT, INSERT, UPDATE, DELETE ON {", ".join(tables)} TO {ROLE};
        EXCEPTION WHEN undefined_object OR insufficient_privilege THEN NULL;
        END $$
    """


def attach() -> None:
    """Create the policies together with their tables, and the role after them."""
    for table in Model.metadata.sorted_tables:
        if rule(table):
            event.listen(table, "after_create", _enclose)
    event.listen(Model.metadata, "after_create", _give_rights)


def _enclose(table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "postgresql":
        for statement in statements(table.name, rule(table)):
            connection.exec_driver_sql(statement)


def _give_rights(metadata: MetaData, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "postgresql":
        for statement in (role(), rights(sorted(metadata.tables))):
            connection.exec_driver_sql(statement)
