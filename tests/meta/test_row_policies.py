"""Every table with rows of accounts has a policy in PostgreSQL, and no other table has one."""

import ast

from flask import Flask
from sqlalchemy import text

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import Model, Privacy, row_security, table_of
from tests.meta.sources import modules

# Totals of all accounts, for accounting.
WITHOUT_ACCOUNT = {"ledger_totals"}
# Modules in which a request of a customer may bypass it. Each bypass says why.
BYPASSING = {
    *("drafts.py", "stripe_payments.py", "email_changes.py", "undo_changes.py"),
    *("erasure.py", "erase_recipient.py", "notify.py", "log.py", "sms_pumping.py"),
    *("guests.py", "search.py", "availability.py", "links.py"),
    *("answers.py", "automations.py", "batches.py", "colleagues.py", "invitations.py"),
    "accepting.py",
}
# Those that read for requests of several accounts at once.
UNRESTRICTED = {"keys.py", "messages.py"}
# Enabled, one permissive policy for all commands and all roles.
EXPECTED_POLICY = (True, 1, "*", True, "{0}", None)
POLICIES = """
    SELECT relname, relrowsecurity, count(p.oid), min(polcmd), bool_and(polpermissive),
           min(polroles::text), min(polwithcheck::text)
    FROM pg_class c LEFT JOIN pg_policy p ON polrelid = c.oid
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    GROUP BY relname, relrowsecurity
"""


def test_every_table_with_rows_of_accounts_has_a_policy() -> None:
    for mapper in Model.registry.mappers:
        table, privacy = table_of(mapper.class_), mapper.class_.privacy
        somebodys = privacy is not Privacy.SYSTEM and table.name not in WITHOUT_ACCOUNT
        assert bool(row_security.rule(table)) == (somebodys or "account_id" in table.c), table.name


def test_the_modules_that_bypass_row_security_are_known() -> None:
    assert callers("row_security.bypass") == BYPASSING
    assert callers("row_security.unrestricted") == UNRESTRICTED


def callers(function: str) -> set[str]:
    """The modules that call it."""
    return {
        name.rpartition("/")[2]
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == function
    }


def test_the_policies_are_in_the_database(app: Flask) -> None:
    with app.app_context():
        if on_sqlite():
            return
        policies = {row[0]: tuple(row)[1:] for row in db.session.execute(text(POLICIES))}
        db.session.remove()
    for table in Model.metadata.sorted_tables:
        expected = (
            EXPECTED_POLICY if row_security.rule(table) else (False, 0, None, None, None, None)
        )
        assert policies[table.name] == expected, table.name
