"""Row security: the rows that PostgreSQL shows to the role of a signed-in customer's requests.

Every table that holds something of accounts has one policy. It binds every role that does not own
the table: the requests that act as `ROLE` (see db/row_security.py), and any other role with rights.
The owner of the tables is not bound: workers, commands and admin pages run as it. Policies are made
with their tables; a migration calls `statements` and `drops` itself.

`ROLE` may do with a table what its model says (`customer_rights`), so a page that is wrong cannot
delete or change what no page has to. The rights are given anew at each start.
"""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, MetaData, Table, event

from promosms.models.base import Model, models
from promosms.models.registry import EVERY_RIGHT, READ, Rights

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
        SELECT bool_and(has_sequence_privilege(:role, oid, 'USAGE'))
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'
    )
    AND NOT EXISTS (
        SELECT FROM unnest(CAST(:needed AS text[])) AS needed(right_on)
        JOIN pg_class ON relname = split_part(right_on, ' ', 2)
        AND relnamespace = current_schema()::regnamespace
        WHERE NOT has_table_privilege(:role, pg_class.oid, split_part(right_on, ' ', 1))
    )
"""
"""May we act as the role, has it the rights `needed`, and may it use what numbers the rows?"""

EXCESS = """
    SELECT DISTINCT kind || ' ' || relname
    FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS kind
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:tables)
    AND has_table_privilege(:role, pg_class.oid, kind)
    AND NOT kind || ' ' || relname = ANY(:needed)
"""
"""What the role may do with `tables` beyond the rights `needed`, as "DELETE payments"."""

UNBOUND = """
    SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles
    WHERE rolname IN (session_user, current_user)
"""
"""Is our login one whom no policy binds?"""


def rule(table: Table) -> str:
    """Which rows of the table belong to the account of the request; empty if none belong to any."""
    if policy := models()[table.name].row_policy:
        return policy.format(account=OWN)
    if "account_id" in table.c:
        return f"account_id = {OWN}"
    return "user_id IN (SELECT id FROM users)" if "user_id" in table.c else ""


def rights_of(table: Table) -> Rights:
    """What requests of customers may do with the table."""
    declared = models()[table.name].customer_rights
    if declared is not None:
        return declared
    return EVERY_RIGHT if rule(table) else READ


def all_rights() -> dict[str, Rights]:
    """What they may do with each table, by its name."""
    return {name: rights_of(table) for name, table in sorted(Model.metadata.tables.items())}


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


def rights(tables: Mapping[str, Rights]) -> str:
    """What gives the role these rights and no others, if there is one; safe to repeat."""
    by_rights: dict[str, list[str]] = defaultdict(list)
    for name, granted in tables.items():
        by_rights[", ".join(granted)].append(name)
    grants = "; ".join(
        f"GRANT {granted} ON {', '.join(names)} TO {ROLE}"
        for granted, names in by_rights.items()
        if granted
    )
    return f"""
        DO $$ DECLARE here text := quote_ident(current_schema()); BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('{ROLE}'));
            EXECUTE 'GRANT USAGE ON SCHEMA ' || here || ' TO {ROLE}';
            EXECUTE 'GRANT USAGE ON ALL SEQUENCES IN SCHEMA ' || here || ' TO {ROLE}';
            REVOKE ALL ON {", ".join(tables)} FROM {ROLE};
            {grants};
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


def _give_rights(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "postgresql":
        for statement in (role(), rights(all_rights())):
            connection.exec_driver_sql(statement)
