"""Long workbooks, which a worker makes."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "workbooks",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("error", sa.String(20), nullable=False),
        sa.Column("stored_as", sa.String(40), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_workbooks_account_id_accounts")),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_workbooks_account_id_kind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_workbooks_public_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("workbooks", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("workbooks")
