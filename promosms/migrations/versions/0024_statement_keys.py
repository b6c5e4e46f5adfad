"""Foreign keys of imported rows, which PostgreSQL checks once for each statement from now on."""

from alembic import op

from promosms.models import Model, statement_keys

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEYS = {
    "recipients": (("account_id", "accounts", None), ("import_id", "imports", "SET NULL")),
    "list_recipients": (("account_id", "accounts", None), ("list_id", "lists", "CASCADE")),
    "import_changes": (("account_id", "accounts", None), ("import_id", "imports", "CASCADE")),
}


def upgrade() -> None:
    """To this version."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, keys in KEYS.items():
        for column, target, _ondelete in keys:
            op.drop_constraint(f"fk_{table}_{column}_{target}", table, type_="foreignkey")
        for statement in statement_keys.statements(Model.metadata.tables[table]):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, keys in KEYS.items():
        for statement in statement_keys.drops(Model.metadata.tables[table]):
            op.execute(statement)
        for column, target, ondelete in keys:
            op.create_foreign_key(
                f"fk_{table}_{column}_{target}", table, target, [column], ["id"], ondelete=ondelete
            )
