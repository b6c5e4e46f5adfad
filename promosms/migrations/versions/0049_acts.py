"""Acts: who of an account has done what, and who has written an answer."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "acts",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("actor", sa.String(20), nullable=False),
        sa.Column("what", sa.String(50), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_acts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index("ix_acts_account", "acts", ["account_id", "id"])
    op.create_index("ix_acts_subject", "acts", ["account_id", "subject", "id"])
    op.create_index("ix_acts_created_at", "acts", ["created_at"])
    written_by = sa.Column("written_by", sa.String(20), nullable=False, server_default="")
    op.add_column("direct_texts", written_by)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("acts", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("direct_texts", "written_by")
    op.drop_table("acts")
