"""What drafts to very many people would cost, worked out by a worker."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    table = "campaign_estimates"
    op.create_table(
        table,
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_campaign_estimates_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_campaign_estimates_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_estimates")),
    )
    op.create_index(op.f("ix_campaign_estimates_account_id"), table, ["account_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("campaign_estimates")
