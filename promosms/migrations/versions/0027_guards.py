"""Guards: limits of money, and why a campaign was stopped by itself."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "guards",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("per_campaign", sa.BigInteger()),
        sa.Column("per_month", sa.BigInteger()),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("wishes", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_guards_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_guards"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("guards", f"account_id = {row_security.OWN}"):
            op.execute(statement)
    for name, length in (("stopped_why", 10), ("guard_passed", 40)):
        op.add_column(
            "campaigns",
            sa.Column(name, sa.String(length), nullable=False, server_default=""),
        )
    op.create_index("ix_ledger_entries_month", "ledger_entries", ["account_id", "created_at"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_ledger_entries_month", table_name="ledger_entries")
    op.drop_column("campaigns", "guard_passed")
    op.drop_column("campaigns", "stopped_why")
    op.drop_table("guards")
