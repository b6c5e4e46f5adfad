"""What belongs to an account: every table with personal data, and how its rows are found.

Read from the models: `privacy` says whether a table is in it, `of_account` how its rows are found.
"""

from functools import cache

from sqlalchemy import Column, ColumnElement, Table
from sqlalchemy.schema import sort_tables
from sqlalchemy.sql import visitors

from promosms.models import Account, Model, Privacy, User, models, table_of

PERSONAL = (Privacy.COLLECTED, Privacy.ACCOUNT)


@cache
def tables() -> tuple[Table, ...]:
    """The tables that hold something of accounts, in the order in which they can be emptied.

    Those that are found by way of others first, then those that refer to others.
    """
    personal = [
        table_of(model)
        for model in models().values()
        if model.privacy in PERSONAL and model is not Account
    ]
    led = [table for table in personal if ways(table)]
    # What hangs on users is little; messages are many, and come behind it.
    users = [table for table in led if table_of(User) in ways(table)]
    first = [(way, table) for table in led for way in ways(table)]
    order = [*reversed(sort_tables(led, extra_dependencies=first))]
    order.sort(key=lambda table: table not in users)
    rest = [table for table in reversed(Model.metadata.sorted_tables) if table in personal]
    return (*order, *(table for table in rest if table not in led))


def rows_of(table: Table, account_id: int) -> ColumnElement[bool]:
    """The rows of a table that belong to an account; LookupError if nobody has said how."""
    return models()[table.name].of_account(account_id)


def ways(table: Table) -> set[Table]:
    """The other tables by way of which its rows are found: they have to be there until then."""
    parts = visitors.iterate(rows_of(table, 0))
    tables_used = {part.table for part in parts if isinstance(part, Column)}
    return {table_used for table_used in tables_used if isinstance(table_used, Table)} - {table}
